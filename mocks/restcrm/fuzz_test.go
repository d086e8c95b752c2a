package restcrm

import (
	"net/url"
	"testing"
)

// FuzzChanges: a page of the feed, or a refusal, whatever cursor and limit ask.
func FuzzChanges(f *testing.F) {
	for _, c := range [][2]string{{"", "10"}, {"0", "10"}, {"4", "1000"}, {"-1", "10"}, {"9223372036854775808", "1"}, {"x", "0"}} {
		f.Add(c[0], c[1])
	}
	f.Fuzz(func(t *testing.T, after, limit string) {
		w := newWorld(t, nil)
		w.seed("ada", 1, "", map[string]any{})
		resp := w.send("GET", "/v1/changes", "after="+url.QueryEscape(after)+"&limit="+url.QueryEscape(limit), "")
		if resp.Status != 200 && resp.Status != 400 {
			t.Fatalf("after %q, limit %q: %d %s", after, limit, resp.Status, resp.Body)
		}
		var page map[string]any
		w.decode(resp, &page)
	})
}
