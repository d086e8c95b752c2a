package adaptertest

import (
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
)

// pageLimit is what is asked for at once: vendors take no less than this.
const pageLimit = 10

// manyRecords fill more than two pages.
const manyRecords = 2*pageLimit + 3

// pagesMax bounds a feed that never ends.
const pagesMax = 200

var feedRules = []rule{
	{"the feed shows every record from the beginning, page by page", func(b *bench) {
		f := b.feed()
		var want []string
		for range manyRecords { // at one instant: they share a timestamp
			want = append(want, b.make())
		}
		seen, _ := b.follow(f, "")
		b.shows(seen, want...)
	}},
	{"the feed shows what changed after its cursor, equal timestamps included", func(b *bench) {
		f := b.feed()
		first, second := b.make(), b.make()
		_, cursor := b.follow(f, "")
		// Nothing lets time pass here: the edit may share a timestamp with the cursor.
		b.must("a person edits", b.Edit(first, b.other(b.spare())))
		third := b.make()
		seen, cursor := b.follow(f, cursor)
		b.shows(seen, first, third)
		b.pass(time.Minute)
		b.must("a person edits", b.Edit(second, b.other(b.spare())))
		seen, _ = b.follow(f, cursor)
		b.shows(seen, second)
	}},
	{"two states of a record have two stamps", func(b *bench) {
		f := b.feed()
		id := b.make()
		before, cursor := b.follow(f, "")
		b.pass(time.Minute)
		b.must("a person edits", b.Edit(id, b.other(b.spare())))
		after, _ := b.follow(f, cursor)
		b.shows(after, id)
		if before[id].Stamp == after[id].Stamp || after[id].Stamp == "" {
			b.Fatalf("the stamp was %q before an edit and is %q after it", before[id].Stamp, after[id].Stamp)
		}
	}},
	{"the feed shows deletions where it says so", func(b *bench) {
		f := b.feed()
		if !b.system.Capabilities().FeedHasDeletes {
			b.Skipf("Capabilities.FeedHasDeletes is false")
		}
		id := b.make()
		_, cursor := b.follow(f, "")
		b.pass(time.Minute)
		b.must("a person removes the record", b.Remove(id))
		seen, _ := b.follow(f, cursor)
		b.shows(seen, id)
		if !seen[id].Deleted {
			b.Fatalf("a deleted record is shown as a change")
		}
	}},
	{"a cursor that was rewound shows again what lies behind it", func(b *bench) {
		f := b.feed()
		r, ok := b.system.(adapter.Rewinder)
		if !ok {
			b.Skipf("the adapter is no Rewinder: its cursors are not instants")
		}
		if c := r.Rewind("", time.Hour); c != "" {
			b.Fatalf("Rewind moved the zero cursor to %q", c)
		}
		early := b.make()
		b.pass(time.Minute)
		b.make()
		_, cursor := b.follow(f, "")
		seen, _ := b.follow(f, r.Rewind(cursor, time.Hour))
		b.shows(seen, early)
	}},
	{"a cursor of another feed is Malformed", func(b *bench) {
		f := b.feed()
		_, err := f.Changes(b.Context(), "no cursor of yours", pageLimit)
		b.fails("Changes", err, adapter.Malformed, false)
	}},
	{"a page that was cut is an error, not an end", func(b *bench) {
		f := b.feed()
		b.make()
		for _, amiss := range []fault{{ofTheAPI, cut}, {ofTheAPI, garbled}} {
			b.tap.set(amiss)
			page, err := f.Changes(b.Context(), "", pageLimit)
			if err == nil {
				b.Fatalf("half a page was taken for one of %d changes", len(page.Changed))
			}
			b.certain("Changes", b.typed("Changes", err), false)
		}
	}},
}

// feed is the adapter as a feed, if it is one.
func (b *bench) feed() adapter.Feed {
	b.Helper()
	f, ok := b.system.(adapter.Feed)
	if !ok {
		b.Skipf("the adapter has no Feed")
	}
	return f
}

// follow reads a feed to its end, and returns the last change of each record
// and the cursor from which the next poll goes on.
func (b *bench) follow(f adapter.Feed, from adapter.Cursor) (map[string]adapter.Change, adapter.Cursor) {
	b.Helper()
	seen := map[string]adapter.Change{}
	for range pagesMax {
		page, err := f.Changes(b.Context(), from, pageLimit)
		b.must("Changes", err)
		if len(page.Changed) > pageLimit {
			b.Fatalf("a page has %d changes, asked for at most %d", len(page.Changed), pageLimit)
		}
		for _, c := range page.Changed {
			seen[c.ID] = c
		}
		from = page.Next
		if !page.More {
			return seen, from
		}
	}
	b.Fatalf("the feed has not ended after %d pages", pagesMax)
	return nil, ""
}

// shows demands that changes of these records were seen.
func (b *bench) shows(seen map[string]adapter.Change, want ...string) {
	b.Helper()
	missing := 0
	for _, id := range want {
		if _, ok := seen[id]; !ok {
			missing++
		}
	}
	if missing > 0 {
		b.Fatalf("the feed kept back %d of %d changed records", missing, len(want))
	}
}
