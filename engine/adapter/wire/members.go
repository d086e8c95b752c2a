package wire

import (
	"fmt"
	"strconv"

	"github.com/syncproof/syncproof/engine/adapter"
)

// Columns are the native names of a system whose records are flat objects.
type Columns struct {
	Fields   []string // by field, "" where none is mapped
	Version  string   // "" for none
	Status   string   // "" for none
	External string
	System   string // as errors call it
}

// AppendMembers appends the members that w sets, to an object that has just
// been opened. What is mapped to nothing is a definite Invalid error.
func (c Columns) AppendMembers(dst []byte, w adapter.Write) ([]byte, error) {
	var err error
	for _, f := range w.Fields {
		if f.Index < 0 || f.Index >= len(c.Fields) || c.Fields[f.Index] == "" {
			return nil, c.unmapped(fmt.Sprintf("field %d", f.Index))
		}
		name := c.Fields[f.Index]
		if dst, err = AppendNative(AppendKey(dst, name), name, f.Value); err != nil {
			return nil, err
		}
	}
	if w.SetVersion {
		if c.Version == "" {
			return nil, c.unmapped("the version")
		}
		dst = strconv.AppendInt(AppendKey(dst, c.Version), w.Version, 10)
	}
	if w.Status != "" {
		if c.Status == "" {
			return nil, c.unmapped("the status")
		}
		dst = AppendString(AppendKey(dst, c.Status), w.Status)
	}
	if w.External != "" {
		dst = AppendString(AppendKey(dst, c.External), w.External)
	}
	return dst, nil
}

func (c Columns) unmapped(what string) error {
	return &adapter.Error{Kind: adapter.Invalid, Message: what + " is not mapped to anything in " + c.System}
}
