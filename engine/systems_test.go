package engine_test

import (
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// The engine's own account, as the systems name it.
const engineUser = "engine"

// contacts is the mapping of all tests here: the version and status fields,
// and enough business fields for a conflict, a mask and a picklist.
var contacts = mustMapping(mapping.Spec{Object: "Contact", Fields: []mapping.FieldSpec{
	{CRMField: "Sync_Version__c", CCField: "sync_version", Type: "Integer", Default: 0},
	{CRMField: "Sync_Status__c", Type: "String"},
	{Name: "name", CCField: "lastName", CRMField: "LastName", Type: "String", Required: true},
	{Name: "phone", CCField: "workPhone", CRMField: "Phone", Type: "Phone", CRMFormat: "(###) ###-####"},
	{Name: "notes", CCField: "notes", CRMField: "Description", Type: "String"},
	{Name: "city", CCField: "address.city", CRMField: "MailingCity", Type: "String"},
}})

func mustMapping(s mapping.Spec) *mapping.Mapping {
	m, err := mapping.New(s)
	if err != nil {
		panic(err)
	}
	return m
}

// row is one record as a system stores it.
type row struct {
	id         string
	fields     []mapping.Native
	version    int64
	status     string
	external   string
	modified   engine.Instant
	by         string
	tag        int // grows with every commit
	readTag    int // tag when the engine last read the row
	gone       bool
	mergedInto string
}

func (r *row) clone() *row {
	c := *r
	c.fields = slices.Clone(r.fields)
	return &c
}

// commit is one entry of a system's feed.
type commit struct {
	id   string
	by   string
	gone bool
}

// system is a contact center or CRM as dumb as it can be: a list of rows that
// commits one request after the other.
type system struct {
	side    mapping.Side
	caps    adapter.Capabilities
	trigger bool // it moves the version with every edit of content
	rows    []*row
	feed    []commit
	created int
	schema  adapter.Schema
	skew    time.Duration // of its clock
}

func newSystem(side mapping.Side, caps adapter.Capabilities) *system {
	s := &system{side: side, caps: caps, trigger: true, schema: adapter.Schema{Revision: "1"}}
	for i := range contacts.Fields {
		f := &contacts.Fields[i]
		s.schema.Fields = append(s.schema.Fields, mapping.Constraint{
			Name: f.Native[side], Type: f.Type, Required: f.Required, Writable: true,
		})
	}
	s.schema.Fields = append(s.schema.Fields, mapping.Constraint{Name: contacts.VersionName[side], Type: mapping.TypeInteger, Writable: true})
	if name := contacts.StatusName[side]; name != "" {
		s.schema.Fields = append(s.schema.Fields, mapping.Constraint{Name: name, Type: mapping.TypeString, Writable: true})
	}
	return s
}

// row finds a row, gone or not; nil if there never was one.
func (s *system) row(id string) *row {
	for _, r := range s.rows {
		if r.id == id {
			return r
		}
	}
	return nil
}

func (s *system) present(id string) *row {
	if r := s.row(id); r != nil && !r.gone {
		return r
	}
	return nil
}

// add makes a row without a commit's consequences: the state before a story.
func (s *system) add(id string, version int64, values map[string]string) *row {
	r := &row{id: id, version: version, fields: make([]mapping.Native, len(contacts.Fields))}
	for i := range r.fields {
		r.fields[i] = s.native(i, values[contacts.Fields[i].Name])
	}
	s.rows = append(s.rows, r)
	return r
}

func (s *system) native(i int, canonical string) mapping.Native {
	n, err := contacts.Render(s.side, i, canonical)
	if err != nil {
		panic(err)
	}
	return n
}

// canonical is what the row says, in the words of the mapping.
func (s *system) canonical(r *row) []string {
	content := make([]string, len(contacts.Fields))
	for i := range content {
		content[i], _, _ = contacts.Canonical(s.side, i, r.fields[i])
	}
	return content
}

func (s *system) touch(r *row, now engine.Instant, by string) {
	at := now.Add(s.skew)
	r.modified = at - at%engine.Instant(s.caps.Resolution)
	r.by = by
	r.tag++
	s.feed = append(s.feed, commit{id: r.id, by: by, gone: r.gone})
}

// edit is a user's save. A trigger moves the version if content changed.
func (s *system) edit(now engine.Instant, id, by string, values map[string]string) *row {
	r := s.row(id)
	r.gone = false
	changed := false
	for i := range contacts.Fields {
		if v, ok := values[contacts.Fields[i].Name]; ok {
			n := s.native(i, v)
			changed = changed || n != r.fields[i]
			r.fields[i] = n
		}
	}
	if changed && s.trigger {
		r.version++
	}
	s.touch(r, now, by)
	return r
}

func (s *system) remove(now engine.Instant, id, by string) {
	r := s.row(id)
	r.gone = true
	s.touch(r, now, by)
}

func refuse(kind adapter.Kind) *adapter.Error { return &adapter.Error{Kind: kind} }

func (s *system) record(r *row) adapter.Record {
	rec := adapter.Record{
		ID: r.id, Fields: slices.Clone(r.fields), External: r.external, By: r.by, Own: r.by == engineUser,
		Version: mapping.Native{Kind: mapping.Number, Text: strconv.FormatInt(r.version, 10)}, MergedInto: r.mergedInto,
	}
	if r.modified != 0 {
		rec.Modified = time.Unix(0, int64(r.modified)).UTC()
	}
	if s.caps.Conditional == adapter.ByTag {
		rec.Tag = strconv.Itoa(r.tag)
	}
	if contacts.StatusName[s.side] != "" {
		rec.Status = mapping.Native{Kind: mapping.String, Text: r.status}
	}
	return rec
}

func (s *system) read(id string) (adapter.Record, *adapter.Error) {
	r := s.present(id)
	if r == nil {
		return adapter.Record{}, refuse(adapter.NotFound)
	}
	r.readTag = r.tag
	return s.record(r), nil
}

func (s *system) find(external string) []adapter.Record {
	var found []adapter.Record
	for _, r := range s.rows {
		if !r.gone && r.external == external {
			found = append(found, s.record(r))
		}
	}
	slices.SortFunc(found, func(a, b adapter.Record) int { return cmpText(a.ID, b.ID) })
	return found
}

func cmpText(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// write carries out an engine's Write. A nil error means that it committed.
func (s *system) write(now engine.Instant, e *engine.Write) (adapter.Record, *adapter.Error) {
	if e.Kind == engine.CreateRecord {
		return s.create(now, e.Data), nil
	}
	r := s.present(e.Ref.ID)
	switch {
	case r == nil:
		return adapter.Record{}, refuse(adapter.NotFound)
	case s.caps.Conditional == adapter.ByVersion && e.Kind == engine.UpdateRecord && e.Data.If.Version != r.version,
		s.caps.Conditional == adapter.ByTag && e.Data.If.Tag != "" && e.Data.If.Tag != strconv.Itoa(r.tag):
		return adapter.Record{}, refuse(adapter.Conflict)
	case e.Kind == engine.DeleteRecord:
		s.remove(now, r.id, engineUser)
		return adapter.Record{}, nil
	}
	seen := r.tag == r.readTag
	s.apply(now, r, e.Data)
	if seen {
		r.readTag = r.tag
	}
	return s.record(r), nil
}

func (s *system) create(now engine.Instant, w adapter.Write) adapter.Record {
	if s.caps.CreateByExternal {
		for _, r := range s.rows {
			if !r.gone && r.external == w.External {
				s.apply(now, r, w)
				return s.record(r)
			}
		}
	}
	s.created++
	r := s.add(s.side.String()+"-new-"+strconv.Itoa(s.created), 0, nil)
	s.apply(now, r, w)
	return s.record(r)
}

func (s *system) apply(now engine.Instant, r *row, w adapter.Write) {
	for _, f := range w.Fields {
		r.fields[f.Index] = f.Value
	}
	if w.SetVersion {
		r.version = w.Version
	}
	if w.Status != "" {
		r.status = w.Status
	}
	if w.External != "" {
		r.external = w.External
	}
	s.touch(r, now, engineUser)
}

// changes is a feed whose cursor counts commits: it misses nothing.
func (s *system) changes(after adapter.Cursor, limit int) adapter.Page {
	from, _ := strconv.Atoi(string(after))
	to := min(from+limit, len(s.feed))
	page := adapter.Page{Next: adapter.Cursor(strconv.Itoa(to)), More: to < len(s.feed)}
	if to == 0 {
		page.Next = ""
	}
	for i, c := range s.feed[from:to] {
		page.Changed = append(page.Changed, adapter.Change{
			ID: c.id, Deleted: c.gone, Stamp: strconv.Itoa(from + i + 1), By: c.by, Own: c.by == engineUser,
		})
	}
	return page
}
