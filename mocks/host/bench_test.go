package host_test

import (
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// BenchmarkVendor writes and reads one contact over loopback, journal on, and
// compares it, as of-bare, with a handler that decodes and encodes the same
// JSON and does nothing else.
func BenchmarkVendor(b *testing.B) {
	for _, c := range []struct{ kind, path, write string }{
		{"genesys", "/api/v2/externalcontacts/contacts/", `{"changes":[{"field":"$.firstName","value":"Ada","action":"Update"}]}`},
		{"salesforce", "/services/data/v60.0/sobjects/Contact/", `{"LastName":"Lovelace"}`},
		{"dynamics", "/api/data/v9.2/contacts", `{"lastname":"Lovelace"}`},
		{"rest", "/v1/contacts/", `{"last_name":"Lovelace"}`},
	} {
		b.Run(c.kind, func(b *testing.B) {
			p := newPlane(b, c.kind, "", time.Now)
			p.want(http.StatusOK, "PUT", "/v1/faults", `{"quota":{"requests":1000000000,"per":"24h"}}`)
			id := p.make(c.kind, "Ada")
			token := p.token(c.kind)
			if c.kind == "dynamics" {
				id = "(" + id + ")"
			}
			_, shown := p.exchange(b, p.vendor+c.path+id, token, c.write)
			bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { echo(w, r, shown) }))
			defer bare.Close()
			var ours, theirs time.Duration
			for b.Loop() {
				// In turns, so that both meet the same machine.
				spent, _ := p.exchange(b, p.vendor+c.path+id, token, c.write)
				ours += spent
				spent, _ = p.exchange(b, bare.URL+c.path+id, token, c.write)
				theirs += spent
			}
			b.ReportMetric(float64(ours)/float64(theirs), "of-bare")
			b.ReportMetric(float64(ours.Microseconds())/float64(b.N), "µs/write+read")
		})
	}
}

// echo is a server that only decodes what it gets and encodes what it shows.
func echo(w http.ResponseWriter, r *http.Request, shown []byte) {
	var in, out any
	if r.Method != http.MethodGet && json.NewDecoder(r.Body).Decode(&in) != nil || json.Unmarshal(shown, &out) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(out) // the client may be gone
}

// exchange is a write and a read of a contact, the time they took, and what
// was read.
func (p *plane) exchange(b *testing.B, target, token, write string) (time.Duration, []byte) {
	start := time.Now()
	p.request(b, http.MethodPatch, target, token, write)
	shown := p.request(b, http.MethodGet, target, token, "")
	return time.Since(start), shown
}

func (p *plane) request(b *testing.B, method, target, token, body string) []byte {
	req, err := http.NewRequestWithContext(b.Context(), method, target, strings.NewReader(body))
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
		if strings.Contains(target, "/v1/") {
			req.Header.Set("Content-Type", "application/merge-patch+json")
		}
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode/100 != 2 {
		b.Fatalf("%s %s: %d %s %v", method, target, res.StatusCode, text, err)
	}
	return text
}

// login is where a client logs in, and with what.
func login(kind string) (path, form string) {
	form = "grant_type=client_credentials&client_id=client&client_secret=secret"
	switch kind {
	case "salesforce":
		return "/services/oauth2/token", form
	case "dynamics":
		return "/tenant/oauth2/v2.0/token", form + "&scope=" + url.QueryEscape("http://vendor.test/.default")
	}
	return "/oauth/token", form
}

// token logs the engine's client in.
func (p *plane) token(kind string) string {
	p.Helper()
	path, form := login(kind)
	req, err := http.NewRequestWithContext(p.Context(), http.MethodPost, p.vendor+path, strings.NewReader(form))
	if err != nil {
		p.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if kind == "genesys" {
		req.SetBasicAuth("client", "secret")
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil || out.Token == "" {
		p.Fatalf("no token: %d %v", res.StatusCode, err)
	}
	return out.Token
}

// BenchmarkRecords is the memory of a mock with RECORDS records, a name, a
// phone number and the other system's id each, in MiB of live heap.
func BenchmarkRecords(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("RECORDS"))
	if err != nil {
		b.Skip("RECORDS=1000000 says how many records each mock gets; a million take a minute")
	}
	for kind, k := range kinds {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				c := mocks.Config{On: k.on, Journal: nobody{}, Seed: 7, Region: "US"}
				k.set(&c)
				before := live()
				m := k.make(c)
				for i := range n {
					number := strconv.Itoa(i)
					if _, err := m.Seed(mocks.Seed{
						Set:      map[string]any{k.name: "Lovelace " + number, k.phone: phone(i)},
						External: external(i), Modified: time.Unix(1_700_000_000+int64(i), 0),
					}); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(live()-before)/(1<<20), "MiB")
				runtime.KeepAlive(m)
			}
		})
	}
}

