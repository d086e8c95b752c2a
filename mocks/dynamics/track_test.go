package dynamics

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// shown lists what a page of changes tells: names of what changed, and -name
// of what was deleted.
func (w *world) shown(l listing) string {
	w.t.Helper()
	var out []string
	for _, row := range l.Value {
		if context, _ := row["@odata.context"].(string); strings.HasSuffix(context, "/$deletedEntity") {
			s, _ := w.m.Peek(row["id"].(string))
			if row["reason"] != "deleted" {
				w.t.Errorf("a deletion says %v", row)
			}
			out = append(out, "-"+s.Alias)
			continue
		}
		s, _ := w.m.Peek(row["contactid"].(string))
		out = append(out, s.Alias)
	}
	return strings.Join(out, " ")
}

// track follows a round to its end.
func (w *world) track(l listing, headers ...string) (all string, end listing) {
	w.t.Helper()
	all = w.shown(l)
	for l.Next != "" {
		if l.Delta != "" {
			w.t.Fatal("a page has both links")
		}
		l = w.follow(l.Next, headers...)
		all += " | " + w.shown(l)
	}
	return all, l
}

const tracking = "odata.track-changes"

func TestChangeTracking(t *testing.T) {
	w := newWorld(t, nil)
	ids := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		ids[name] = w.seed(name, 1, "", nil)
	}
	if err := w.m.Remove(w.now, "maria", mocks.User, ids["d"], 0); err != nil {
		t.Fatal(err)
	}
	// The first round shows what is there, and nothing of what was deleted.
	all, l := w.track(w.list("$select=contactid", "Prefer", tracking))
	if all != "a b c" {
		t.Errorf("at first: %s", all)
	}
	all, l = w.track(w.follow(l.Delta))
	if all != "" {
		t.Errorf("nothing happened: %s", all)
	}
	// What was changed comes by row version, what was deleted after it; a
	// record that came and went is a deletion.
	if err := w.m.Remove(w.now, "maria", mocks.User, ids["a"], 0); err != nil {
		t.Fatal(err)
	}
	w.edit(ids["c"], map[string]any{"firstname": "C"})
	w.edit(ids["b"], map[string]any{"firstname": "B"})
	w.edit(ids["c"], map[string]any{"firstname": "CC"})
	brief := w.edit("", map[string]any{"lastname": "brief"})
	if err := w.m.Remove(w.now, "maria", mocks.User, brief, 0); err != nil {
		t.Fatal(err)
	}
	before := l.Delta
	if all, l = w.track(w.follow(before)); all != "b c -a -" {
		t.Errorf("then: %s", all)
	}
	// The same link tells the same again, page by page.
	if all, _ := w.track(w.follow(before, "Prefer", "odata.maxpagesize=1"), "Prefer", "odata.maxpagesize=1"); all != "b | c | -a | -" {
		t.Errorf("page by page: %s", all)
	}
	if err := w.m.Restore(w.now, "maria", mocks.User, ids["a"], 0); err != nil {
		t.Fatal(err)
	}
	if all, _ = w.track(w.follow(l.Delta)); all != "a" {
		t.Errorf("restored: %s", all)
	}
}

// TestChangesWithinARound: what changes while a round is read belongs to the
// next one, and nothing is lost.
func TestChangesWithinARound(t *testing.T) {
	w := newWorld(t, nil)
	ids := map[string]string{}
	for _, name := range []string{"a", "b", "c", "d"} {
		ids[name] = w.seed(name, 1, "", nil)
	}
	first := w.list("$select=contactid", "Prefer", tracking+",odata.maxpagesize=2")
	w.edit(ids["c"], map[string]any{"firstname": "C"})
	w.edit(ids["a"], map[string]any{"firstname": "A"})
	if err := w.m.Remove(w.now, "maria", mocks.User, ids["d"], 0); err != nil {
		t.Fatal(err)
	}
	all, end := w.track(first, "Prefer", "odata.maxpagesize=2")
	if all != "a b | " {
		t.Errorf("the round shows %q", all)
	}
	if all, _ := w.track(w.follow(end.Delta)); all != "c a -d" {
		t.Errorf("the next round shows %q", all)
	}
}

