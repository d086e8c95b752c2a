package salesforce

import (
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// record is one contact as stored. Instants are Unix seconds: the vendor
// stores whole seconds (S).
type record struct {
	id    string
	alias string
	// values holds native text by column slot; "" is null, as it is for the
	// vendor (M), and a checkbox is "true" or "false". A write puts a new slice
	// in its place, so that clones of the organisation can share it.
	values []string

	created, modified, modstamp int64
	createdBy, modifiedBy       string // user ids

	deleted   bool
	deletedAt int64
	master    string // the survivor of the merge that deleted it
	gap       int    // the feed gap in which it changed last
}

func (r *record) number(c *column) int64 {
	if c == nil {
		return 0
	}
	n, _ := strconv.ParseInt(r.values[c.slot], 10, 64) // "" counts as 0 (DM-1)
	return n
}

// name is the compound Name column.
func (r *record) name(m *Mock) string {
	return strings.TrimSpace(r.values[m.firstName.slot] + " " + r.values[m.lastName.slot])
}

// text is what a column holds, "" for null. Instants are not text: see seconds.
func (r *record) text(m *Mock, c *column) string {
	switch c.system {
	case plain:
		return r.values[c.slot]
	case sysID:
		return r.id
	case sysIsDeleted:
		return strconv.FormatBool(r.deleted)
	case sysMasterRecordID:
		return r.master
	case sysName:
		return r.name(m)
	case sysCreatedByID:
		return r.createdBy
	case sysLastModifiedByID:
		return r.modifiedBy
	}
	return ""
}

// seconds is the instant that a system column holds; ok is false for a column
// that is no instant of the system.
func (r *record) seconds(c *column) (_ int64, ok bool) {
	switch c.system {
	case sysCreatedDate:
		return r.created, true
	case sysLastModifiedDate:
		return r.modified, true
	case sysSystemModstamp:
		return r.modstamp, true
	}
	return 0, false
}

// store holds the records and what finds them.
type store struct {
	byID       map[string]*record
	order      []*record // as made, for Each
	byExternal map[string][]*record
	modified   stampIndex // by SystemModstamp
	removed    stampIndex // by the instant of deletion
}

func newStore() store {
	return store{
		byID:       make(map[string]*record),
		byExternal: make(map[string][]*record),
		modified:   stampIndex{stamp: func(r *record) (int64, bool) { return r.modstamp, true }},
		removed:    stampIndex{stamp: func(r *record) (int64, bool) { return r.deletedAt, r.deleted }},
	}
}

func (s *store) add(r *record) {
	s.byID[r.id] = r
	s.order = append(s.order, r)
	s.modified.add(r)
}

// reindex moves a record from one external id to another. The vendor matches
// external ids without regard to case (M).
func (s *store) reindex(r *record, before, after string) {
	before, after = strings.ToLower(before), strings.ToLower(after)
	if before == after {
		return
	}
	if before != "" {
		list := s.byExternal[before]
		for i, other := range list {
			if other == r {
				// A fresh slice: a query may still hold the old one.
				s.byExternal[before] = append(append([]*record(nil), list[:i]...), list[i+1:]...)
				break
			}
		}
		if len(s.byExternal[before]) == 0 {
			delete(s.byExternal, before)
		}
	}
	if after != "" {
		s.byExternal[after] = append(s.byExternal[after], r)
	}
}

// live are the undeleted records with an external id, in order of their ids.
func (s *store) live(external string) []*record {
	var out []*record
	for _, r := range s.byExternal[strings.ToLower(external)] {
		if !r.deleted {
			out = append(out, r)
		}
	}
	sortByID(out)
	return out
}

// shown is an instant as it was last rendered: rows share their instants.
type shown struct {
	seconds int64
	zone    *time.Location
	text    string
}

// appendInstant appends an instant in the API's form (S), such as
// 2013-05-07T22:07:19.000+0000, in the zone in which the system shows instants.
func (m *Mock) appendInstant(b []byte, seconds int64) []byte {
	zone := m.faults.LocalTimes
	if zone == nil {
		zone = time.UTC
	}
	if s := &m.shown; s.text == "" || s.seconds != seconds || s.zone != zone {
		*s = shown{seconds, zone, time.Unix(seconds, 0).In(zone).Format("2006-01-02T15:04:05.000-0700")}
	}
	return append(b, m.shown.text...)
}

// appendValue appends a column's value as JSON.
func (m *Mock) appendValue(b []byte, r *record, c *column) []byte {
	if seconds, ok := r.seconds(c); ok {
		b = append(b, '"')
		return append(m.appendInstant(b, seconds), '"')
	}
	switch kind, text := c.shown(r.text(m, c)); kind {
	case mocks.Null:
		return append(b, "null"...)
	case mocks.String:
		return mocks.AppendString(b, text)
	default:
		return append(b, text...)
	}
}

// shown is how native text leaves the system. Custom numbers are all doubles
// to the vendor: 123 comes back as 123.0 (M). What is no number (a column that
// drift retyped) is null.
func (c *column) shown(text string) (mocks.ValueKind, string) {
	switch {
	case c.kind == kindBoolean && text != "true":
		return mocks.Boolean, "false" // a checkbox is never null
	case text == "":
		return mocks.Null, ""
	case c.kind == kindBoolean:
		return mocks.Boolean, text
	case c.kind == kindInt:
		return mocks.Number, text
	case c.kind == kindDouble:
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return mocks.Null, ""
		}
		if integral(text) {
			text += ".0"
		}
		return mocks.Number, text
	}
	return mocks.String, text
}
