package salesforce

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// layout says which column holds what. Slots 0 to n-1 are Config.Fields, n is
// the version, n+1 the status; a name that is "" has no column.
type layout struct {
	names    []string
	slots    map[string]int
	external string
	columns  string // all of them, for SELECT
	list     string // the same for the fields parameter
}

func newLayout(c adapter.Config) (layout, error) {
	l := layout{
		names:    append(append([]string(nil), c.Fields...), c.VersionField, c.StatusField),
		slots:    map[string]int{},
		external: c.ExternalField,
	}
	columns := []string{"Id", "LastModifiedDate", "LastModifiedById", c.ExternalField}
	if !isName(c.ExternalField) || (c.BaseVersionField != "" && !isName(c.BaseVersionField)) {
		return l, fmt.Errorf("salesforce: %q or %q is not the API name of a field", c.ExternalField, c.BaseVersionField)
	}
	for slot, name := range l.names {
		if name == "" {
			continue
		}
		if !isName(name) {
			return l, fmt.Errorf("salesforce: %q is not the API name of a field", name)
		}
		if _, twice := l.slots[name]; twice {
			return l, fmt.Errorf("salesforce: field %s is mapped twice", name)
		}
		l.slots[name] = slot
		columns = append(columns, name)
	}
	l.columns = strings.Join(columns, ", ")
	l.list = strings.Join(columns, ",")
	return l, nil
}

func (l *layout) fields() int { return len(l.names) - 2 }

// unknown is a record of which only the id is known.
func (l *layout) unknown(id string) adapter.Record {
	return adapter.Record{ID: id, Fields: make([]mapping.Native, l.fields())}
}

// read decodes the row at the cursor; me is the engine's own user id.
func (l *layout) read(r *jsonread.Reader, me string) adapter.Record {
	var rec adapter.Record
	values := make([]mapping.Native, len(l.names))
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "Id":
			rec.ID = r.Str()
		case "LastModifiedDate":
			rec.Modified = wire.Instant(r.Str())
		case "LastModifiedById":
			rec.By = r.Str()
			rec.Own = sameID(rec.By, me)
		case l.external:
			rec.External = r.Str()
		default:
			if slot, mapped := l.slots[string(key)]; mapped {
				values[slot] = wire.Native(r)
			} else {
				r.Skip()
			}
		}
	}
	if r.Err() == nil && rec.ID == "" {
		r.Refuse("a row without an Id")
	}
	n := l.fields()
	rec.Fields = values[:n:n]
	rec.Version, rec.Status = values[n], values[n+1]
	return rec
}

// appendRow appends the columns that w sets. With a base version field it
// also carries the version that the write rests on.
func (l *layout) appendRow(dst []byte, w adapter.Write, base string) ([]byte, error) {
	dst = append(dst, '{')
	var err error
	for _, f := range w.Fields {
		if f.Index < 0 || f.Index >= l.fields() || l.names[f.Index] == "" {
			return nil, unmapped(fmt.Sprintf("field %d", f.Index))
		}
		name := l.names[f.Index]
		if dst, err = wire.AppendNative(wire.AppendKey(dst, name), name, f.Value); err != nil {
			return nil, err
		}
	}
	version, status := l.names[l.fields()], l.names[l.fields()+1]
	if w.SetVersion {
		if version == "" {
			return nil, unmapped("the version")
		}
		dst = strconv.AppendInt(wire.AppendKey(dst, version), w.Version, 10)
	}
	if w.Status != "" {
		if status == "" {
			return nil, unmapped("the status")
		}
		dst = wire.AppendString(wire.AppendKey(dst, status), w.Status)
	}
	if w.External != "" {
		dst = wire.AppendString(wire.AppendKey(dst, l.external), w.External)
	}
	if base != "" {
		dst = strconv.AppendInt(wire.AppendKey(dst, base), w.If.Version, 10)
	}
	return append(dst, '}'), nil
}

func unmapped(what string) error {
	return &adapter.Error{Kind: adapter.Invalid, Message: what + " is not mapped to anything in Salesforce"}
}

// sameID compares record ids, of which either may be the form of 15 or of 18
// characters.
func sameID(a, b string) bool {
	const short = 15
	return len(a) >= short && len(b) >= short && a[:short] == b[:short]
}
