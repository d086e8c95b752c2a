package mocks_test

import (
	"bytes"
	"reflect"
	"sync"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/mocks/dynamics"
	"github.com/syncproof/syncproof/mocks/genesys"
	"github.com/syncproof/syncproof/mocks/restcrm"
	"github.com/syncproof/syncproof/mocks/salesforce"
	"github.com/syncproof/syncproof/sim/trace"
)

// vendor is one system that answers directly.
type vendor struct {
	name           string
	mock           func(mocks.Config) mocks.Direct
	last, phone    string // fields
	version, link  string
	pushes, merges bool
	object         mocks.Object
}

// lost is a right on the vendor's object, as Faults.Revoked names it.
func (v *vendor) lost(right string) string {
	if v.object == mocks.Account {
		return "account." + right
	}
	return right
}

var vendors = []vendor{
	{"genesys", func(c mocks.Config) mocks.Direct { return genesys.New(c) }, "lastName", "workPhone", "sync_version", "crm", true, true, mocks.Contact},
	{"salesforce", func(c mocks.Config) mocks.Direct { return salesforce.New(c) }, "LastName", "Phone", "Sync_Version__c", "Genesys_Contact_Id__c", false, true, mocks.Contact},
	{"rest", func(c mocks.Config) mocks.Direct { return restcrm.New(c) }, "last_name", "phone", "sync_version", "external_id", false, false, mocks.Contact},

	{"genesys organizations", func(c mocks.Config) mocks.Direct { return genesys.New(c) }, "name", "phoneNumber", "sync_version", "crm", true, false, mocks.Account},
	{"salesforce accounts", func(c mocks.Config) mocks.Direct { return salesforce.New(c) }, "Name", "Phone", "Sync_Version__c", "Genesys_Organization_Id__c", false, true, mocks.Account},
	{"dynamics accounts", func(c mocks.Config) mocks.Direct { return dynamics.New(c) }, "name", "telephone1", "new_version", "new_genesysid", true, true, mocks.Account},
	{"rest accounts", func(c mocks.Config) mocks.Direct { return restcrm.New(c) }, "name", "phone", "sync_version", "external_id", false, false, mocks.Account},
}

// world is a system in the middle of its life: it holds three contacts, of
// which one is deleted, an edit that is still to commit, and running faults.
type world struct {
	t       testing.TB
	v       *vendor
	m       mocks.Direct
	journal *trace.Journal
	now     time.Time
	token   string
	ids     [3]string
}

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

func newJournal() *trace.Journal { return trace.NewJournal(func() int64 { return 0 }) }

func newWorld(t testing.TB, v *vendor, at time.Time, change ...func(*mocks.Config)) *world {
	w := &world{t: t, v: v, now: at, journal: newJournal()}
	config := mocks.Config{
		On: trace.CRM, Journal: w.journal, Seed: 5, ClientID: "syncproof-engine", ClientSecret: "s",
		WebhookURL: "https://engine.test/hook", WebhookSecret: "h", BaseURL: "https://system.test",
		VersionField: v.version, ExternalField: v.link, Trigger: true, Mapped: []string{v.last, v.phone},
		Quota: mocks.Quota{Requests: 1 << 30, Per: time.Hour, RetryAfter: "reset", Headers: true},
	}
	for _, f := range change {
		f(&config)
	}
	if v.object == mocks.Account {
		config.Account = &mocks.ObjectConfig{
			VersionField: config.VersionField, ExternalField: config.ExternalField, Trigger: config.Trigger, Mapped: config.Mapped,
			Conditional: config.Conditional, BaseVersionField: config.BaseVersionField,
		}
	}
	w.m = v.mock(config)
	w.token = w.do(&mocks.Op{Kind: mocks.OpToken}).Token
	for i, alias := range []string{"ada", "bob", "eve"} {
		version := int64(i)
		id, err := w.m.Seed(mocks.Seed{Object: v.object, Alias: alias, Set: map[string]any{v.last: alias}, Version: &version, External: "x" + alias, Modified: at.Add(-time.Hour)})
		if err != nil {
			t.Fatal(err)
		}
		w.ids[i] = id
	}
	w.pass(time.Second)
	w.read(0)
	w.must(w.m.Remove(w.now, "maria", mocks.User, w.ids[2], 0))
	w.edit(1, map[string]any{v.last: "Late"}, time.Minute)
	f := w.m.Faults()
	left := 1000
	f.Throttle, f.DailyRemaining = &mocks.Throttle{Every: 1000}, &left
	f.Error = &mocks.ServerError{Methods: []string{"PROPFIND"}, Left: 9}
	return w
}

