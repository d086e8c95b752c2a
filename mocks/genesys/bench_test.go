package genesys

import (
	"net/http"
	"strconv"
	"testing"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

func benchWorld(b *testing.B) (*world, string) {
	w := newWorld(b, func(c *mocks.Config) {
		c.Quota = mocks.Quota{Requests: 1 << 30, Per: 1 << 40, Headers: true}
		c.Trigger = true
	})
	// The journal's own cost is measured where it lives.
	w.rec.Journal = &counter{}
	return w, w.seed()
}

// counter is a journal that only numbers what it gets.
type counter struct{ op uint64 }

func (c *counter) Emit(trace.Event) uint64 {
	c.op++
	return c.op
}

func BenchmarkGet(b *testing.B) {
	w, id := benchWorld(b)
	r := &mocks.Request{
		Method: "GET", Path: contactsPath + id, Call: 1,
		Header: http.Header{"Authorization": {"Bearer " + w.token}},
	}
	b.ReportAllocs()
	for b.Loop() {
		if w.Handle(w.now, r).Status != 200 {
			b.Fatal("refused")
		}
	}
}

func BenchmarkPatch(b *testing.B) {
	w, id := benchWorld(b)
	body := func(city, version string) []byte {
		return []byte(`{"changes":[{"field":"$.address.city","value":"` + city + `","action":"Update"},` +
			`{"field":"$.workPhone","value":{"display":"+14155550123"},"action":"Update"},` +
			`{"field":"$.customFields.sync_version","value":` + version + `,"action":"Update"}]}`)
	}
	bodies := [2][]byte{body("London", "42"), body("Paris", "43")}
	r := &mocks.Request{
		Method: "PATCH", Path: contactsPath + id, Call: 1,
		Header: http.Header{"Authorization": {"Bearer " + w.token}, "Content-Type": {"application/json"}},
	}
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		n++
		r.Body = bodies[n%2]
		if w.Handle(w.now, r).Status != 200 {
			b.Fatal("refused")
		}
		w.Deliveries(w.now)
	}
}

// BenchmarkLookup finds one of many contacts by its email address: the number
// of contacts makes no difference.
func BenchmarkLookup(b *testing.B) {
	for _, n := range []int{1_000, 100_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			w, _ := benchWorld(b)
			for i := range n {
				if _, err := w.Seed(mocks.Seed{Set: map[string]any{"workEmail": "a" + strconv.Itoa(i) + "@x.test"}, Modified: start}); err != nil {
					b.Fatal(err)
				}
			}
			body := `{"type":"Email","value":"a` + strconv.Itoa(n/2) + `@x.test"}`
			w.must("POST", "identifierlookup/contacts", body)
			b.ResetTimer()
			for range b.N {
				if resp := w.call("POST", "identifierlookup/contacts", body); resp.Status != 200 {
					b.Fatalf("%d %s", resp.Status, resp.Body)
				}
			}
		})
	}
}