func TestTrackingRefuses(t *testing.T) {
	w := newWorld(t, nil)
	w.seed("a", 1, "", nil)
	for _, option := range []string{"$filter=lastname eq 'a'", "$orderby=lastname", "$expand=modifiedby", "$top=1"} {
		name, _, _ := strings.Cut(option, "=")
		want := `The "` + name + `" query parameter isn't supported when Change Tracking is enabled.`
		if got := w.refused(w.send("GET", "contacts", option, "", "Prefer", tracking), 400, codeQuery); got != want {
			t.Errorf("%s: %s", option, got)
		}
	}
	for _, query := range []string{"$deltatoken=", "$deltatoken=x", "$deltatoken=1!yesterday", "$deltatoken=-1!01/31/2026 12:00:00", "$skiptoken=delta!1", "$skiptoken=delta!1!2!x!1!01/31/2026 12:00:00", "$skiptoken=delta!1!2!u!1!x", "$select=shoe&$deltatoken=1!01/31/2026 12:00:00"} {
		w.refused(w.send("GET", "contacts", strings.ReplaceAll(query, " ", "+"), ""), 400, codeQuery)
	}
	l := w.list("$select=contactid", "Prefer", tracking)
	_, query, _ := strings.Cut(l.Delta, "?")
	w.now = w.now.Add(7 * 24 * time.Hour)
	w.m.Faults().TokenLife = time.Hour * 999
	resp := w.send("POST", "/tenant/oauth2/v2.0/token", "", tokenForm, "Content-Type", "application/x-www-form-urlencoded")
	var token struct{ Access_token string }
	w.decode(resp, &token)
	w.token = token.Access_token
	if l := w.list(query); l.Delta == "" {
		t.Errorf("after seven days: %+v", l)
	}
	w.now = w.now.Add(time.Second)
	w.refused(w.send("GET", "contacts", query, ""), 400, codeExpiredStamp)
}

// TestGapHidesAndGivesBack: what an open gap hides is not passed over.
func TestGapHidesAndGivesBack(t *testing.T) {
	w := newWorld(t, nil)
	a, b := w.seed("a", 1, "", nil), w.seed("b", 1, "", nil)
	_, l := w.track(w.list("$select=contactid", "Prefer", tracking))
	w.edit(a, map[string]any{"firstname": "A"})
	w.m.Faults().FeedHides = true
	w.edit(b, map[string]any{"firstname": "B"})
	all, l := w.track(w.follow(l.Delta))
	if all != "a" {
		t.Errorf("in the gap: %s", all)
	}
	w.m.Faults().FeedHides = false
	if all, _ := w.track(w.follow(l.Delta)); all != "b" {
		t.Errorf("after it: %s", all)
	}
}

func TestWebhooks(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) { c.WebhookURL, c.WebhookSecret = "https://engine.test/hook", "shared" })
	id := w.seed("ada", 4, "", nil)
	w.edit(id, map[string]any{"firstname": "Ada"})
	w.send("DELETE", "contacts("+id+")", "", "")
	due := w.m.Deliveries(w.now)
	if len(due) != 2 {
		t.Fatalf("%d deliveries", len(due))
	}
	for i, message := range []string{"Update", "Delete"} {
		d := due[i]
		var context struct {
			MessageName, PrimaryEntityName, PrimaryEntityId, OperationCreatedOn, UserId string
			InputParameters                                                             []struct{ Key string }
		}
		if err := json.Unmarshal(d.Body, &context); err != nil {
			t.Fatalf("%s: %v", d.Body, err)
		}
		if context.MessageName != message || context.PrimaryEntityName != "contact" || context.PrimaryEntityId != id || context.OperationCreatedOn != "/Date(1769860800250+0000)/" || len(context.InputParameters) != 1 {
			t.Errorf("%s", d.Body)
		}
		if d.Header.Get(WebhookHeader) != "shared" || d.Header.Get("x-ms-dynamics-request-name") != message || d.Header.Get("x-ms-dynamics-entity-name") != "contact" {
			t.Errorf("%v", d.Header)
		}
	}
	// One retry, and only where the gateway failed.
	for status, again := range map[int]int{0: 0, 200: 0, 401: 0, 429: 0, 500: 0, 502: 1, 503: 1, 504: 1} {
		w.m.Answered(w.now, due[0], status)
		more := w.m.Deliveries(w.now.Add(time.Minute))
		if len(more) != again {
			t.Errorf("after %d: %d more", status, len(more))
		}
		for _, d := range more {
			if w.m.Answered(w.now, d, status); len(w.m.Deliveries(w.now.Add(time.Minute))) != 0 {
				t.Errorf("after %d: a second retry", status)
			}
		}
	}
	w.m.Faults().MuteNotices = true
	w.edit("", map[string]any{"lastname": "x"})
	if due := w.m.Deliveries(w.now); len(due) != 0 {
		t.Errorf("muted: %+v", due)
	}
}

func TestLargeWebhookLosesItsParameters(t *testing.T) {
	w := newWorld(t, func(c *mocks.Config) {
		c.WebhookURL = "https://engine.test/hook"
		c.Fields = append(c.Fields, mocks.Field{Name: "new_essay", Type: "text", Length: 1 << 20})
	})
	w.edit("", map[string]any{"lastname": "x", "new_essay": strings.Repeat("x", webhookMax)})
	d := w.m.Deliveries(w.now)[0]
	if d.Header.Get("x-ms-dynamics-msg-size-exceeded") == "" || len(d.Body) > webhookMax || strings.Contains(string(d.Body), "InputParameters") || !json.Valid(d.Body) {
		t.Errorf("%d bytes, %v", len(d.Body), d.Header)
	}
}

