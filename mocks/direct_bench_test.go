package mocks_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// counter is a journal that only numbers what it gets: the journal's own cost
// is measured where it lives.
type counter struct{ op uint64 }

func (c *counter) Emit(trace.Event) uint64 {
	c.op++
	return c.op
}

// wireForms are the requests of each vendor that read and update a record.
var wireForms = map[string]struct{ path, patchType, body string }{
	"genesys": {
		"/api/v2/externalcontacts/contacts/", "application/json",
		`{"changes":[{"field":"$.lastName","value":"King","action":"Update"},{"field":"$.workPhone","value":{"display":"+14155550123"},"action":"Update"},` +
			`{"field":"$.customFields.sync_version","value":42,"action":"Update"}]}`,
	},
	"salesforce": {
		"/services/data/v62.0/sobjects/Contact/", "application/json",
		`{"LastName":"King","Phone":"+14155550123","Sync_Version__c":42}`,
	},
	"rest": {
		"/v1/contacts/", "application/merge-patch+json",
		`{"last_name":"King","phone":"+14155550123","sync_version":42}`,
	},
	"genesys organizations": {
		"/api/v2/externalcontacts/organizations/", "application/json",
		`{"changes":[{"field":"$.name","value":"King","action":"Update"},{"field":"$.phoneNumber","value":{"display":"+14155550123"},"action":"Update"},` +
			`{"field":"$.customFields.sync_version","value":42,"action":"Update"}]}`,
	},
	"salesforce accounts": {
		"/services/data/v62.0/sobjects/Account/", "application/json",
		`{"Name":"King","Phone":"+14155550123","Sync_Version__c":42}`,
	},
	"dynamics accounts": {
		"/api/data/v9.2/accounts(", "application/json",
		`{"name":"King","telephone1":"+14155550123","new_version":42}`,
	},
	"rest accounts": {
		"/v1/accounts/", "application/merge-patch+json",
		`{"name":"King","phone":"+14155550123","sync_version":42}`,
	},
}

// BenchmarkDirect compares an exchange at model fidelity with the same one at
// wire fidelity, journal and adapter apart.
func BenchmarkDirect(b *testing.B) {
	for i := range vendors {
		v := &vendors[i]
		for _, kind := range []mocks.OpKind{mocks.OpRead, mocks.OpUpdate} {
			name := map[mocks.OpKind]string{mocks.OpRead: "read", mocks.OpUpdate: "update"}[kind]
			b.Run(v.name+"/"+name, func(b *testing.B) {
				emitted := &counter{}
				w := benchWorld(b, v, true, emitted)
				o := w.direct(kind)
				emitted.op = 0
				b.ReportAllocs()
				for b.Loop() {
					if w.m.Do(w.now, o).Refusal != mocks.None {
						b.Fatal("refused")
					}
					w.m.Deliveries(w.now)
				}
				model := b.Elapsed().Seconds() / float64(b.N)
				events := float64(emitted.op) / float64(b.N)
				w = benchWorld(b, v, false, &counter{})
				r := w.wire(kind)
				began := time.Now()
				for range b.N {
					if w.m.Handle(w.now, r).Status >= 300 {
						b.Fatal("refused")
					}
					w.m.Deliveries(w.now)
				}
				wire := time.Since(began).Seconds() / float64(b.N)
				b.ReportMetric(wire/model, "x-wire")
				b.ReportMetric(events/model, "events/s")
			})
		}
	}
}

func benchWorld(b *testing.B, v *vendor, bare bool, j mocks.Journal) *world {
	w := newWorld(b, v, start, func(c *mocks.Config) { c.BareNotices = bare })
	w.m.Deliveries(w.now)
	w.m = w.m.Clone(j)
	f := w.m.Faults()
	f.DailyRemaining, f.Throttle, f.Error = nil, nil, nil
	return w
}

func (w *world) direct(kind mocks.OpKind) *mocks.Op {
	o := &mocks.Op{Kind: kind, Object: w.v.object, Call: 1, Token: w.token, Record: w.ids[0], Ask: []string{w.v.last, w.v.phone, w.v.version}}
	if kind == mocks.OpUpdate {
		o.Set = []mocks.Assign{
			{Field: w.v.last, Kind: mocks.String, Text: "King"}, {Field: w.v.phone, Kind: mocks.String, Text: "+14155550123"},
			{Field: w.v.version, Kind: mocks.Number, Text: strconv.Itoa(42)},
		}
	}
	return o
}

func (w *world) wire(kind mocks.OpKind) *mocks.Request {
	form := wireForms[w.v.name]
	r := &mocks.Request{Method: http.MethodGet, Path: form.path + w.ids[0], Call: 1, Header: http.Header{"Authorization": {"Bearer " + w.token}}}
	if strings.HasSuffix(form.path, "(") {
		r.Path += ")"
	}
	if kind == mocks.OpUpdate {
		r.Method, r.Body = http.MethodPatch, []byte(form.body)
		r.Header.Set("Content-Type", form.patchType)
		r.Header.Set("If-Match", "*")
	}
	return r
}

// BenchmarkClone is the cost of a copy of a system with three records, and
// BenchmarkFingerprint of its identification.
func BenchmarkClone(b *testing.B) {
	for i := range vendors {
		b.Run(vendors[i].name, func(b *testing.B) {
			w := newWorld(b, &vendors[i], start)
			j := &counter{}
			b.ReportAllocs()
			for b.Loop() {
				w.m.Clone(j)
			}
		})
	}
}

func BenchmarkFingerprint(b *testing.B) {
	for i := range vendors {
		b.Run(vendors[i].name, func(b *testing.B) {
			w := newWorld(b, &vendors[i], start)
			var buf []byte
			b.ReportAllocs()
			for b.Loop() {
				buf = w.m.Fingerprint(w.now, buf[:0])
			}
		})
	}
}
