package dynamics

import (
	"sort"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// record is one record as stored. Instants are Unix seconds: the Web API
// shows whole seconds (2).
type record struct {
	id    string
	alias string
	// values is native text by slot, "" for null. A save puts a new slice in
	// its place, so that clones of the organisation can share it.
	values []string

	created, modified int64
	modifiedBy        string // a user's name
	deleted           bool
	master            string // the record that it was merged into
	// version is the row version: its place in the order of all commits, and
	// its ETag (S).
	version uint64
	ordinal int // place in the order of creation
	gap     int // the feed gap in which it changed last
}

// store holds the records and what finds them.
type store struct {
	byID  map[string]*record
	order []*record          // as made
	byKey map[string]*record // live ones by the alternate key
	// folded are all that ever had a value by the alternate key in lower case;
	// nil until somebody searches by it.
	folded  map[string][]*record
	feed    []entry // by version
	stale   int     // entries of feed that a later one replaced
	version uint64
}

// entry is one commit in the feed; it counts while it is the record's last.
type entry struct {
	version uint64
	record  *record
}

func newStore() store {
	return store{byID: make(map[string]*record), byKey: make(map[string]*record)}
}

func (s *store) add(c *record) {
	c.ordinal = len(s.order)
	s.byID[c.id] = c
	s.order = append(s.order, c)
}

// commit gives a record the next row version.
func (s *store) commit(c *record) {
	if c.version > 0 {
		s.stale++
	}
	s.version++
	c.version = s.version
	s.feed = append(s.feed, entry{c.version, c})
	if s.stale > len(s.feed)/2+64 {
		s.sweep()
	}
}

func (s *store) sweep() {
	kept := s.feed[:0]
	for _, e := range s.feed {
		if e.record.version == e.version {
			kept = append(kept, e)
		}
	}
	clear(s.feed[len(kept):])
	s.feed, s.stale = kept, 0
}

// after calls f for every record whose last commit comes after a row version,
// in that order, until f returns false.
func (s *store) after(version uint64, f func(*record) bool) {
	i := sort.Search(len(s.feed), func(i int) bool { return s.feed[i].version > version })
	for ; i < len(s.feed); i++ {
		if e := s.feed[i]; e.record.version == e.version && !f(e.record) {
			return
		}
	}
}

// tag is the record's ETag, a weak one (S).
func (c *record) tag() string { return `W/"` + strconv.FormatUint(c.version, 10) + `"` }

func (c *record) number(col *column) int64 {
	if col == nil {
		return 0
	}
	n, _ := strconv.ParseInt(c.values[col.slot], 10, 64) // "" counts as 0 (DM-1)
	return n
}

const instantForm = "2006-01-02T15:04:05Z"

// text is what a column holds, "" for null.
func (m *Mock) text(c *record, col *column) string {
	switch col.system {
	case plain:
		return c.values[col.slot]
	case sysID:
		return c.id
	case sysFullName:
		return strings.TrimSpace(c.values[m.firstName.slot] + " " + c.values[m.lastName.slot])
	case sysCreatedOn:
		return time.Unix(c.created, 0).UTC().Format(instantForm)
	case sysModifiedOn:
		return time.Unix(c.modified, 0).UTC().Format(instantForm)
	case sysModifiedBy:
		return UserID(c.modifiedBy)
	case sysVersionNumber:
		return strconv.FormatUint(c.version, 10)
	case sysStateCode:
		if c.master != "" {
			return "1" // a merge deactivates the subordinate (S)
		}
		return "0"
	case sysMerged:
		return strconv.FormatBool(c.master != "")
	}
	return c.master
}

// appendRecord appends a record with the columns asked for, null where they
// are empty. Its ETag and id are always there (S), and so are annotations of
// modifiedby if they were asked for.
func (m *Mock) appendRecord(b []byte, c *record, o *options) []byte {
	b = append(b, `{"@odata.etag":`...)
	return m.appendMembers(mocks.AppendString(b, c.tag()), c, o)
}

func (m *Mock) appendMembers(b []byte, c *record, o *options) []byte {
	for _, col := range o.columns {
		b = append(append(b, ','), col.key...)
		b = m.appendValue(b, c, col)
	}
	if !o.has(sysID) {
		b = append(append(append(b, `,"`...), m.object.id...), `":`...)
		b = mocks.AppendString(b, c.id)
	}
	if len(o.user) > 0 {
		b = m.appendUser(append(b, `,"modifiedby":`...), c, o)
	}
	return append(b, '}')
}

func (m *Mock) appendValue(b []byte, c *record, col *column) []byte {
	switch kind, text := col.shown(m.text(c, col)); kind {
	case mocks.Null:
		return append(b, "null"...)
	case mocks.String:
		return mocks.AppendString(b, text)
	case mocks.List:
		return mocks.AppendString(b, joined(text))
	default:
		return append(b, text...)
	}
}

// appendUser is the expanded modifiedby.
func (m *Mock) appendUser(b []byte, c *record, o *options) []byte {
	b = append(b, `{"systemuserid":`...)
	b = mocks.AppendString(b, UserID(c.modifiedBy))
	for _, name := range o.user {
		b = append(mocks.AppendString(append(b, ','), name), ':')
		switch {
		case name == "fullname":
			b = mocks.AppendString(b, m.fullName(c.modifiedBy))
		case c.modifiedBy == m.config.ClientID:
			b = mocks.AppendString(b, m.config.ClientID)
		default:
			b = append(b, "null"...)
		}
	}
	return append(b, '}')
}

// shown is how native text leaves the system: a choice as a number, several
// as a List that the wire joins. A column that drift retyped may hold what no
// longer fits, and one that is secured from the account shows nothing: both
// are null (the latter: M).
func (c *column) shown(text string) (mocks.ValueKind, string) {
	if text == "" || c.hidden {
		return mocks.Null, ""
	}
	switch c.kind {
	case kindPicklist, kindInteger, kindBigInt, kindDecimal:
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return mocks.Null, ""
		}
		return mocks.Number, text
	case kindBoolean:
		if text != "true" && text != "false" {
			return mocks.Null, ""
		}
		return mocks.Boolean, text
	case kindMultiSelect:
		if text[0] != '[' {
			return mocks.Null, ""
		}
		return mocks.List, text
	}
	return mocks.String, text
}