func (w *world) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) pass(d time.Duration) { w.now = w.now.Add(d); w.m.Advance(w.now) }

func (w *world) do(o *mocks.Op) mocks.Outcome {
	w.t.Helper()
	o.Token, o.Call, o.Object = w.token, 1, w.v.object
	out := w.m.Do(w.now, o)
	if out.Refusal != mocks.None {
		w.t.Fatalf("%+v: %+v", o, out)
	}
	return out
}

func (w *world) read(i int) { w.t.Helper(); w.do(&mocks.Op{Kind: mocks.OpRead, Record: w.ids[i]}) }

func (w *world) update(i int, field, value string) {
	w.t.Helper()
	w.do(&mocks.Op{Kind: mocks.OpUpdate, Record: w.ids[i], Set: []mocks.Assign{{Field: field, Kind: mocks.String, Text: value}}})
}

func (w *world) edit(i int, set map[string]any, after time.Duration) {
	w.t.Helper()
	_, err := w.m.Edit(w.now, mocks.Edit{Object: w.v.object, By: "maria", Origin: mocks.User, Record: w.ids[i], Set: set, CommitAfter: after})
	w.must(err)
}

func (w *world) clone() *world {
	out := *w
	out.journal = newJournal()
	out.m = w.m.Clone(out.journal)
	return &out
}

func (w *world) print() []byte { return w.m.Fingerprint(w.now, nil) }

// shows is all that can be seen of the system from outside.
func (w *world) shows() (all []mocks.Snapshot) {
	w.m.Each(func(s mocks.Snapshot) bool { all = append(all, s); return true })
	return all
}

// live is a life in which everything changes.
func (w *world) live(name string) {
	w.update(0, w.v.last, name)
	w.update(0, w.v.phone, "+14155550123")
	w.do(&mocks.Op{Kind: mocks.OpUpdate, Record: w.ids[1], External: "y" + name})
	w.do(&mocks.Op{Kind: mocks.OpCreate, External: "z" + name, Set: []mocks.Assign{{Field: w.v.last, Kind: mocks.String, Text: name}}})
	w.token = w.do(&mocks.Op{Kind: mocks.OpToken}).Token
	w.edit(0, map[string]any{w.v.phone: "+14155550199"}, 2*time.Minute)
	w.do(&mocks.Op{Kind: mocks.OpChanges, Limit: 100})
	w.pass(90 * time.Second)
	if w.v.merges {
		w.must(w.m.Merge(w.now, "maria", w.ids[0], w.ids[1], 0))
	} else {
		w.do(&mocks.Op{Kind: mocks.OpDelete, Record: w.ids[1]})
	}
	for _, d := range w.m.Deliveries(w.now) {
		w.m.Answered(w.now, d, 500)
	}
	f := w.m.Faults()
	f.Throttle.Every, f.Error.Left, f.FeedHides = 777, 3, true
	f.Revoked = append(f.Revoked, w.v.lost(w.v.phone))
	f.Drift = append(f.Drift, mocks.Drift{Object: w.v.object, Field: w.v.phone, Length: 30})
	w.pass(time.Minute)
	w.do(&mocks.Op{Kind: mocks.OpDescribe})
}

func TestACloneGoesItsOwnWay(t *testing.T) {
	for i := range vendors {
		v := &vendors[i]
		t.Run(v.name, func(t *testing.T) {
			w := newWorld(t, v, start)
			c := w.clone()
			before, seen, events := w.print(), w.shows(), len(w.journal.Events())
			if !bytes.Equal(before, c.print()) {
				t.Fatal("a clone has another fingerprint")
			}
			c.live("clone")
			if !bytes.Equal(before, w.print()) || !reflect.DeepEqual(seen, w.shows()) || len(w.journal.Events()) != events {
				t.Error("what the clone did shows in the original")
			}
			after, changed := c.print(), c.shows()
			w.live("original")
			if !bytes.Equal(after, c.print()) || !reflect.DeepEqual(changed, c.shows()) {
				t.Error("what the original did shows in the clone")
			}
			if bytes.Equal(after, w.print()) {
				t.Error("two lives, one fingerprint")
			}
		})
	}
}

