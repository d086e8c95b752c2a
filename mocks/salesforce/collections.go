package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// collectionMax is how many records a collection request may name (S).
const collectionMax = 200

// outcome is what became of one record of a collection.
type outcome struct {
	id           string
	upsert, made bool
	err          *apiError
}

// collections answers composite/sobjects[/Contact[/{external id field}]] (S):
// up to 200 records of a request succeed or fail each by itself, results in
// the order of the request; with allOrNone all or none do.
func (x *exchange) collections(path string) (int, []byte, *apiError) {
	object, field, _ := strings.Cut(path, "/")
	if object != "" && object != x.m.object.name {
		return 0, nil, errType(object)
	}
	switch {
	case x.r.Method == http.MethodPost && object == "":
		return x.save("create", (*exchange).collectionInsert)
	case x.r.Method == http.MethodPatch && object == "":
		return x.save("update", (*exchange).collectionUpdate)
	case x.r.Method == http.MethodPatch && field != "":
		c := x.m.schema.find(field)
		if c == nil || !c.externalID && c.system != sysID {
			return 0, nil, errNotExternal(field)
		}
		return x.save("update", func(x *exchange, m []mocks.Member) outcome { return x.collectionUpsert(c, m) })
	case x.r.Method == http.MethodDelete && object == "":
		return x.collectionDelete()
	case object != "" && field == "" && (x.r.Method == http.MethodGet || x.r.Method == http.MethodPost):
		return x.collectionRead()
	}
	return 0, nil, errMethod(x.r.Method)
}

func errType(object string) *apiError {
	return refuse("INVALID_TYPE", "sObject type '"+object+"' is not supported.").withStatus(http.StatusNotFound)
}

// save takes the records of a POST or PATCH one after the other.
func (x *exchange) save(verb string, one func(*exchange, []mocks.Member) outcome) (int, []byte, *apiError) {
	if !x.somewhere(verb) {
		return 0, nil, errAccess()
	}
	members, err := x.members()
	if err != nil {
		return 0, nil, err
	}
	b := body{members}
	if err := b.only("collection", "allOrNone", "records"); err != nil {
		return 0, nil, err
	}
	records, err := b.records()
	if err != nil {
		return 0, nil, err
	}
	all := b.find("allOrNone")
	return x.each(all != nil && all.Text == "true", len(records), func(x *exchange, i int) outcome { return one(x, records[i]) })
}

// records are the members of each record.
func (b body) records() ([][]mocks.Member, *apiError) {
	m := b.find("records")
	if m == nil || m.Kind != mocks.JSONArray {
		return nil, refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [records]", "records")
	}
	elements, bad := mocks.ElementsIn(nil, m.Text)
	if bad != nil {
		return nil, parserError(bad)
	}
	if len(elements) > collectionMax {
		return nil, errCollection(len(elements))
	}
	records := make([][]mocks.Member, len(elements))
	for i := range elements {
		if records[i], bad = mocks.MembersIn(nil, elements[i].Text); bad != nil || elements[i].Kind != mocks.JSONObject {
			return nil, refuse("JSON_PARSER_ERROR", "records["+strconv.Itoa(i)+"] is no object")
		}
	}
	return records, nil
}

// errCollection is more records than the vendor takes (S for the bound, M for
// the words).
func errCollection(n int) *apiError {
	return refuse("LIMIT_EXCEEDED", "record limit reached. cannot submit more than "+strconv.Itoa(collectionMax)+" records into this call, got "+strconv.Itoa(n))
}

// each lets every record have its outcome. With allOrNone they are tried on a
// copy of the organisation first: one that fails there leaves all undone.
func (x *exchange) each(allOrNone bool, n int, one func(*exchange, int) outcome) (int, []byte, *apiError) {
	if allOrNone {
		tried := *x
		tried.m = x.m.copied(mute{})
		results := tried.outcomes(n, one)
		if slices.ContainsFunc(results, outcome.failed) {
			return http.StatusOK, rolledBack(results), nil
		}
	}
	return http.StatusOK, appendOutcomes(nil, x.outcomes(n, one)), nil
}

func (x *exchange) outcomes(n int, one func(*exchange, int) outcome) []outcome {
	results := make([]outcome, n)
	for i := range results {
		results[i] = one(x, i)
	}
	return results
}

func (o outcome) failed() bool { return o.err != nil }

// rolledBack are the results where one failure undid the others (S: the code
// is of the WSDL's StatusCode; M: the words).
func rolledBack(results []outcome) []byte {
	for i := range results {
		if results[i].err == nil {
			results[i] = outcome{upsert: results[i].upsert, err: refuse("ALL_OR_NONE_OPERATION_ROLLED_BACK",
				"Record rolled back because not all records were valid and the request was using AllOrNone header")}
		}
	}
	return appendOutcomes(nil, results)
}

// appendOutcomes appends the array of SaveResult (S).
func appendOutcomes(b []byte, results []outcome) []byte {
	b = append(b, '[')
	for i, o := range results {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, '{')
		if o.id != "" {
			b = append(append(append(b, `"id":"`...), o.id...), `",`...)
		}
		b = strconv.AppendBool(append(b, `"success":`...), o.err == nil)
		b = append(b, `,"errors":[`...)
		if o.err != nil {
			b = o.err.appendStatus(b)
		}
		b = append(b, ']')
		if o.upsert {
			b = strconv.AppendBool(append(b, `,"created":`...), o.made)
		}
		b = append(b, '}')
	}
	return append(b, ']')
}

// appendStatus appends the error as results hold it, with statusCode in the
// place of errorCode (S).
func (e *apiError) appendStatus(b []byte) []byte {
	b = mocks.AppendString(append(b, `{"statusCode":`...), e.code)
	b = mocks.AppendString(append(b, `,"message":`...), e.message)
	b = append(b, `,"fields":[`...)
	for i, f := range e.fields {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(b, f)
	}
	return append(b, `]}`...)
}

// mute is the journal of what is only tried.
type mute struct{}

func (mute) Emit(trace.Event) uint64 { return 0 }
