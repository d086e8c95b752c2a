package salesforce

import (
	"fmt"
	"net/url"
	"slices"
	"testing"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

const feedQuery = "SELECT Id, SystemModstamp FROM Contact WHERE SystemModstamp >= %s ORDER BY SystemModstamp, Id LIMIT %d"

func (w *world) feed(from time.Time, limit int) []string {
	w.t.Helper()
	resp, rows := w.soql(fmt.Sprintf(feedQuery, from.UTC().Format("2006-01-02T15:04:05Z"), limit))
	if resp.Status != 200 {
		w.t.Fatalf("%d %s", resp.Status, resp.Body)
	}
	return rows
}

func TestFeedByModstamp(t *testing.T) { // EV-8
	w := newWorld(t, nil)
	var ids []string
	for i := range 5 {
		ids = append(ids, w.seed(fmt.Sprint("r", i), 0, "", map[string]any{}))
	}
	slices.Sort(ids)
	if got := w.feed(w.now.Add(-2*time.Hour), 10); !slices.Equal(got, ids) {
		t.Errorf("equal stamps are not in the order of ids: %v", got)
	}
	if e := w.last(trace.Feed); !slices.Equal(e.Records, ids) || e.Actor != "engine" || len(w.events(trace.Read)) != 0 {
		t.Errorf("the journal holds %+v", e)
	}
	if _, got := w.soql("SELECT Id, IsDeleted FROM Contact ORDER BY SystemModstamp, Id LIMIT 9"); !slices.Equal(got, ids) || len(w.events(trace.Read)) != 0 {
		t.Errorf("a feed from the beginning gave %v", got)
	}
	w.edit(ids[0], map[string]any{"Title": "x"})
	if got := w.feed(w.now.Truncate(time.Second), 10); !slices.Equal(got, ids[:1]) {
		t.Errorf("got %v", got)
	}
	if got := w.feed(w.now.Add(-2*time.Hour), 5); !slices.Equal(got, append(slices.Clone(ids[1:]), ids[0])) {
		t.Errorf("a changed record must move behind the others: %v", got)
	}
	if got := w.feed(w.now.Add(-2*time.Hour), 2); !slices.Equal(got, ids[1:3]) {
		t.Errorf("LIMIT gave %v", got)
	}
}

func TestLateCommitKeepsItsStamp(t *testing.T) { // EV-8
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	began := w.now
	w.edit(id, map[string]any{"Title": "x"}, func(e *mocks.Edit) { e.CommitAfter = time.Minute })
	created := w.edit("", map[string]any{"LastName": "New"}, func(e *mocks.Edit) { e.CommitAfter = time.Minute })
	if at, ok := w.m.NextDue(); !ok || !at.Equal(began.Add(time.Minute)) {
		t.Fatalf("due at %v, %v", at, ok)
	}
	w.now = w.now.Add(30 * time.Second)
	if got := w.feed(began, 10); len(got) != 0 {
		t.Errorf("an open transaction is visible: %v", got)
	}
	w.now = w.now.Add(30 * time.Second)
	w.m.Advance(w.now)
	if got := w.feed(began, 10); len(got) != 2 {
		t.Errorf("got %v", got)
	}
	if s, ok := w.m.Peek(created); !ok || !s.Modified.Equal(began.Truncate(time.Second)) {
		t.Errorf("the late commit is stamped %v", s.Modified)
	}
	if _, ok := w.m.NextDue(); ok {
		t.Error("something is still due")
	}
}

func TestGapHidesChangesUntilItEnds(t *testing.T) {
	w := newWorld(t, nil)
	kept := w.seed("ada", 0, "", map[string]any{})
	id := w.seed("bob", 0, "", map[string]any{})
	from := w.now.Add(-2 * time.Hour)
	w.m.Faults().FeedHides = true
	w.edit(id, map[string]any{"Title": "x"})
	if got := w.feed(from, 10); !slices.Equal(got, []string{kept}) {
		t.Errorf("in the gap: %v", got)
	}
	if resp, rows := w.soql("SELECT Id FROM Contact WHERE Title = 'X'"); len(rows) != 1 {
		t.Errorf("only feeds are blind: %s", resp.Body)
	}
	w.m.Faults().FeedHides = false
	if got := w.feed(from, 10); len(got) != 2 {
		t.Errorf("behind the gap: %v", got)
	}
	w.m.Faults().FeedHides = true
	if got := w.feed(from, 10); len(got) != 2 {
		t.Errorf("a later gap hides what is older: %v", got)
	}
}

func TestReplicationResources(t *testing.T) {
	w := newWorld(t, nil)
	id := w.seed("ada", 0, "", map[string]any{})
	other := w.seed("bob", 0, "", map[string]any{})
	if err := w.m.Remove(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	w.edit(other, map[string]any{"Title": "x"})
	ask := func(what string, start, end time.Time) *mocks.Response {
		form := func(at time.Time) string { return url.QueryEscape(at.Format("2006-01-02T15:04:05+00:00")) }
		return w.send("GET", root+"/sobjects/Contact/"+what+"/", "start="+form(start)+"&end="+form(end), "")
	}
	minute := w.now.Truncate(time.Minute)
	contains(t, string(ask("deleted", minute, minute.Add(time.Minute)).Body),
		`{"deletedRecords":[{"id":"`+id+`","deletedDate":"2026-01-31T12:00:00.000+0000"}],"earliestDateAvailable":"`)
	contains(t, string(ask("updated", minute, minute.Add(time.Minute)).Body), `{"ids":["`+other+`"],"latestDateCovered":"`)
	// 2: seconds are ignored, so that these two windows are the same.
	contains(t, string(ask("deleted", minute.Add(59*time.Second), minute.Add(time.Minute)).Body), id)
	w.refused(ask("deleted", minute, minute.Add(59*time.Second)), 400, "INVALID_REPLICATION_DATE")                 // S
	w.refused(ask("deleted", minute.AddDate(0, 0, -16), minute.Add(time.Minute)), 400, "INVALID_REPLICATION_DATE") // S: 15 days
	if resp := ask("updated", minute.AddDate(0, 0, -16), minute.Add(time.Minute)); resp.Status != 200 {
		t.Errorf("updated reaches further: %d", resp.Status)
	}
	if e := w.last(trace.Feed); len(e.Records) != 1 {
		t.Errorf("the journal holds %+v", e)
	}
	if err := w.m.Restore(w.now, "maria", mocks.User, id, 0); err != nil {
		t.Fatal(err)
	}
	contains(t, string(ask("deleted", minute, minute.Add(time.Minute)).Body), `"deletedRecords":[]`)
}

// TestStampIndexAgainstModel compares the index with sorting everything, over
// stamps that also go back.
func TestStampIndexAgainstModel(t *testing.T) {
	x := stampIndex{stamp: func(r *record) (int64, bool) { return r.modstamp, true }}
	var all []*record
	state := uint64(1)
	draw := func(n uint64) uint64 {
		state = state*6364136223846793005 + 1442695040888963407
		return (state >> 33) % n
	}
	for step := range 4000 {
		if len(all) < 50 {
			r := &record{id: fmt.Sprintf("%03d", draw(1000)*1000+uint64(step)), modstamp: int64(draw(30))}
			all = append(all, r)
			x.add(r)
		} else {
			r := all[draw(uint64(len(all)))]
			was := r.modstamp
			r.modstamp = int64(step/40) + int64(draw(30)) - 10
			x.move(r, was, true)
		}
		if step%7 != 0 {
			continue
		}
		floor := int64(draw(120))
		var want, got []*record
		for _, r := range all {
			if r.modstamp >= floor {
				want = append(want, r)
			}
		}
		slices.SortFunc(want, func(a, b *record) int {
			return stampEntry{a.modstamp, a}.compare(stampEntry{b.modstamp, b})
		})
		x.from(floor, func(r *record) bool { got = append(got, r); return true })
		if !slices.Equal(got, want) {
			t.Fatalf("step %d: the index gives %d records, sorting gives %d", step, len(got), len(want))
		}
	}
	if len(x.entries) > 50*2+200 {
		t.Errorf("%d entries for 50 records", len(x.entries))
	}
}