func TestCloneAndOriginalDoTheSameFromThere(t *testing.T) {
	for i := range vendors {
		v := &vendors[i]
		t.Run(v.name, func(t *testing.T) {
			w := newWorld(t, v, start)
			w.live("first")
			c := w.clone()
			before := len(w.journal.Events())
			w.m.Faults().Revoked, c.m.Faults().Revoked = nil, nil
			for _, each := range []*world{w, c} {
				each.m.Faults().FeedHides = false
				each.update(0, v.last, "again")
				each.do(&mocks.Op{Kind: mocks.OpFind, External: "zfirst"})
				each.do(&mocks.Op{Kind: mocks.OpChanges, Limit: 100})
				each.pass(time.Hour)
			}
			if !bytes.Equal(w.print(), c.print()) || !reflect.DeepEqual(w.shows(), c.shows()) {
				t.Error("the same steps lead elsewhere")
			}
			plain := func(events []trace.Event) (out []trace.Event) {
				for _, e := range events {
					e.Op, e.Cause = 0, 0
					out = append(out, e)
				}
				return out
			}
			if a, b := plain(w.journal.Events()[before:]), plain(c.journal.Events()); !reflect.DeepEqual(a, b) {
				t.Errorf("original %+v\nclone %+v", a, b)
			}
		})
	}
}

func TestFingerprintsForgetTheWayAndTheHour(t *testing.T) {
	for i := range vendors {
		v := &vendors[i]
		t.Run(v.name, func(t *testing.T) {
			a, b := newWorld(t, v, start), newWorld(t, v, start)
			a.read(0)
			a.read(1)
			b.read(1)
			b.read(0)
			if !bytes.Equal(a.print(), b.print()) {
				t.Error("two reads in another order make a difference")
			}
			later := newWorld(t, v, start.AddDate(0, 7, 3))
			later.read(0)
			later.read(1)
			if !bytes.Equal(a.print(), later.print()) {
				t.Error("the hour makes a difference")
			}
		})
	}
}

// changes of state of which each makes a difference to what comes.
var changes = []struct {
	name string
	do   func(w *world)
}{
	{"nothing", func(*world) {}},
	{"time", func(w *world) { w.pass(time.Second) }},
	{"a request counted", func(w *world) { w.read(0) }},
	{"a field", func(w *world) { w.edit(0, map[string]any{w.v.last: "A"}, 0) }},
	{"another value", func(w *world) { w.edit(0, map[string]any{w.v.last: "B"}, 0) }},
	{"another field", func(w *world) { w.edit(0, map[string]any{w.v.phone: "+14155550123"}, 0) }},
	{"another record", func(w *world) { w.edit(1, map[string]any{w.v.last: "A"}, 0) }},
	{"a save", func(w *world) { w.must(w.m.Save(w.now, "maria", mocks.User, w.ids[0], 0)) }},
	{"a version", func(w *world) {
		n := int64(41)
		_, err := w.m.Edit(w.now, mocks.Edit{Object: w.v.object, By: "maria", Origin: mocks.User, Record: w.ids[0], Version: &n})
		w.must(err)
	}},
	{"a link", func(w *world) {
		w.do(&mocks.Op{Kind: mocks.OpUpdate, Record: w.ids[0], External: "new"})
	}},
	{"another link", func(w *world) {
		w.do(&mocks.Op{Kind: mocks.OpUpdate, Record: w.ids[0], External: "newer"})
	}},
	{"a tombstone", func(w *world) { w.must(w.m.Remove(w.now, "maria", mocks.User, w.ids[0], 0)) }},
	{"a new record", func(w *world) {
		_, err := w.m.Edit(w.now, mocks.Edit{Object: w.v.object, By: "maria", Origin: mocks.User, Set: map[string]any{w.v.last: "N"}})
		w.must(err)
	}},
	{"a token", func(w *world) { w.do(&mocks.Op{Kind: mocks.OpToken}) }},
	{"a late commit", func(w *world) { w.edit(0, map[string]any{w.v.last: "A"}, time.Minute) }},
	{"a later commit", func(w *world) { w.edit(0, map[string]any{w.v.last: "A"}, 2*time.Minute) }},
	{"another late commit", func(w *world) { w.edit(0, map[string]any{w.v.last: "B"}, time.Minute) }},
	{"a throttle", func(w *world) { w.m.Faults().Throttle.Every = 9 }},
	{"a throttle with a count", func(w *world) { w.m.Faults().Throttle.Left = 9 }},
	{"a throttle's header", func(w *world) { w.m.Faults().Throttle.RetryAfter = "9" }},
	{"a throttle lifted", func(w *world) { w.m.Faults().Throttle = nil }},
	{"a quota", func(w *world) { w.m.Faults().Quota = &mocks.Quota{Requests: 2, Per: time.Hour} }},
	{"a concurrency limit", func(w *world) { w.m.Faults().MaxConcurrent = 1 }},
	{"the daily limit", func(w *world) { *w.m.Faults().DailyRemaining = 5 }},
	{"an error", func(w *world) { w.m.Faults().Error.Status = 500 }},
	{"an error after the commit", func(w *world) { w.m.Faults().Error.AfterCommit = true }},
	{"an error's count", func(w *world) { w.m.Faults().Error.Left = 1 }},
	{"an error's methods", func(w *world) { w.m.Faults().Error.Methods = []string{"GET"} }},
	{"a revocation", func(w *world) { w.m.Faults().Revocations++ }},
	{"a token life", func(w *world) { w.m.Faults().TokenLife = time.Second }},
	{"no tokens", func(w *world) { w.m.Faults().AuthDown = true }},
	{"a permission", func(w *world) { w.m.Faults().Revoked = []string{w.v.lost("read")} }},
	{"drift", func(w *world) { w.m.Faults().Drift = []mocks.Drift{{Object: w.v.object, Field: w.v.phone, Length: 9}} }},
	{"other drift", func(w *world) {
		w.m.Faults().Drift = []mocks.Drift{{Object: w.v.object, Field: w.v.phone, Values: []string{"1"}}}
	}},
	{"a feed gap", func(w *world) { w.m.Faults().FeedHides = true }},
	{"a record in the gap", func(w *world) {
		w.m.Faults().FeedHides = true
		w.edit(0, map[string]any{w.v.last: "A"}, 0)
	}},
	{"no notices", func(w *world) { w.m.Faults().MuteNotices = true }},
	{"a zone", func(w *world) { w.m.Faults().LocalTimes = time.FixedZone("z", 3600) }},
}

