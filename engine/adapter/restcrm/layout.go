package restcrm

import (
	"fmt"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// DefaultExternal is the property that carries the other system's id.
const DefaultExternal = "external_id"

// reserved are the properties that the adapter reads for itself.
var reserved = []string{"id", "deleted", "updated_at", "updated_by", "created_at"}

// layout says which property holds what. Slots 0 to n-1 are Config.Fields, n
// is the version, n+1 the status; a name that is "" has no property.
type layout struct {
	names    []string
	slots    map[string]int
	external string
}

func newLayout(c adapter.Config) (layout, error) {
	l := layout{
		names:    append(append([]string(nil), c.Fields...), c.VersionField, c.StatusField),
		slots:    map[string]int{},
		external: c.ExternalField,
	}
	if l.external == "" {
		l.external = DefaultExternal
	}
	for slot, name := range l.names {
		if name == "" {
			continue
		}
		if slices.Contains(reserved, name) || name == l.external {
			return l, fmt.Errorf("restcrm: %s cannot be mapped: it is not a field of the record", name)
		}
		if _, twice := l.slots[name]; twice {
			return l, fmt.Errorf("restcrm: field %s is mapped twice", name)
		}
		l.slots[name] = slot
	}
	return l, nil
}

func (l *layout) fields() int { return len(l.names) - 2 }

// read decodes the record at the cursor; me is the engine's own account.
func (l *layout) read(r *jsonread.Reader, me string) adapter.Record {
	var rec adapter.Record
	values := make([]mapping.Native, len(l.names))
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			rec.ID = r.Str()
		case "updated_at":
			rec.Modified = wire.Instant(r.Str())
		case "updated_by":
			rec.By = r.Str()
			rec.Own = rec.By == me
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
		r.Refuse("a record without an id")
	}
	n := l.fields()
	rec.Fields = values[:n:n]
	rec.Version, rec.Status = values[n], values[n+1]
	return rec
}

// readList reads a page of records.
func (l *layout) readList(r *jsonread.Reader, me string) (found []adapter.Record, err error) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "data" {
			r.Skip()
			continue
		}
		for ok := r.Elements(); ok; ok = r.Element() {
			found = append(found, l.read(r, me))
		}
	}
	return found, r.End()
}

// appendRecord appends the properties that w sets.
func (l *layout) appendRecord(dst []byte, w adapter.Write) ([]byte, error) {
	dst, err := l.columns().AppendMembers(append(dst, '{'), w)
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}

func (l *layout) columns() wire.Columns {
	n := l.fields()
	return wire.Columns{
		Fields: l.names[:n], Version: l.names[n], Status: l.names[n+1], External: l.external, System: "the CRM",
	}
}
