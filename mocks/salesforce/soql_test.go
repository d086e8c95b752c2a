package salesforce

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func TestQueries(t *testing.T) {
	w := newWorld(t, nil)
	ids := map[string]string{}
	for _, r := range []struct {
		alias, external string
		set             map[string]any
	}{
		{"ada", "g-1", map[string]any{"FirstName": "Ada", "Score__c": int64(5), "Tier__c": "gold", "Birthdate": "1990-05-01"}},
		{"bob", "g-2", map[string]any{"FirstName": "Bob", "Score__c": int64(10), "DoNotCall": true}},
		{"cyd", "", map[string]any{"FirstName": "O'Cyd", "Seen__c": "2026-01-01T00:00:00Z"}},
	} {
		ids[r.alias] = w.seed(r.alias, 0, r.external, r.set)
	}
	for _, c := range []struct{ where, want string }{
		{"FirstName = 'ADA'", "ada"}, // S: without regard to case
		{"FirstName != 'Ada'", "bob cyd"},
		{`FirstName = 'O\'Cyd'`, "cyd"},
		{"Score__c = null", "cyd"},
		{"Score__c != null", "ada bob"},
		{"Score__c > 5", "bob"},
		{"Score__c >= 5.0", "ada bob"},
		{"Score__c < 10", "ada"},
		{"Score__c <> 5", "bob cyd"},
		{"DoNotCall = TRUE", "bob"},
		{"Birthdate < 2000-01-01", "ada"},
		{"Seen__c <= 2026-01-01T01:00:00+01:00", "cyd"},
		{"Tier__c IN ('gold', 'silver')", "ada"},
		{"Tier__c NOT IN ('gold')", "bob cyd"},
		{"NOT Tier__c = 'gold'", "bob cyd"},
		{"Genesys_Contact_Id__c = 'G-2'", "bob"},
		{"Genesys_Contact_Id__c IN ('g-1','g-2','g-3')", "ada bob"},
		{"Genesys_Contact_Id__c = ''", "cyd"},
		{"Id = '" + ids["ada"][:15] + "'", "ada"},
		{"Id IN ('" + ids["ada"] + "','" + ids["cyd"] + "') AND Score__c = 5", "ada"},
		{"(Score__c = 5 OR Score__c = 10) AND DoNotCall = false", "ada"},
		{"Score__c = 5 OR (DoNotCall = true AND FirstName = 'Bob')", "ada bob"},
		{"FirstName LIKE 'a%'", "ada"}, // S: without regard to case
		{"FirstName LIKE '_ob'", "bob"},
		{"FirstName LIKE '%d%'", "ada cyd"},
		{`FirstName LIKE 'O\'%'`, "cyd"},
		{`FirstName LIKE 'A\%'`, ""}, // S: an escaped wildcard means itself
		{`FirstName LIKE 'A\_a'`, ""},
		{"FirstName LIKE 'Ada'", "ada"},
		{"NOT FirstName LIKE '%a%'", "bob cyd"},
		{"Tier__c LIKE '%'", "ada"}, // null is like nothing
		{"LastModifiedDate < 2020-01-01T00:00:00Z", ""},
		{"SystemModstamp > 2026-01-31T10:59:59.999Z AND Score__c = 5", "ada"},
		{"SystemModstamp > 2026-01-31T11:00:00Z", ""},
		{"SystemModstamp >= 2026-01-31T11:00:00.001Z", ""},
		{"SystemModstamp > 2026-01-31T11:00:00Z OR (SystemModstamp = 2026-01-31T11:00:00Z AND Id > '" + ids["ada"] + "')", "bob cyd"},
		{"SystemModstamp > 2030-01-01T00:00:00Z OR Score__c = 5", "ada"},
		{"Name = 'bob bob'", "bob"},
		{"IsDeleted = false AND Score__c = 10", "bob"},
	} {
		resp, got := w.soql("SELECT Id, LastName FROM Contact WHERE " + c.where)
		var want []string
		for _, alias := range strings.Fields(c.want) {
			want = append(want, ids[alias])
		}
		slices.Sort(got)
		slices.Sort(want)
		if resp.Status != 200 || !slices.Equal(got, want) {
			t.Errorf("%s: got %s, want %v", c.where, resp.Body, want)
		}
	}
	for _, c := range []struct{ clause, want string }{
		{"ORDER BY Score__c", "cyd ada bob"}, // S: nulls first
		{"ORDER BY Score__c DESC NULLS LAST", "bob ada cyd"},
		{"ORDER BY Score__c NULLS LAST LIMIT 2", "ada bob"},
		{"ORDER BY DoNotCall DESC, FirstName desc", "bob cyd ada"},
		{"ORDER BY LastName LIMIT 0", ""},
	} {
		_, got := w.soql("select id from contact " + c.clause)
		var want []string
		for _, alias := range strings.Fields(c.want) {
			want = append(want, ids[alias])
		}
		if !slices.Equal(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%s: got %v, want %v", c.clause, got, want)
		}
	}
	if n := len(w.events(trace.Read)); n == 0 {
		t.Error("rows were disclosed without a Read event")
	}
}

