package genesys

import (
	"encoding/json"

	"github.com/syncproof/syncproof/engine/adapter/jsonread"
)

// decode reads a document that is written back in part, after the same checks
// as every other answer (SE-2).
func decode(body []byte, into any) error {
	r := jsonread.New(body, jsonread.Limits{})
	r.Skip()
	if err := r.End(); err != nil {
		return err
	}
	return json.Unmarshal(body, into)
}
