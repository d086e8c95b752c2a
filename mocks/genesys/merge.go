package genesys

import (
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// mergedMax is how many contacts a merge takes (S).
const mergedMax = 25

// mergeSetMax is how many contacts a merge tree may hold (S).
const mergeSetMax = 52

// merge is POST contacts/merge: {"contactIds":[...],"valueOverride":{...}}. The
// contacts become part of a new one (S).
func (x *exchange) merge(string) ([]byte, *refusal) {
	members, err := mocks.MembersIn(nil, string(x.r.Body))
	if err != nil {
		return nil, badJSON(err)
	}
	var ids []string
	var override content
	for i := range members {
		v := &members[i]
		switch v.Key {
		case "contactIds":
			list, ok := mocks.Strings(v.Text)
			if v.Kind != mocks.JSONArray || !ok {
				return nil, invalid("contactIds", ruleType, "expected a list of ids")
			}
			ids = list
		case "valueOverride":
			if v.Kind == mocks.JSONNull {
				continue
			}
			inner, err := mocks.MembersIn(nil, v.Text)
			if err != nil {
				return nil, badJSON(err)
			}
			var bad *refusal
			if override, bad = x.m.assignAll(inner, ""); bad != nil {
				return nil, bad
			}
		default:
			return nil, unknownField(v.Key)
		}
	}
	parts, bad := x.parts(ids)
	if bad != nil {
		return nil, bad
	}
	c, bad := x.unite(parts, override)
	if bad != nil {
		return nil, bad
	}
	return x.m.appendRecord(make([]byte, 0, bodySize), c), nil
}

func (x *exchange) parts(ids []string) ([]*record, *refusal) {
	if len(ids) < 2 || len(ids) > mergedMax {
		return nil, invalid("contactIds", ruleLimit, "from 2 to "+strconv.Itoa(mergedMax)+" contacts can be merged")
	}
	parts := make([]*record, 0, len(ids))
	for _, id := range ids {
		c, bad := x.writable(id)
		if bad != nil {
			return nil, bad
		}
		if slices.Contains(parts, c) {
			return nil, invalid("contactIds", ruleFormat, "its elements have to be unique")
		}
		parts = append(parts, c)
	}
	return parts, nil
}

// unite makes the new contact, and the others part of it. A value that
// valueOverride does not give comes from the contact that was modified last;
// phone numbers and email addresses that differ move to attributes of their
// kind that are free (S).
func (x *exchange) unite(parts []*record, override content) (*record, *refusal) {
	size := 1
	for _, p := range parts {
		size += len(p.mergeSet())
	}
	if size > mergeSetMax {
		return nil, invalid("contactIds", ruleLimit, "a merge set holds at most "+strconv.Itoa(mergeSetMax)+" contacts")
	}
	latest := slices.Clone(parts)
	slices.SortStableFunc(latest, func(a, b *record) int { return b.modified.Compare(a.modified) })
	next := override.clone()
	next.versionNamed = override.versionNamed
	var homeless []cell
	for _, p := range latest {
		next.schema = next.schema || p.schema
		for _, v := range p.cells {
			if had, has := next.get(v.slot); !has {
				next.set(v)
			} else if had.text != v.text {
				homeless = append(homeless, v)
			}
		}
		next.external = (&fieldRules{array: arrayFill}).externals(next.external, p.external)
	}
	x.m.house(&next, homeless)
	if bad := x.m.complete(&next); bad != nil {
		return nil, bad
	}
	c := x.insert(next)
	for _, p := range parts {
		x.absorb(c, p)
	}
	return c, nil
}

// house gives phone numbers and email addresses that lost their place a free
// one, if there is one. Which of the free ones is M: the first.
func (m *Mock) house(c *content, homeless []cell) {
	for _, v := range homeless {
		k := m.schema.slots[v.slot].kind
		if k != kindPhone && k != kindEmail || slices.ContainsFunc(c.cells, func(o cell) bool { return o.text == v.text && m.schema.slots[o.slot].kind == k }) {
			continue
		}
		for i := range m.schema.slots {
			s := &m.schema.slots[i]
			if _, taken := c.get(uint8(i)); s.kind == k && s.group == groupTop && !s.removed && !taken {
				c.set(cell{slot: uint8(i), text: v.text, phone: v.phone})
				break
			}
		}
	}
}

// absorb makes a contact part of another one.
func (x *exchange) absorb(into, from *record) {
	into.mergedFrom = append(into.mergedFrom, from)
	person, _ := x.m.cfg.Person(x.actor)
	x.m.commit(from, from.clone(), write{
		call: x.r.Call, cause: x.arrive, actor: x.actor, origin: person.Origin, verb: trace.Merge, stamp: x.now, into: into,
	}, x.now)
}

// mergePair is POST merge/contacts, which the vendor has replaced by
// contacts/merge: two curated contacts, and this mock has no others, cannot be
// merged by it (S; M: the status and the words).
func (x *exchange) mergePair(string) ([]byte, *refusal) {
	members, err := mocks.MembersIn(nil, string(x.r.Body))
	if err != nil {
		return nil, badJSON(err)
	}
	var ids [2]string
	for i := range members {
		switch members[i].Key {
		case "sourceContactId":
			ids[0] = members[i].Text
		case "targetContactId":
			ids[1] = members[i].Text
		default:
			return nil, unknownField(members[i].Key)
		}
	}
	for i, name := range [...]string{"sourceContactId", "targetContactId"} {
		if ids[i] == "" {
			return nil, invalid(name, ruleRequired, "it is required")
		}
		if _, bad := x.writable(ids[i]); bad != nil {
			return nil, bad
		}
	}
	return nil, &refusal{status: 409, code: codeConflict, message: "Two curated contacts cannot be merged: use contacts/merge"}
}
