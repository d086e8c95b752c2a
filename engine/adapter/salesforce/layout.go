package salesforce

import (
	"fmt"
	"strconv"
	"strings"
	"time"

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
}

// columns are what reads ask for: of the mapped ones those that the tenant
// has, so that a field that an administrator renamed or removed does not
// stop the reading of all others.
type columns struct {
	query   string // for SELECT
	list    string // the same for the fields parameter
	version string // the version's, "" if it is not there
}

// columns are those that known accepts.
func (l *layout) columns(known func(name string) bool) *columns {
	names := []string{"Id", "LastModifiedDate", "LastModifiedById", "SystemModstamp", l.external}
	c := &columns{}
	for slot, name := range l.names {
		if name == "" || !known(name) {
			continue
		}
		names = append(names, name)
		if slot == l.fields() {
			c.version = name
		}
	}
	c.query, c.list = strings.Join(names, ", "), strings.Join(names, ",")
	return c
}

func newLayout(c adapter.Config) (layout, error) {
	l := layout{
		names:    append(append([]string(nil), c.Fields...), c.VersionField, c.StatusField),
		slots:    map[string]int{},
		external: c.ExternalField,
	}
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
	}
	return l, nil
}

func (l *layout) fields() int { return len(l.names) - 2 }

// unknown is a record of which only the id is known.
func (l *layout) unknown(id string) adapter.Record {
	return adapter.Record{ID: id, Fields: make([]mapping.Native, l.fields())}
}

// read decodes the row at the cursor; me is the engine's own user id.
//
// A SystemModstamp later than LastModifiedDate shows that the last change was
// automation's, whoever had saved the record before (vendors: automation moves
// the one and not the other).
func (l *layout) read(r *jsonread.Reader, me string) adapter.Record {
	var rec adapter.Record
	var touched time.Time
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
		case "SystemModstamp":
			touched = wire.Instant(r.Str())
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
	if touched.After(rec.Modified) {
		rec.Modified, rec.By, rec.Own, rec.Automation = touched, "", false, true
	}
	return rec
}

// appendRow appends the columns that w sets. With a base version field it
// also carries the version that the write rests on.
func (l *layout) appendRow(dst []byte, w adapter.Write, base string) ([]byte, error) {
	n := l.fields()
	mapped := wire.Columns{
		Fields: l.names[:n], Version: l.names[n], Status: l.names[n+1], External: l.external, System: "Salesforce",
	}
	dst, err := mapped.AppendMembers(append(dst, '{'), w)
	if err != nil {
		return nil, err
	}
	if base != "" {
		dst = strconv.AppendInt(wire.AppendKey(dst, base), w.If.Version, 10)
	}
	return append(dst, '}'), nil
}

// sameID compares record ids, of which either may be the form of 15 or of 18
// characters.
func sameID(a, b string) bool {
	const short = 15
	return len(a) >= short && len(b) >= short && a[:short] == b[:short]
}