// BenchmarkSearch is a search by the field that the vendor indexes, the other
// system's id or in Genesys Cloud the phone number, among a thousand and among
// a hundred thousand records; growth is the ratio of the two times.
func BenchmarkSearch(b *testing.B) {
	for kind, search := range map[string]func(n int) *mocks.Request{
		"genesys": func(n int) *mocks.Request {
			return &mocks.Request{
				Method: http.MethodPost, Path: "/api/v2/externalcontacts/identifierlookup/contacts",
				Header: http.Header{"Content-Type": {"application/json"}}, Body: []byte(`{"type":"Phone","value":"` + phone(n) + `"}`),
			}
		},
		"salesforce": func(n int) *mocks.Request {
			return &mocks.Request{Method: http.MethodGet, Path: "/services/data/v60.0/query", Header: http.Header{}, Query: url.Values{
				"q": {"SELECT Id FROM Contact WHERE Genesys_Contact_Id__c = '" + external(n) + "'"},
			}}
		},
		"dynamics": func(n int) *mocks.Request {
			return &mocks.Request{Method: http.MethodGet, Path: "/api/data/v9.2/contacts", Header: http.Header{}, Query: url.Values{
				"$filter": {"new_genesys_contact_id eq '" + external(n) + "'"},
			}}
		},
		"rest": func(n int) *mocks.Request {
			return &mocks.Request{Method: http.MethodGet, Path: "/v1/contacts", Header: http.Header{}, Query: url.Values{"external_id": {external(n)}}}
		},
	} {
		b.Run(kind, func(b *testing.B) {
			few, many := searched(b, kind, 1000, search), searched(b, kind, 100_000, search)
			var times [2]time.Duration
			for b.Loop() {
				for i, find := range []func(){few, many} { // in turns
					began := time.Now()
					find()
					times[i] += time.Since(began)
				}
			}
			b.ReportMetric(float64(times[1].Nanoseconds())/float64(b.N)/1000, "µs/search")
			b.ReportMetric(float64(times[1])/float64(times[0]), "growth")
		})
	}
}

func external(n int) string { return "0030000000" + strconv.Itoa(n) }

func phone(n int) string { return "+1415" + strconv.Itoa(2000000+n%8000000) }

// sought is how many records are searched for in turn: as many in a large mock
// as in a small one, since what a number means is remembered once it was read.
const sought = 500

// searched is a search in a mock with so many records, each time for another.
func searched(b *testing.B, kind string, records int, search func(n int) *mocks.Request) func() {
	k := kinds[kind]
	c := mocks.Config{
		On: k.on, Journal: nobody{}, Seed: 7, Region: "US", ClientID: "client", ClientSecret: "secret", BaseURL: "http://vendor.test",
		Quota: mocks.Quota{Requests: 1 << 30, Per: time.Hour, RetryAfter: "reset"},
	}
	k.set(&c)
	m := k.make(c)
	now := time.Unix(1_700_000_000, 0)
	for i := range records {
		if _, err := m.Seed(mocks.Seed{Set: map[string]any{k.name: "Lovelace", k.phone: phone(i)}, External: external(i), Modified: now}); err != nil {
			b.Fatal(err)
		}
	}
	token := granted(b, m, kind, now)
	n := 0
	find := func() {
		n = (n + 1) % sought
		r := search(n * (records / sought))
		r.Header.Set("Authorization", "Bearer "+token)
		if res := m.Handle(now, r); res.Status != http.StatusOK {
			b.Fatalf("%d %s", res.Status, res.Body)
		}
	}
	for range sought { // some indexes are there once somebody has asked
		find()
	}
	return find
}

// granted logs a client in without a socket.
func granted(b *testing.B, m mocks.System, kind string, now time.Time) string {
	path, form := login(kind)
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	if kind == "genesys" {
		header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte("client:secret")))
	}
	res := m.Handle(now, &mocks.Request{Method: http.MethodPost, Path: path, Header: header, Body: []byte(form)})
	var out struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(res.Body, &out); err != nil || out.Token == "" {
		b.Fatalf("no token: %d %s", res.Status, res.Body)
	}
	return out.Token
}

// live is the heap that is in use after a collection.
func live() uint64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.HeapAlloc
}

// nobody is the journal of a mock that is only filled.
type nobody struct{}

func (nobody) Emit(trace.Event) uint64 { return 0 }
