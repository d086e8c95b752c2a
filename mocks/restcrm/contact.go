package restcrm

import (
	"sort"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// contact is one contact as stored. Instants are Unix milliseconds.
type contact struct {
	id    string
	alias string
	// values is native text by slot, "" for null. A save puts a new slice in
	// its place, so that clones of the tenant can share it.
	values []string

	created, updated int64
	updatedBy        string
	deleted          bool
	// sequence is the number of its last commit, in the order of all commits.
	// It is the contact's place in the change feed and its entity tag.
	sequence uint64
	ordinal  int // place in the order of creation
	gap      int // the feed gap in which it changed last
}

// store holds the contacts and what finds them.
type store struct {
	byID       map[string]*contact
	order      []*contact          // as made
	byExternal map[string]*contact // live ones: the external id is unique among them
	feed       []entry             // by sequence
	stale      int                 // entries of feed that a later one replaced
	sequence   uint64
}

// entry is one commit in the feed; it counts while it is the contact's last.
type entry struct {
	sequence uint64
	contact  *contact
}

func newStore() store {
	return store{byID: make(map[string]*contact), byExternal: make(map[string]*contact)}
}

func (s *store) add(c *contact) {
	c.ordinal = len(s.order)
	s.byID[c.id] = c
	s.order = append(s.order, c)
}

// commit gives a contact the next place in the feed.
func (s *store) commit(c *contact) {
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
		if e.contact.sequence == e.sequence {
			kept = append(kept, e)
		}
	}
	clear(s.feed[len(kept):])
	s.feed, s.stale = kept, 0
}

// after calls f for every contact whose last commit comes after a sequence
// number, in that order, until f returns false.
func (s *store) after(sequence uint64, f func(*contact) bool) {
	i := sort.Search(len(s.feed), func(i int) bool { return s.feed[i].sequence > sequence })
	for ; i < len(s.feed); i++ {
		if e := s.feed[i]; e.contact.sequence == e.sequence && !f(e.contact) {
			return
		}
	}
}

// tag is the contact's entity tag, a strong one.
func (c *contact) tag() string { return `"` + strconv.FormatUint(c.sequence, 10) + `"` }

func (c *contact) number(p *property) int64 {
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

// appendContact appends the whole contact: every property the account sees,
// null where it is empty.
func (m *Mock) appendContact(b []byte, c *contact) []byte {
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

func (m *Mock) appendValue(b []byte, c *contact, p *property) []byte {
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