func TestQueryRefusals(t *testing.T) {
	w := newWorld(t, nil)
	for _, c := range []struct{ query, code string }{
		{"SELECT", "MALFORMED_QUERY"},
		{"SELECT Id", "MALFORMED_QUERY"},
		{"SELECT Id, FROM Contact", "MALFORMED_QUERY"},
		{"SELECT * FROM Contact", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE Title", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE Title = ", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE Title = 'x", "MALFORMED_QUERY"},
		{`SELECT Id FROM Contact WHERE Title = '\x'`, "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE (Title = 'x'", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE Title = 'x')", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE Title = 'x' AND DoNotCall = true OR DoNotCall = false", "MALFORMED_QUERY"}, // S
		{"SELECT Id FROM Contact WHERE Title IN ()", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE Title == 'x'", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact LIMIT -1", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact LIMIT 1 ORDER BY Id", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact ORDER Id", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact WHERE SystemModstamp > 2026-13-01T00:00:00Z", "MALFORMED_QUERY"},
		{"SELECT Id FROM Contact; DROP TABLE Contact", "MALFORMED_QUERY"},
		{"SELECT Id FROM Account", "INVALID_TYPE"},      // S
		{"SELECT Nope FROM Contact", "INVALID_FIELD"},   // S
		{"SELECT Id, Id FROM Contact", "INVALID_FIELD"}, // S
		{"SELECT Id FROM Contact WHERE Nope = 1", "INVALID_FIELD"},
		{"SELECT Id FROM Contact ORDER BY Nope", "INVALID_FIELD"},
		{"SELECT Id FROM Contact WHERE Score__c = '5'", "INVALID_FIELD"},
		{"SELECT Id FROM Contact WHERE Title = 5", "INVALID_FIELD"},
		{"SELECT Id FROM Contact WHERE SystemModstamp > '2026-01-01T00:00:00Z'", "INVALID_FIELD"}, // S: no quotes
		{"SELECT Id FROM Contact WHERE SystemModstamp > 2026-01-01", "INVALID_FIELD"},
		{"SELECT Id FROM Contact WHERE Description = 'x'", "INVALID_FIELD"}, // S: long text areas
		{"SELECT Id FROM Contact WHERE DoNotCall > true", "INVALID_FIELD"},
		{"SELECT Id FROM Contact WHERE Id = '1'", "INVALID_QUERY_FILTER_OPERATOR"},
		{"SELECT Id FROM Contact WHERE " + strings.Repeat("(", 60) + "Title = 'x'" + strings.Repeat(")", 60), "QUERY_TOO_COMPLICATED"},
	} {
		resp, _ := w.soql(c.query)
		func() {
			w.t = t
			w.refused(resp, 400, c.code)
		}()
	}
}

func TestQueryBatches(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.PageSize = 2 })
	for range 5 {
		w.seed("r", 0, "", map[string]any{})
	}
	resp, got := w.soql("SELECT Id, Title FROM Contact ORDER BY Id")
	var all []string
	for page := 0; ; page++ {
		all = append(all, got...)
		var next struct {
			Done           bool
			TotalSize      int
			NextRecordsURL string `json:"nextRecordsUrl"`
		}
		w.decode(resp, &next)
		if next.TotalSize != 5 || next.Done != (page == 2) {
			t.Fatalf("page %d is %s", page, resp.Body)
		}
		if next.Done {
			break
		}
		resp = w.send("GET", next.NextRecordsURL, "", "")
		got = w.rows(resp)
	}
	if !slices.IsSorted(all) || len(slices.Compact(all)) != 5 {
		t.Errorf("the batches hold %v", all)
	}
	if n := len(w.events(trace.Read)); n != 5 {
		t.Errorf("%d reads for 5 rows", n)
	}
}

