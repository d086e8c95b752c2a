package restcrm

import (
	"sort"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// record is one record as stored. Instants are Unix milliseconds.
type record struct {
	id    string
	alias string
	// values is native text by slot, "" for null. A save puts a new slice in
	// its place, so that clones of the tenant can share it.
	values []string

	created, updated int64
	updatedBy        string
	deleted          bool
	// sequence is the number of its last commit, in the order of all commits.
	// It is the record's place in the change feed and its entity tag.
	sequence uint64
	ordinal  int // place in the order of creation
	gap      int // the feed gap in which it changed last
}

// store holds the records and what finds them.
type store struct {
	byID       map[string]*record
	order      []*record          // as made
	byExternal map[string]*record // live ones: the external id is unique among them
	feed       []entry            // by sequence
	stale      int                // entries of feed that a later one replaced
	sequence   uint64
}

// entry is one commit in the feed; it counts while it is the record's last.
type entry struct {
	sequence uint64
	record   *record
}

func newStore() store {
	return store{byID: make(map[string]*record), byExternal: make(map[string]*record)}
}

func (s *store) add(c *record) {
	c.ordinal = len(s.order)
	s.byID[c.id] = c
	s.order = append(s.order, c)
}

// commit gives a record the next place in the feed.
func (s *store) commit(c *record) {
	if c.sequence > 0 {
		s.stale++
	}
	s.sequence++
	c.sequence = s.sequence
	s.feed = append(s.feed, entry{c.sequence, c})
	if s.stale > len(s.feed)/2+64 {
		s.sweep()
	}
}

func (s *store) sweep() {
	kept := s.feed[:0]
	for _, e := range s.feed {
		if e.record.sequence == e.sequence {
			kept = append(kept, e)
		}
	}
	clear(s.feed[len(kept):])
	s.feed, s.stale = kept, 0
}

// after calls f for every record whose last commit comes after a sequence
// number, in that order, until f returns false.
func (s *store) after(sequence uint64, f func(*record) bool) {
	i := sort.Search(len(s.feed), func(i int) bool { return s.feed[i].sequence > sequence })
	for ; i < len(s.feed); i++ {
		if e := s.feed[i]; e.record.sequence == e.sequence && !f(e.record) {
			return
		}
	}
}

// tag is the record's entity tag, a strong one.
func (c *record) tag() string { return `"` + strconv.FormatUint(c.sequence, 10) + `"` }

func (c *record) number(p *property) int64 {
	if p == nil {
		return 0
	}
	n, _ := strconv.ParseInt(c.values[p.slot], 10, 64) // "" counts as 0 (DM-1)
	return n
}

// appendInstant appends an instant, in the zone in which the system shows
// instants.
func (m *Mock) appendInstant(b []byte, milli int64) []byte {
	at := time.UnixMilli(milli).UTC()
	if m.faults.LocalTimes != nil {
		at = at.In(m.faults.LocalTimes)
	}
	b = append(b, '"')
	return append(at.AppendFormat(b, instantForm), '"')
}

// appendRecord appends the whole record: every property the account sees,
// null where it is empty.
func (m *Mock) appendRecord(b []byte, c *record) []byte {
	b = append(b, '{')
	first := true
	for _, p := range m.schema.properties {
		if !p.visible() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = m.appendValue(append(b, p.key...), c, p)
	}
	return append(b, '}')
}

func (m *Mock) appendValue(b []byte, c *record, p *property) []byte {
	switch p.system {
	case sysID:
		return mocks.AppendString(b, c.id)
	case sysDeleted:
		return strconv.AppendBool(b, c.deleted)
	case sysCreatedAt:
		return m.appendInstant(b, c.created)
	case sysUpdatedAt:
		return m.appendInstant(b, c.updated)
	case sysUpdatedBy:
		return mocks.AppendString(b, c.updatedBy)
	}
	switch kind, text := p.shown(c.values[p.slot]); kind {
	case mocks.Null:
		return append(b, "null"...)
	case mocks.String:
		return mocks.AppendString(b, text)
	default:
		return append(b, text...)
	}
}

// shown is how native text leaves the system. A property that drift retyped
// may hold what no longer fits, which is shown as null.
func (p *property) shown(text string) (mocks.ValueKind, string) {
	switch {
	case text == "" && p.filled:
		return mocks.Number, "0"
	case text == "":
		return mocks.Null, ""
	}
	switch p.wanted() {
	case mocks.JSONNumber:
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return mocks.Null, ""
		}
		return mocks.Number, text
	case mocks.JSONBool:
		if text != "true" && text != "false" {
			return mocks.Null, ""
		}
		return mocks.Boolean, text
	case mocks.JSONArray:
		return mocks.List, text
	}
	return mocks.String, text
}
