package genesys

import (
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// find is the record of a path; a deleted one is not found (S).
func (x *exchange) find(id string) (*record, *refusal) {
	c := x.m.store.byID[id]
	if c == nil || c.deleted {
		return nil, notFound("The " + x.m.object.noun + " " + id)
	}
	return c, nil
}

// writable is find for a write: a record that was merged into another cannot
// be written any more (M).
func (x *exchange) writable(id string) (*record, *refusal) {
	c, bad := x.find(id)
	if bad == nil && c.mergedTo != nil {
		bad = &refusal{
			status: 409, code: codeConflict,
			message: "The " + x.m.object.noun + " " + id + " was merged into " + c.canonical().id + " and cannot be modified",
		}
	}
	return c, bad
}

// disclose journals that the answer shows a record's content.
func (x *exchange) disclose(c *record) {
	if x.lost {
		return
	}
	x.m.rec.Read(mocks.Disclosed{
		Call: x.r.Call, Cause: x.arrive, Actor: x.actor, Record: c.id, Alias: c.alias,
		External: c.from(x.m.store.source), Version: c.syncVersion(x.m.base), Stamp: c.modified,
	})
}

// bodySize is what a record's JSON usually needs.
const bodySize = 1024

func (x *exchange) get(id string) ([]byte, *refusal) {
	c, bad := x.find(id)
	if bad != nil {
		return nil, bad
	}
	x.disclose(c)
	return x.m.appendRecord(make([]byte, 0, bodySize), c), nil
}

func (x *exchange) create(string) ([]byte, *refusal) {
	next, bad := x.m.parseRecord(x.r.Body, "")
	if bad != nil {
		return nil, bad
	}
	return x.m.appendRecord(make([]byte, 0, bodySize), x.insert(next)), nil
}

func (x *exchange) insert(next content) *record {
	c := &record{id: x.m.ids.UUID(), created: x.now.Truncate(resolution)}
	x.write(c, next, trace.Create)
	return c
}

func (x *exchange) replace(id string) ([]byte, *refusal) {
	c, bad := x.writable(id)
	if bad != nil {
		return nil, bad
	}
	next, bad := x.m.parseRecord(x.r.Body, id)
	if bad != nil {
		return nil, bad
	}
	x.write(c, next, trace.Update)
	return x.m.appendRecord(make([]byte, 0, bodySize), c), nil
}

func (x *exchange) patch(id string) ([]byte, *refusal) {
	c, bad := x.writable(id)
	if bad != nil {
		return nil, bad
	}
	next := c.clone()
	if bad := x.m.applyPatch(&next, x.r.Body); bad != nil {
		return nil, bad
	}
	x.write(c, next, trace.Update)
	return x.m.appendRecord(make([]byte, 0, bodySize), c), nil
}

func (x *exchange) remove(id string) ([]byte, *refusal) {
	c, bad := x.writable(id)
	if bad != nil {
		return nil, bad
	}
	x.write(c, c.clone(), trace.Delete)
	return []byte(`{}`), nil
}

// write commits a change made through the API.
func (x *exchange) write(c *record, next content, verb string) {
	person, _ := x.m.cfg.Person(x.actor)
	x.m.commit(c, next, write{
		call: x.r.Call, cause: x.arrive, actor: x.actor, origin: person.Origin, verb: verb,
		stamp: x.now, versionSet: next.versionNamed,
	}, x.now)
}