func FuzzParseQuery(f *testing.F) {
	for _, q := range []string{
		"SELECT Id, Name FROM Contact WHERE SystemModstamp >= 2026-01-01T00:00:00Z ORDER BY SystemModstamp, Id LIMIT 10",
		`select id from contact where (title = 'o\'x' and score__c in (1, -2.5, null)) or not donotcall = false`,
		"SELECT Id FROM Contact WHERE Birthdate < 2000-01-01 ORDER BY Title DESC NULLS LAST",
	} {
		f.Add(q)
	}
	m := newWorld(f, nil).m
	r := m.fresh("003000000000001AAA")
	f.Fuzz(func(t *testing.T, text string) {
		q, err := parseQuery(m.schema, text)
		if (q == nil) == (err == nil) {
			t.Fatalf("query %v and refusal %v", q, err)
		}
		if err != nil {
			if err.status != 400 || err.code == "" {
				t.Fatalf("the refusal is %+v", err)
			}
			return
		}
		if len(q.fields) == 0 {
			t.Fatal("a query without fields")
		}
		if q.where != nil {
			q.where.holds(m, r)
		}
		q.compare(m, r, r)
	})
}

func FuzzPatch(f *testing.F) {
	f.Add(`{"LastName":"x","Score__c":1e2,"Interests__c":"golf;music"}`)
	f.Add(`{"Birthdate":"2026-01-31","DoNotCall":true,"Email":"a@b.cc"}`)
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, nil)
		id := w.seed("ada", 1, "", map[string]any{})
		resp := w.send("PATCH", root+"/sobjects/Contact/"+id, "", body)
		if resp.Status != 204 && resp.Status != 400 && resp.Status != 415 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		// What was stored is well-formed JSON on its way out, and can be
		// written back without a change.
		var row map[string]any
		w.decode(w.send("GET", root+"/sobjects/Contact/"+id, "", ""), &row)
	})
}

func BenchmarkGet(b *testing.B) {
	w, ids := populated(b, 1000)
	path := root + "/sobjects/Contact/" + ids[500]
	benchmark(b, w, "GET", path, "", nil)
}

func BenchmarkPatch(b *testing.B) {
	w, ids := populated(b, 1000)
	path := root + "/sobjects/Contact/" + ids[500]
	bodies := []string{`{"FirstName":"Ada","Sync_Version__c":7}`, `{"FirstName":"Bea","Sync_Version__c":8}`}
	benchmark(b, w, "PATCH", path, "", bodies)
}

func BenchmarkFeedPageOf100k(b *testing.B) {
	w, _ := populated(b, 100_000)
	from := url.QueryEscape("SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= 2026-01-31T11:00:00Z ORDER BY SystemModstamp, Id LIMIT 200")
	benchmark(b, w, "GET", root+"/query", "q="+from, nil)
}

func BenchmarkFeedTailOf100k(b *testing.B) {
	w, ids := populated(b, 100_000)
	last := slices.Max(ids)
	q := "SELECT Id FROM Contact WHERE SystemModstamp > 2026-01-31T11:00:01Z OR (SystemModstamp = 2026-01-31T11:00:01Z AND Id > '" + last + "') ORDER BY SystemModstamp, Id LIMIT 200"
	benchmark(b, w, "GET", root+"/query", "q="+url.QueryEscape(q), nil)
}

func populated(b *testing.B, n int) (*world, []string) {
	w := newWorld(b, func(c *mocks.Config) { c.Quota = mocks.Quota{Requests: 1 << 40, Per: time.Hour, Headers: true} })
	ids := make([]string, n)
	for i := range ids {
		ids[i] = w.seed("r", 1, "", map[string]any{"FirstName": "Ada", "Phone": "4155550123"})
	}
	return w, ids
}

// quiet drops events, so that the mock alone is measured.
type quiet struct{ op uint64 }

func (q *quiet) Emit(trace.Event) uint64 { q.op++; return q.op }

func benchmark(b *testing.B, w *world, method, path, query string, bodies []string) {
	w.m.journal.Journal = &quiet{}
	values, _ := url.ParseQuery(query)
	header := map[string][]string{"Authorization": {"Bearer " + w.session}, "Content-Type": {"application/json"}}
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		r := mocks.Request{Method: method, Path: path, Query: values, Header: header, Call: uint64(i)}
		if bodies != nil {
			r.Body = []byte(bodies[i%len(bodies)])
		}
		if resp := w.m.Handle(w.now, &r); resp.Status >= 300 {
			b.Fatalf("%d %s", resp.Status, resp.Body)
		}
	}
}
