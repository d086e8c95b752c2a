package dynamics

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// DefaultExternal is the column of the alternate key as the product makes it.
const DefaultExternal = "new_genesyscontactid"

// layout says which column holds what. Slots 0 to n-1 are Config.Fields, n is
// the version, n+1 the status; a name that is "" has no column.
type layout struct {
	object   *object
	names    []string
	types    []mapping.Type
	slots    map[string]int
	external string
}

func newLayout(o *object, c adapter.Config) (layout, error) {
	l := layout{
		object:   o,
		names:    append(append([]string(nil), c.Fields...), c.VersionField, c.StatusField),
		types:    make([]mapping.Type, len(c.Fields)+2),
		slots:    map[string]int{},
		external: c.ExternalField,
	}
	if c.Types != nil && len(c.Types) != len(c.Fields) {
		return l, fmt.Errorf("dynamics: %d types are given for %d fields", len(c.Types), len(c.Fields))
	}
	copy(l.types, c.Types)
	if !isName(l.external) {
		return l, fmt.Errorf("dynamics: %q is not the logical name of a column", l.external)
	}
	for slot, name := range l.names {
		if name == "" {
			continue
		}
		switch _, twice := l.slots[name]; {
		case !isName(name):
			return l, fmt.Errorf("dynamics: %q is not the logical name of a column", name)
		case o.reserves(name) || name == l.external:
			return l, fmt.Errorf("dynamics: %s cannot be mapped: it is not a field of the record", name)
		case twice:
			return l, fmt.Errorf("dynamics: field %s is mapped twice", name)
		}
		l.slots[name] = slot
	}
	return l, nil
}

// isName says whether s can be the logical name of a column: nothing else ever
// becomes part of a path or a query.
func isName(s string) bool {
	for i, c := range []byte(s) {
		letter := c >= 'a' && c <= 'z'
		if !letter && (i == 0 || c != '_' && (c < '0' || c > '9')) {
			return false
		}
	}
	return s != ""
}

func (l *layout) fields() int { return len(l.names) - 2 }

// columns is the list for $select: of the mapped ones those that known
// accepts, so that a column that was renamed or removed does not stop the
// reading of all others.
func (l *layout) columns(known func(name string) bool) string {
	names := []string{"modifiedon", "_masterid_value", l.external}
	for _, name := range l.names {
		if name != "" && known(name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, ",")
}

// read decodes the record at the cursor; me is the engine's application id.
func (l *layout) read(r *jsonread.Reader, me string) adapter.Record {
	var rec adapter.Record
	values := make([]mapping.Native, len(l.names))
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "@odata.etag":
			rec.Tag = r.Str()
		case l.object.id:
			rec.ID = r.Str()
		case "modifiedon":
			rec.Modified = wire.Instant(r.Str())
		case "_masterid_value":
			rec.MergedInto = r.Str()
		case "modifiedby":
			rec.By, rec.Own = readUser(r, me)
		case l.external:
			rec.External = r.Str()
		default:
			if slot, mapped := l.slots[string(key)]; mapped {
				values[slot] = fromWire(l.types[slot], wire.Native(r))
			} else {
				r.Skip()
			}
		}
	}
	if r.Err() == nil && rec.ID == "" {
		r.Refuse("a record without its " + l.object.id)
	}
	n := l.fields()
	rec.Fields = values[:n:n]
	rec.Version, rec.Status = values[n], values[n+1]
	return rec
}

// readUser reads the expanded modifiedby, which may be null.
func readUser(r *jsonread.Reader, me string) (name string, own bool) {
	if r.Kind() == 'n' {
		r.Null()
		return "", false
	}
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "fullname":
			name = r.Str()
		case "applicationid":
			own = r.Str() == me
		default:
			r.Skip()
		}
	}
	return name, own && me != ""
}

// fromWire is a value as the mapping knows it: a choice is a number on the
// wire, several are one text of numbers.
func fromWire(t mapping.Type, n mapping.Native) mapping.Native {
	switch {
	case t == mapping.TypePicklist && n.Kind == mapping.Number:
		return mapping.Native{Kind: mapping.String, Text: n.Text}
	case t == mapping.TypeMultiPicklist && n.Kind == mapping.String:
		return listOf(strings.Split(n.Text, ","))
	}
	return n
}

func listOf(items []string) mapping.Native {
	text := []byte{'['}
	for i, item := range items {
		if i > 0 {
			text = append(text, ',')
		}
		text = wire.AppendString(text, item)
	}
	return mapping.Native{Kind: mapping.List, Text: string(append(text, ']'))}
}

// toWire is the other way. What is no number stays a text, for the system to
// refuse.
func toWire(t mapping.Type, n mapping.Native) mapping.Native {
	switch {
	case t == mapping.TypePicklist && n.Kind == mapping.String:
		if _, err := strconv.ParseInt(n.Text, 10, 32); err == nil && jsonread.IsNumber(n.Text) {
			return mapping.Native{Kind: mapping.Number, Text: n.Text}
		}
	case t == mapping.TypeMultiPicklist && n.Kind == mapping.String:
		return mapping.Native{Kind: mapping.String, Text: strings.ReplaceAll(n.Text, ";", ",")}
	case t == mapping.TypeMultiPicklist && n.Kind == mapping.List:
		var items []string
		r := jsonread.New([]byte(n.Text), jsonread.Limits{})
		for ok := r.Elements(); ok; ok = r.Element() {
			items = append(items, r.Str())
		}
		if r.End() == nil {
			return mapping.Native{Kind: mapping.String, Text: strings.Join(items, ",")}
		}
	}
	return n
}

// appendRecord appends the columns that w sets.
func (l *layout) appendRecord(dst []byte, w adapter.Write) ([]byte, error) {
	n := l.fields()
	fields := slices.Clone(w.Fields)
	for i := range fields {
		if f := &fields[i]; f.Index >= 0 && f.Index < n {
			f.Value = toWire(l.types[f.Index], f.Value)
		}
	}
	w.Fields = fields
	mapped := wire.Columns{
		Fields: l.names[:n], Version: l.names[n], Status: l.names[n+1], External: l.external, System: "Dynamics 365",
	}
	dst, err := mapped.AppendMembers(append(dst, '{'), w)
	if err != nil {
		return nil, err
	}
	return append(dst, '}'), nil
}
