package adapter

import "github.com/syncproof/syncproof/engine/adapter/jsonread"

// Limits bound a JSON document that comes from outside.
type Limits = jsonread.Limits

// StrictJSON checks a whole document against SE-2: size, depth, UTF-8, and no
// key twice in one object. A refusal is an Error of kind Malformed.
func StrictJSON(body []byte, l Limits) error {
	r := jsonread.New(body, l)
	r.Skip()
	if err := r.End(); err != nil {
		return &Error{Kind: Malformed, Err: err}
	}
	return nil
}