func batchOf(parts ...string) string {
	return "--b\r\n" + strings.Join(parts, "\r\n--b\r\n") + "\r\n--b--\r\n"
}

func inBatch(request string) string {
	return "Content-Type: application/http\r\nContent-Transfer-Encoding: binary\r\n\r\n" + request
}

func TestBatch(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 4, "c1", nil)
	post := func(body string, headers ...string) string {
		resp := w.send("POST", "$batch", "", body, append([]string{"Content-Type", "multipart/mixed; boundary=b"}, headers...)...)
		if resp.Status != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "multipart/mixed;") {
			t.Fatalf("%d %s", resp.Status, resp.Body)
		}
		return string(resp.Body)
	}
	const patch = " HTTP/1.1\r\nContent-Type: application/json\r\n\r\n"
	good := inBatch("PATCH contacts(" + id + ")" + patch + `{"firstname":"Ada"}`)
	bad := inBatch("PATCH https://crm.test/api/data/v9.2/contacts(" + id + ")" + patch + `{"shoe":"x"}`)
	get := inBatch("GET /api/data/v9.2/contacts(" + id + ")?$select=firstname HTTP/1.1\r\nAccept: application/json\r\n\r\n")
	out := post(batchOf(good, get))
	if strings.Count(out, "HTTP/1.1 204") != 1 || strings.Count(out, "HTTP/1.1 200") != 1 || !strings.Contains(out, `"firstname":"Ada"`) {
		t.Errorf("two requests: %s", out)
	}
	if out := post(batchOf(bad, get)); strings.Count(out, "HTTP/1.1 ") != 1 {
		t.Errorf("it goes on after a refusal: %s", out)
	}
	if out := post(batchOf(bad, get), "Prefer", "odata.continue-on-error"); strings.Count(out, "HTTP/1.1 ") != 2 {
		t.Errorf("it does not go on: %s", out)
	}
	set := func(changes ...string) string {
		return "Content-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n" + strings.Join(changes, "\r\n--c\r\n") + "\r\n--c--"
	}
	other := strings.Replace(good, `"Ada"`, `"Other"`, 1)
	if out := post(batchOf(set(other, bad))); strings.Count(out, "HTTP/1.1 400") != 1 || w.field(id, "firstname") != "Ada" {
		t.Errorf("a change set took effect by half: %s", out)
	}
	if out := post(batchOf(set(strings.Replace(other, "binary", "binary\r\nContent-ID: 7", 1)))); !strings.Contains(out, "Content-ID: 7") || w.field(id, "firstname") != "Other" {
		t.Errorf("a change set: %s", out)
	}
	many := make([]string, batchMax+1)
	for i := range many {
		many[i] = get
	}
	for name, body := range map[string]string{
		"empty": "", "no end": "--b\r\n" + get, "a GET in a change set": batchOf(set(get)), "another type": batchOf("Content-Type: text/plain\r\n\r\nx"),
		"no request": batchOf(inBatch("")), "another protocol": batchOf(inBatch("GET / HTTP/1.0\r\n\r\n")), "another host": batchOf(inBatch("GET https://evil.test/x HTTP/1.1\r\n\r\n")),
		"too many": batchOf(many...), "nested": batchOf(set(set(good))),
	} {
		resp := w.send("POST", "$batch", "", body, "Content-Type", "multipart/mixed; boundary=b")
		if resp.Status != 400 {
			t.Errorf("%s: %d %.300s", name, resp.Status, resp.Body)
		}
	}
	if out := post(batchOf(inBatch("POST /api/data/v9.2/$batch HTTP/1.1\r\n\r\n"))); !strings.Contains(out, "HTTP/1.1 404") {
		t.Errorf("a batch in a batch: %s", out)
	}
}

// FuzzFilter: a page, or a refusal in the vendor's form.
func FuzzFilter(f *testing.F) {
	for _, s := range []string{"lastname eq 'x'", "not (new_score ge 3 or contains(lastname,'a'))", "lastname eq 'o''x' and birthdate lt 2000-01-01", "((((", "'"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		w := queried(t)
		resp := w.send("GET", "contacts", "$filter="+url.QueryEscape(text), "")
		if resp.Status != 200 && resp.Status != 400 {
			t.Fatalf("%q: %d %s", text, resp.Status, resp.Body)
		}
		if !json.Valid(resp.Body) {
			t.Fatalf("%q: %s", text, resp.Body)
		}
	})
}

