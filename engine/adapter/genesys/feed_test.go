package genesys_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jarcoal/httpmock"

	"github.com/syncproof/syncproof/engine/adapter"
)

// scan answers with one page of contacts, each "id@second"; next is the
// cursor behind it.
func scan(next string, contacts ...string) string {
	var entities []string
	for _, c := range contacts {
		id, second, _ := strings.Cut(c, "@")
		entities = append(entities, fmt.Sprintf(`{"id":%q,"firstName":"x","modifyDate":"2026-03-01T10:00:%s.000Z"}`, id, second))
	}
	cursors := ""
	if next != "" {
		cursors = `,"cursors":{"after":"` + next + `"}`
	}
	return `{"entities":[` + strings.Join(entities, ",") + `]` + cursors + `}`
}

// feed is a scripted server: each answer is for the given cursor.
type feed struct {
	t     *testing.T
	s     adapter.Feed
	mt    *httpmock.MockTransport
	after adapter.Cursor
}

func newFeed(t *testing.T) *feed {
	mt := httpmock.NewMockTransport()
	return &feed{t: t, mt: mt, s: contacts(t, mt).(adapter.Feed)}
}

// page takes one step and returns the ids reported.
func (f *feed) page(cursor string, status int, body string) (ids []string, more bool) {
	f.t.Helper()
	f.mt.RegisterResponder("GET", api+"scan/contacts", func(r *http.Request) (*http.Response, error) {
		if q := r.URL.Query(); q.Get("cursor") != cursor || q.Get("limit") != "50" {
			f.t.Errorf("query %v, expected cursor %q", q, cursor)
		}
		return httpmock.NewStringResponse(status, body), nil
	})
	page, err := f.s.Changes(f.t.Context(), f.after, 50)
	if err != nil {
		f.t.Fatal(err)
	}
	f.after = page.Next
	for _, c := range page.Changed {
		ids = append(ids, c.ID+"@"+strings.TrimSuffix(strings.TrimPrefix(c.Stamp, "2026-03-01T10:00:"), ".000Z"))
	}
	return ids, page.More
}

func (f *feed) expect(cursor, body string, more bool, want ...string) {
	f.t.Helper()
	ids, m := f.page(cursor, 200, body)
	if !slices.Equal(ids, want) || m != more {
		f.t.Errorf("reported %q, more %v, expected %q, %v", ids, m, want, more)
	}
}

func TestEV8TheSweepReportsWhatChangedSinceTheWatermark(t *testing.T) {
	f := newFeed(t)
	// The first sweep reports everything, each page in order of time.
	f.expect("", scan("p 2", "c@03", "b@01", "a@01"), true, "a@01", "b@01", "c@03")
	f.expect("p 2", scan("", "d@02", "e@09"), false, "d@02", "e@09")
	// The second goes back to what its predecessor saw on its first page.
	f.expect("", scan("p2", "a@01", "b@03", "c@03"), true, "b@03", "c@03")
	f.expect("p2", scan("", "d@02", "e@09"), false, "e@09")
	// The third to what was known before the second began: 09, itself included.
	f.expect("", scan("", "a@01", "b@03", "e@09", "f@10"), false, "e@09", "f@10")
}

func TestEV8AnEditBehindTheSweepIsFoundByTheNext(t *testing.T) {
	f := newFeed(t)
	f.expect("", scan("p2", "a@01"), true, "a@01")
	// Now a is edited at 05, and z at 08 on the next page.
	f.expect("p2", scan("", "z@08"), false, "z@08")
	f.expect("", scan("", "a@05", "z@08"), false, "a@05", "z@08")
}

func TestRewindLooksBehindTheWatermark(t *testing.T) {
	f := newFeed(t)
	f.expect("", scan("", "a@30"), false, "a@30")
	f.expect("", scan("", "a@30"), false, "a@30")
	f.after = f.s.(adapter.Rewinder).Rewind(f.after, 10*time.Second)
	f.expect("", scan("", "late@21", "older@19", "a@30"), false, "late@21", "a@30")
	if c := f.s.(adapter.Rewinder).Rewind("", time.Hour); c != "" {
		t.Errorf("the zero cursor is rewound to %q", c)
	}
}

func TestASweepEndsAndBeginsAnew(t *testing.T) {
	f := newFeed(t)
	f.expect("", scan("p2", "a@01"), true, "a@01")
	f.expect("p2", scan("p2", "b@02"), false, "b@02") // the cursor no longer moves
	f.expect("", scan("p2", "a@01", "b@02"), true, "a@01", "b@02")
	f.expect("p2", scan("p3"), false) // nothing left
	f.expect("", scan("p2", "a@01", "b@02"), true, "b@02")
	// The server's cursor has expired: the same watermark once more.
	if ids, more := f.page("p2", 400, `{"code":"invalid.cursor"}`); ids != nil || more {
		t.Errorf("reported %q, more %v", ids, more)
	}
	f.expect("", scan("", "a@01", "b@02"), false, "b@02")
}

func TestAContactWithoutAReadableDateIsAlwaysReported(t *testing.T) {
	f := newFeed(t)
	f.expect("", scan("", "a@30"), false, "a@30")
	f.expect("", scan("", "a@30"), false, "a@30")
	f.expect("", `{"entities":[{"id":"b","modifyDate":"soon"},{"id":"c"},{"id":"a","modifyDate":"2026-03-01T10:00:30.000Z"}]}`, false, "b@", "c@", "a@30")
}

func TestFeedErrors(t *testing.T) {
	f := newFeed(t)
	for _, c := range []adapter.Cursor{"x", "g1|1|2", "g1|a|2|3|", "s1|2026-01-01T00:00:00.000Z|"} {
		if _, err := f.s.Changes(t.Context(), c, 50); err == nil || adapter.As(err).Kind != adapter.Malformed {
			t.Errorf("cursor %q: %v", c, err)
		}
	}
	for _, body := range []string{`{"entities":[{}]}`, `{"entities":7}`, ``} {
		f.mt.RegisterResponder("GET", api+"scan/contacts", httpmock.NewStringResponder(200, body))
		if _, err := f.s.Changes(t.Context(), "", 50); err == nil || adapter.As(err).Kind != adapter.Malformed || adapter.As(err).Indefinite {
			t.Errorf("body %q: %v", body, err)
		}
	}
	f.mt.RegisterResponder("GET", api+"scan/contacts", httpmock.NewStringResponder(503, ""))
	if _, err := f.s.Changes(t.Context(), "g1|0|0|0|p2", 50); err == nil || adapter.As(err).Kind != adapter.Unavailable {
		t.Errorf("503 within a sweep: %v", err)
	}
}

func TestTheLimitIsWithinWhatTheServerAccepts(t *testing.T) {
	mt := httpmock.NewMockTransport()
	s := contacts(t, mt).(adapter.Feed)
	for limit, want := range map[int]string{1: "10", 150: "150", 5000: "200"} {
		mt.RegisterResponder("GET", api+"scan/contacts", func(r *http.Request) (*http.Response, error) {
			if got := r.URL.Query().Get("limit"); got != want {
				t.Errorf("limit %d is sent as %s, expected %s", limit, got, want)
			}
			return httpmock.NewStringResponse(200, scan("")), nil
		})
		if _, err := s.Changes(t.Context(), "", limit); err != nil {
			t.Error(err)
		}
	}
}
