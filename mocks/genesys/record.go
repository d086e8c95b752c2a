package genesys

import (
	"slices"
	"strconv"
	"time"
)

// cell is one attribute's value. An empty text is no value: such a cell is
// never kept.
type cell struct {
	slot  uint8
	text  string // native text; of a phone number as phone.native
	phone *phone // of a phone number, else nil
}

// externalID is a record's identifier in another system.
type externalID struct {
	source string
	value  string
}

// content is what a write can change of a record.
type content struct {
	cells    []cell // by slot, ascending
	external []externalID
	// schema tells that the record refers to the custom-field schema.
	schema bool
	// versionNamed tells that the write which makes this content names the version
	// field, so that the version trigger does not run. It is never stored.
	versionNamed bool
}

// record is one external record. It stays when it is deleted: its id is
// never used again.
type record struct {
	content
	id         string
	alias      string
	created    time.Time
	modified   time.Time
	deleted    bool
	hidden     bool // from the feed, by Faults.FeedHides
	mergedTo   *record
	mergedFrom []*record
	ordinal    int // place in the order of creation
}

func (c *content) clone() content {
	return content{cells: slices.Clone(c.cells), external: slices.Clone(c.external), schema: c.schema}
}

// get returns the value of a slot.
func (c *content) get(slot uint8) (cell, bool) {
	for i := range c.cells {
		if c.cells[i].slot >= slot {
			return c.cells[i], c.cells[i].slot == slot
		}
	}
	return cell{}, false
}

// set stores a value, or clears the slot if the value is empty.
func (c *content) set(v cell) {
	at := 0
	for at < len(c.cells) && c.cells[at].slot < v.slot {
		at++
	}
	found := at < len(c.cells) && c.cells[at].slot == v.slot
	switch {
	case v.text == "" && found:
		c.cells = slices.Delete(c.cells, at, at+1)
	case v.text == "":
	case found:
		c.cells[at] = v
	default:
		c.cells = slices.Insert(c.cells, at, v)
	}
}

// clear removes every value of a group.
func (c *content) clear(s *schema, g group) {
	c.cells = slices.DeleteFunc(c.cells, func(v cell) bool { return s.slots[v.slot].group == g })
}

// syncVersion is the stored sync_version, 0 where there is none (DM-1).
func (c *content) syncVersion(s *schema) int64 {
	if s.versionSlot < 0 {
		return 0
	}
	v, _ := c.get(uint8(s.versionSlot))
	n, _ := strconv.ParseInt(v.text, 10, 64)
	return n
}

func (c *content) setSyncVersion(s *schema, n int64) {
	if s.versionSlot >= 0 {
		c.set(cell{slot: uint8(s.versionSlot), text: strconv.FormatInt(n, 10)})
		c.schema = true
	}
}

// from is the identifier in one source system, "" if there is none; of several
// the one that was added last.
func (c *content) from(source string) string {
	for _, e := range slices.Backward(c.external) {
		if e.source == source {
			return e.value
		}
	}
	return ""
}

// canonical is the record at the head of the merge tree.
func (c *record) canonical() *record {
	for c.mergedTo != nil {
		c = c.mergedTo
	}
	return c
}

// mergeSet is every record of the merge tree that c heads, c first.
func (c *record) mergeSet() []*record {
	set := []*record{c}
	for _, part := range c.mergedFrom {
		set = append(set, part.mergeSet()...)
	}
	return set
}

// store holds the records in the order of their creation, which is the order
// of every listing.
type store struct {
	byID       map[string]*record
	order      []*record
	source     string // whose external ids are indexed
	byExternal map[string][]*record
	// byIdentifier finds records by email address and phone number. It is made
	// when somebody asks for the first time, and nil before: a world without
	// such look-ups does not pay for it, nor does a clone.
	byIdentifier map[string][]*record
}

func newStore(source string) store {
	return store{byID: make(map[string]*record), source: source, byExternal: make(map[string][]*record)}
}

func (s *store) add(c *record) {
	c.ordinal = len(s.order)
	s.byID[c.id] = c
	s.order = append(s.order, c)
}

// reindex follows a change of external ids.
func (s *store) reindex(c *record, before, after []externalID) {
	if slices.Equal(before, after) {
		return
	}
	for _, e := range before {
		if e.source == s.source {
			s.byExternal[e.value] = slices.DeleteFunc(s.byExternal[e.value], func(x *record) bool { return x == c })
		}
	}
	for _, e := range after {
		if e.source == s.source {
			s.byExternal[e.value] = append(s.byExternal[e.value], c)
		}
	}
}

// find is the record that carries an external id: the first that got it, if
// there are several, and the head of its merge tree.
func (s *store) find(e externalID) *record {
	if e.source != s.source {
		for _, c := range s.order {
			if !c.deleted && slices.Contains(c.external, e) {
				return c.canonical()
			}
		}
		return nil
	}
	for _, c := range s.byExternal[e.value] {
		if head := c.canonical(); !c.deleted && !head.deleted {
			return head
		}
	}
	return nil
}
