package genesys

import (
	"net/http"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// identifiersMax is how many matching identifiers an enrichment may name (S).
const identifiersMax = 25

// The actions of an enrichment (S).
const enrichInsert, enrichUpdate, enrichUpsert, enrichMerge = "Insert", "Update", "Upsert", "Merge"

// enrichment is one request to find contacts by identifiers and to combine
// data with them.
type enrichment struct {
	id      string // the client's own, in bulk
	action  string
	matches []*record // that the identifiers find, in their order, each once
	given   content
	named   map[uint8]bool // the attributes that the contact names, null included
	rules   fieldRules
}

// enrich is POST contacts/enrich: 201 for a new contact, 200 for a changed or
// merged one (S). With dryRun nothing is changed (S).
func (x *exchange) enrich(string) ([]byte, *refusal) {
	members, err := mocks.MembersIn(nil, string(x.r.Body))
	if err != nil {
		return nil, badJSON(err)
	}
	e, bad := x.parseEnrichment(members)
	if bad != nil {
		return nil, bad
	}
	on := x
	if x.r.Query.Get("dryRun") == "true" {
		on = x.onACopy(e)
	}
	c, created, bad := on.carryOut(e)
	if bad != nil {
		return nil, bad
	}
	if created {
		x.status = http.StatusCreated
	}
	return on.m.appendRecord(make([]byte, 0, bodySize), c), nil
}

// onACopy is the exchange with a copy of the organisation, which nobody keeps.
func (x *exchange) onACopy(e *enrichment) *exchange {
	tried := *x
	tried.m = x.m.copied(deaf{})
	for i, c := range e.matches {
		e.matches[i] = tried.m.store.byID[c.id]
	}
	return &tried
}

// carryOut does what the action says of the contacts that were found. What an
// Insert or Update answers that finds one or none is M.
func (x *exchange) carryOut(e *enrichment) (c *record, created bool, bad *refusal) {
	if len(e.matches) == 0 {
		if e.action == enrichUpdate {
			return nil, false, notFound(x.m.object.unfound("one of these identifiers"))
		}
		if bad := x.permitted(permissionAdd); bad != nil {
			return nil, false, bad
		}
		if bad := x.m.complete(&e.given); bad != nil {
			return nil, false, bad
		}
		return x.insert(e.given), true, nil
	}
	if e.action == enrichInsert {
		return nil, false, &refusal{status: 409, code: codeConflict, message: "The " + x.m.object.noun + " " + e.matches[0].id + " has one of these identifiers"}
	}
	if bad := x.permitted(permissionEdit); bad != nil {
		return nil, false, bad
	}
	c = e.matches[0]
	if e.action == enrichMerge {
		for _, loser := range e.matches[1:] {
			x.absorb(c, loser)
		}
	}
	next := x.m.combined(c, e)
	if bad := x.m.complete(&next); bad != nil {
		return nil, false, bad
	}
	x.write(c, next, trace.Update)
	return c, false, nil
}

// combined is a contact's content after an enrichment.
func (m *Mock) combined(c *record, e *enrichment) content {
	next := c.clone()
	next.schema = next.schema || e.given.schema
	next.versionNamed = e.given.versionNamed
	for i := range m.schema.slots {
		slot := uint8(i)
		given, has := e.given.get(slot)
		_, had := next.get(slot)
		switch rule := e.rules.of(m.schema.slots[i].base); {
		case rule == alwaysProvided && (has || e.named[slot]):
			next.set(cell{slot: slot, text: given.text, phone: given.phone})
		case has && !(rule == preferExisting && had):
			next.set(given)
		}
	}
	next.external = e.rules.externals(next.external, e.given.external)
	return next
}

// deaf is the journal of what is only tried.
type deaf struct{}

func (deaf) Emit(trace.Event) uint64 { return 0 }