// FuzzTrack: whatever tokens ask for a page, it ends in one or in a refusal.
func FuzzTrack(f *testing.F) {
	f.Add("1!01/31/2026 12:00:00", "")
	f.Add("", "delta!0!2!u!1!01/31/2026 12:00:00")
	f.Fuzz(func(t *testing.T, delta, skip string) {
		w := newWorld(t, nil)
		w.seed("a", 1, "", nil)
		w.seed("b", 1, "", nil)
		query := url.Values{}
		if delta != "" {
			query.Set("$deltatoken", delta)
		}
		if skip != "" {
			query.Set("$skiptoken", skip)
		}
		resp := w.send("GET", "contacts", query.Encode(), "", "Prefer", tracking)
		if resp.Status != 200 && resp.Status != 400 || !json.Valid(resp.Body) {
			t.Fatalf("%q %q: %d %s", delta, skip, resp.Status, resp.Body)
		}
		if resp.Status != 200 {
			return
		}
		var l listing
		if w.decode(resp, &l); l.Next != "" {
			w.follow(l.Next)
		} else if l.Delta != "" {
			w.follow(l.Delta)
		}
	})
}

// FuzzPatch: what was stored is well-formed on its way out.
func FuzzPatch(f *testing.F) {
	f.Add(`{"lastname":"x","new_score":1,"new_interests":"1,2"}`)
	f.Add(`{"birthdate":"2026-01-31","donotphone":true,"new_rate":1.50}`)
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, nil)
		id := w.seed("ada", 1, "", nil)
		resp := w.send("PATCH", "contacts("+id+")", "", body)
		if resp.Status != 204 && resp.Status != 400 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
		var row map[string]any
		w.decode(w.send("GET", "contacts("+id+")", "", ""), &row)
	})
}

// FuzzBatch: a batch is answered or refused as a whole.
func FuzzBatch(f *testing.F) {
	f.Add(batchOf(inBatch("GET WhoAmI HTTP/1.1\r\n\r\n")))
	f.Add("--b--")
	f.Fuzz(func(t *testing.T, body string) {
		w := newWorld(t, nil)
		w.seed("ada", 1, "", nil)
		resp := w.send("POST", "$batch", "", body, "Content-Type", "multipart/mixed; boundary=b")
		if resp.Status != 200 && resp.Status != 400 {
			t.Fatalf("%q: %d %s", body, resp.Status, resp.Body)
		}
	})
}

func populated(b *testing.B, n int) (*world, []string) {
	w := newWorld(b, func(c *mocks.Config) {
		c.Quota = mocks.Quota{Requests: 1 << 40, Per: 1 << 50, Headers: true}
	})
	w.m.execution.allowed = 1 << 60
	w.m.journal.Journal = nowhere{}
	ids := make([]string, n)
	for i := range ids {
		ids[i] = w.seed(fmt.Sprintf("r%d", i), 1, fmt.Sprintf("c%d", i), map[string]any{"firstname": "Ada", "telephone1": "+14155550123"})
	}
	return w, ids
}

func benchmark(b *testing.B, w *world, r *mocks.Request, want int) {
	b.ReportAllocs()
	for b.Loop() {
		if resp := w.m.Handle(w.now, r); resp.Status != want {
			b.Fatalf("%d %s", resp.Status, resp.Body)
		}
	}
}

func (w *world) request(method, path, query, body string, headers ...string) *mocks.Request {
	values, err := url.ParseQuery(query)
	if err != nil {
		w.t.Fatal(err)
	}
	r := &mocks.Request{Method: method, Path: version92 + path, Query: values, Body: []byte(body), Header: map[string][]string{
		"Authorization": {"Bearer " + w.token}, "Content-Type": {"application/json"},
	}}
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return r
}

func BenchmarkGet(b *testing.B) {
	w, ids := populated(b, 1000)
	benchmark(b, w, w.request("GET", "contacts("+ids[500]+")", "$select=lastname,firstname,telephone1,new_syncversion&$expand=modifiedby($select=fullname,applicationid)", ""), 200)
}

func BenchmarkPatch(b *testing.B) {
	w, ids := populated(b, 1000)
	benchmark(b, w, w.request("PATCH", "contacts("+ids[500]+")", "$select=lastname,firstname", `{"jobtitle":"Countess","new_syncversion":7}`, "If-Match", "*", "Prefer", "return=representation"), 200)
}

func BenchmarkFeedTailOf100k(b *testing.B) {
	w, _ := populated(b, 100_000)
	query := url.Values{"$select": {"contactid"}, "$deltatoken": {"99990!01/31/2026 12:00:00"}}.Encode()
	benchmark(b, w, w.request("GET", "contacts", query, "", "Prefer", "odata.maxpagesize=200"), 200)
}
