package genesys

import (
	"strconv"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// bulkMax is how many entities a bulk request takes (M).
const bulkMax = 50

// bulkResult is what became of one entity of a bulk request.
type bulkResult struct {
	id     string
	status int
	body   []byte // the record, nil where there is none to show
	bad    *refusal
	sent   string // the entity as it came
}

// bulk answers a bulk request: each entity by itself, with results in no order
// that a client may rely on (S).
func (x *exchange) bulk(one func(*exchange, []mocks.Member, string) bulkResult) ([]byte, *refusal) {
	members, err := mocks.MembersIn(nil, string(x.r.Body))
	if err != nil {
		return nil, badJSON(err)
	}
	if len(members) != 1 || members[0].Key != "entities" || members[0].Kind != mocks.JSONArray {
		return nil, invalid("entities", ruleRequired, "a list of entities is required, and nothing else")
	}
	elements, err := mocks.ElementsIn(nil, members[0].Text)
	if err != nil {
		return nil, badJSON(err)
	}
	if len(elements) == 0 || len(elements) > bulkMax {
		return nil, invalid("entities", ruleLimit, "from 1 to "+strconv.Itoa(bulkMax)+" entities are allowed")
	}
	results := make([]bulkResult, len(elements))
	for i := range elements {
		results[i] = x.bulkOne(&elements[i], one)
	}
	return appendBulk(nil, results), nil
}

func (x *exchange) bulkOne(e *mocks.Member, one func(*exchange, []mocks.Member, string) bulkResult) bulkResult {
	if e.Kind != mocks.JSONObject {
		return bulkResult{bad: invalid("entities", ruleType, "expected object, got "+e.Kind.String()), sent: "null"}
	}
	members, err := mocks.MembersIn(nil, e.Text)
	if err != nil {
		return bulkResult{bad: badJSON(err), sent: "null"}
	}
	id := ""
	for i := range members {
		if members[i].Key == "id" && members[i].Kind == mocks.JSONString {
			id = members[i].Text
		}
	}
	r := one(x, members, id)
	r.sent = e.Text
	if r.id == "" {
		r.id = id
	}
	return r
}

// appendBulk appends the results, the last first: a client that takes them for
// those of the request in its order shall fail here and not in production.
func appendBulk(b []byte, results []bulkResult) []byte {
	b = append(b, `{"results":[`...)
	var failed []int
	for i := len(results) - 1; i >= 0; i-- {
		if i < len(results)-1 {
			b = append(b, ',')
		}
		b = results[i].append(b)
	}
	for i := range results {
		if results[i].bad != nil {
			failed = append(failed, i)
		}
	}
	b = strconv.AppendInt(append(b, `],"errorCount":`...), int64(len(failed)), 10)
	b = append(b, `,"errorIndexes":[`...)
	for i, at := range failed {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendInt(b, int64(at), 10)
	}
	return append(b, ']', '}')
}

// append appends one result (S for its members).
func (r *bulkResult) append(b []byte) []byte {
	b = append(b, '{')
	if r.id != "" {
		b = append(mocks.AppendString(append(b, `"id":`...), r.id), ',')
	}
	if r.bad == nil {
		b = strconv.AppendInt(append(b, `"success":true,"status":`...), int64(r.status), 10)
		if r.body != nil {
			b = append(append(b, `,"entity":`...), r.body...)
		}
		return append(b, '}')
	}
	b = strconv.AppendInt(append(b, `"success":false,"status":`...), int64(r.bad.status), 10)
	b = mocks.AppendString(append(b, `,"error":{"code":`...), r.bad.code)
	b = mocks.AppendString(append(b, `,"message":`...), r.bad.message)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(r.bad.status), 10)
	b = append(b, `,"retryable":false,"details":[`...)
	if r.bad.field != "" {
		b = mocks.AppendString(append(b, `{"fieldName":`...), r.bad.field)
		b = append(b, '}')
	}
	b = append(append(b, `],"entity":`...), r.sent...)
	return append(b, '}', '}')
}

func (x *exchange) show(c *record) []byte { return x.m.appendRecord(nil, c) }

func (x *exchange) bulkAdd(string) ([]byte, *refusal) {
	return x.bulk(func(x *exchange, members []mocks.Member, _ string) bulkResult {
		next, bad := x.m.assignAll(members, "")
		if bad == nil {
			bad = x.m.complete(&next)
		}
		if bad != nil {
			return bulkResult{bad: bad}
		}
		c := x.insert(next)
		return bulkResult{id: c.id, status: 201, body: x.show(c)}
	})
}

func (x *exchange) bulkUpdate(string) ([]byte, *refusal) {
	return x.bulk(func(x *exchange, members []mocks.Member, id string) bulkResult {
		c, bad := x.writable(id)
		if bad != nil {
			return bulkResult{bad: bad}
		}
		next, bad := x.m.assignAll(members, id)
		if bad == nil {
			bad = x.m.complete(&next)
		}
		if bad != nil {
			return bulkResult{bad: bad}
		}
		x.write(c, next, trace.Update)
		return bulkResult{status: 200, body: x.show(c)}
	})
}

func (x *exchange) bulkRemove(string) ([]byte, *refusal) {
	return x.bulk(func(x *exchange, _ []mocks.Member, id string) bulkResult {
		c, bad := x.writable(id)
		if bad != nil {
			return bulkResult{bad: bad}
		}
		x.write(c, c.clone(), trace.Delete)
		return bulkResult{status: 200}
	})
}

func (x *exchange) bulkFetch(string) ([]byte, *refusal) {
	return x.bulk(func(x *exchange, _ []mocks.Member, id string) bulkResult {
		c, bad := x.find(id)
		if bad != nil {
			return bulkResult{bad: bad}
		}
		x.disclose(c)
		return bulkResult{status: 200, body: x.show(c)}
	})
}

func (x *exchange) bulkEnrich(string) ([]byte, *refusal) {
	return x.bulk(func(x *exchange, members []mocks.Member, _ string) bulkResult {
		e, bad := x.parseEnrichment(members)
		if bad != nil {
			return bulkResult{bad: bad}
		}
		c, created, bad := x.carryOut(e)
		switch {
		case bad != nil:
			return bulkResult{bad: bad}
		case created:
			return bulkResult{id: c.id, status: 201, body: x.show(c)}
		}
		return bulkResult{id: c.id, status: 200, body: x.show(c)}
	})
}