func TestEveryChangeOfStateChangesTheFingerprint(t *testing.T) {
	for i := range vendors {
		v := &vendors[i]
		t.Run(v.name, func(t *testing.T) {
			w := newWorld(t, v, start)
			seen := make(map[string]string)
			for _, change := range changes {
				c := w.clone()
				change.do(c)
				print := string(c.print())
				if other, known := seen[print]; known {
					t.Errorf("%s and %s have one fingerprint", change.name, other)
				}
				seen[print] = change.name
			}
		})
	}
}

func TestADeliveryThatWaitsIsState(t *testing.T) {
	for i := range vendors {
		v := &vendors[i]
		if !v.pushes {
			continue
		}
		w := newWorld(t, v, start)
		waiting := w.print()
		due := w.m.Deliveries(w.now)
		delivered := w.print()
		if bytes.Equal(waiting, delivered) {
			t.Error("a delivery that waits is not in the fingerprint")
		}
		w.m.Answered(w.now, due[0], 503)
		if retried := w.print(); bytes.Equal(waiting, retried) || bytes.Equal(delivered, retried) {
			t.Error("a delivery that will be repeated is not in the fingerprint")
		}
	}
}

func TestMergesAreState(t *testing.T) {
	for i := range vendors {
		v := &vendors[i]
		if !v.merges {
			continue
		}
		w := newWorld(t, v, start)
		into, from := w.clone(), w.clone()
		w.must(into.m.Merge(w.now, "maria", w.ids[0], w.ids[1], 0))
		w.must(from.m.Merge(w.now, "maria", w.ids[1], w.ids[0], 0))
		if bytes.Equal(into.print(), from.print()) {
			t.Errorf("%s: who survived is not in the fingerprint", v.name)
		}
	}
}

// TestClonesMayRunAtOnce is for the race detector: what clones share, they
// only read, or they lock it.
func TestClonesMayRunAtOnce(t *testing.T) {
	for i := range vendors {
		w := newWorld(t, &vendors[i], start)
		one, other := w.clone(), w.clone()
		var both sync.WaitGroup
		for _, c := range []*world{one, other} {
			both.Go(func() { c.live("at once") })
		}
		w.live("at once")
		both.Wait()
		if !bytes.Equal(one.print(), other.print()) || !bytes.Equal(one.print(), w.print()) {
			t.Errorf("%s: one life, several ends", vendors[i].name)
		}
	}
}
