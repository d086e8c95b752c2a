package adaptertest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
)

// operation is one call that changes a record.
type operation struct {
	name string
	run  func(b *bench, ctx context.Context, rec adapter.Record) error
}

var operations = []operation{
	{"Create", func(b *bench, ctx context.Context, _ adapter.Record) error {
		_, err := b.system.Create(ctx, b.creation("ext-new"))
		return err
	}},
	{"Update", func(b *bench, ctx context.Context, rec adapter.Record) error {
		_, err := b.system.Update(ctx, rec.ID, change(rec, b.other(b.spare())))
		return err
	}},
	{"Delete", func(b *bench, ctx context.Context, rec adapter.Record) error {
		return b.system.Delete(ctx, rec.ID, change(rec, nil).If)
	}},
}

var failureRules = []rule{
	{"a limit signal is Limited, definite, with the wait that it tells", limited},
	{"signals reads a limit and leaves the body readable", signalled},
	{"a 5xx before the commit leaves a write indefinite", func(b *bench) {
		b.eachWrite(fault{writing, failedBefore}, adapter.Unavailable, true)
	}},
	{"a 5xx after the commit leaves a write indefinite", func(b *bench) {
		b.eachWrite(fault{writing, failedAfter}, adapter.Unavailable, true)
	}},
	{"a lost answer leaves a write indefinite", func(b *bench) {
		b.eachWrite(fault{writing, lost}, adapter.Unavailable, true)
	}},
	{"a 5xx of a read is Unavailable and definite", func(b *bench) {
		id := b.make()
		b.tap.set(fault{ofTheAPI, failedBefore})
		_, err := b.system.Read(b.Context(), id)
		b.fails("Read", err, adapter.Unavailable, false)
	}},
	{"a truncated answer leaves a write indefinite", func(b *bench) {
		b.tap.set(fault{writing, cut})
		_, err := b.system.Create(b.Context(), b.creation("ext-new"))
		if err == nil {
			b.Fatalf("Create was reported as done, of which half the answer came")
		}
		b.certain("Create", b.typed("Create", err), true)
	}},
	{"an answer that cannot be understood leaves a write indefinite", func(b *bench) {
		b.tap.set(fault{writing, garbled})
		_, err := b.system.Create(b.Context(), b.creation("ext-new"))
		if err == nil {
			b.Fatalf("Create was reported as done with an answer that is none")
		}
		b.fails("Create", err, adapter.Malformed, true)
	}},
	{"a truncated read is an error, never half a record", func(b *bench) {
		id := b.make()
		b.read(id) // what an adapter wants to know first, it knows now
		for _, f := range []fault{{ofTheAPI, cut}, {ofTheAPI, garbled}} {
			b.tap.set(f)
			_, err := b.system.Read(b.Context(), id)
			if err == nil {
				b.Fatalf("half an answer was read as a record")
			}
			b.certain("Read", b.typed("Read", err), false)
		}
	}},
	{"a request that never left is definite", func(b *bench) {
		b.eachWrite(fault{writing, unsent}, adapter.Unavailable, false)
	}},
	{"a write for which there was no token is definite", func(b *bench) {
		for _, f := range []fault{{forToken, failedBefore}, {forToken, lost}} {
			b.tap.set(f)
			_, err := b.system.Create(b.Context(), b.creation("ext-new"))
			b.fails("Create", err, adapter.Unavailable, false)
		}
	}},
	{"an unknown outcome can be cleared up by a second create, or by find", func(b *bench) {
		b.tap.set(fault{writing, lost})
		_, err := b.system.Create(b.Context(), b.creation("ext-new"))
		b.certain("Create", b.typed("Create", err), true)
		b.tap.set(fault{})
		found, err := b.system.Find(b.Context(), "ext-new")
		b.must("Find", err)
		if len(found) != 1 {
			b.Fatalf("the record that was created is found %d times by its external id", len(found))
		}
		if b.system.Capabilities().CreateByExternal {
			if again := b.create("ext-new"); again.ID != found[0].ID {
				b.Fatalf("the second Create made another record")
			}
		}
	}},
	{"nothing is retried", func(b *bench) {
		for _, o := range operations {
			rec := b.read(b.make())
			b.tap.set(fault{writing, failedBefore})
			if err := o.run(b, b.Context(), rec); err == nil {
				b.Fatalf("%s was reported as done", o.name)
			}
			if n := b.tap.met(); n != 1 {
				b.Fatalf("%s was sent %d times: whether to try again is for the engine", o.name, n)
			}
			b.tap.set(fault{})
		}
	}},
	{"a cancelled call ends at once and claims nothing of a request that left", cancelled},
	{"a call that was cancelled before sends nothing", func(b *bench) {
		rec := b.read(b.make())
		before := b.peek(rec.ID)
		ctx, cancel := context.WithCancel(b.Context())
		cancel()
		for _, o := range operations {
			if err := b.within(o.name, func() error { return o.run(b, ctx, rec) }); err == nil {
				b.Fatalf("%s was carried out for a caller that had given up", o.name)
			}
		}
		b.unchanged("a cancelled call", rec.ID, before)
	}},
}

// eachWrite lets every write fail alike, and demands what its error says.
func (b *bench) eachWrite(f fault, kind adapter.Kind, indefinite bool) {
	b.Helper()
	for _, o := range operations {
		rec := b.read(b.make())
		b.tap.set(f)
		err := o.run(b, b.Context(), rec)
		if b.tap.met() == 0 {
			b.Fatalf("%s sent no request that writes", o.name)
		}
		b.fails(o.name, err, kind, indefinite)
		b.tap.set(fault{})
	}
}

func limited(b *bench) {
	if b.Limit == nil {
		b.Skipf("the tenant has no Limit")
	}
	rec := b.read(b.make())
	before := b.peek(rec.ID)
	wait := b.Limit()
	for _, o := range operations {
		e := b.failure(o.name, o.run(b, b.Context(), rec), adapter.Limited, false)
		if e.RetryAfter != wait {
			b.Fatalf("%s: the system says to wait %v, the error %v", o.name, wait, e.RetryAfter)
		}
	}
	_, err := b.system.Read(b.Context(), rec.ID)
	b.fails("Read", err, adapter.Limited, false)
	b.unchanged("a limited call", rec.ID, before)
}

func signalled(b *bench) {
	if b.Signals == nil || b.Limit == nil {
		b.Skipf("the tenant has no Signals or no Limit")
	}
	id := b.make()
	b.read(id)
	var last adapter.Signal
	spoilt := ""
	b.tap.set(fault{ofTheAPI, func(t *tap, r *http.Request) (*http.Response, error) {
		res, err := t.inner.RoundTrip(r)
		if err != nil {
			return nil, err
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			return nil, err
		}
		res.Body = io.NopCloser(bytes.NewReader(body))
		last = b.Tenant.Signals(res)
		left, err := io.ReadAll(res.Body)
		if err != nil || !bytes.Equal(left, body) {
			spoilt = "after Signals the body is another"
		}
		res.Body = io.NopCloser(bytes.NewReader(body))
		return res, nil
	}})
	b.read(id)
	if last.Limited || spoilt != "" {
		b.Fatalf("an ordinary answer: Limited is %v; %s", last.Limited, spoilt)
	}
	wait := b.Limit()
	if wait == 0 {
		wait = -1
	}
	if _, err := b.system.Read(b.Context(), id); err == nil {
		b.Fatalf("Read was answered by a system that answers everything with its limit signal")
	}
	if !last.Limited || last.RetryAfter != wait || spoilt != "" {
		b.Fatalf("a limit signal: Limited is %v, RetryAfter %v, want true, %v; %s", last.Limited, last.RetryAfter, wait, spoilt)
	}
}

func cancelled(b *bench) {
	for _, o := range operations {
		rec := b.read(b.make())
		left := make(chan struct{}, 1)
		b.tap.set(fault{writing, func(t *tap, r *http.Request) (*http.Response, error) {
			left <- struct{}{}
			return held(t, r)
		}})
		ctx, cancel := context.WithCancel(b.Context())
		timer := time.AfterFunc(patience, cancel)
		go func() {
			select {
			case <-left:
			case <-ctx.Done():
			}
			cancel()
		}()
		err := b.within(o.name, func() error { return o.run(b, ctx, rec) })
		timer.Stop()
		b.fails(o.name, err, adapter.Unavailable, true)
		if !errors.Is(err, context.Canceled) {
			b.Fatalf("%s: the error does not say that the caller gave up: %v", o.name, err)
		}
		b.tap.set(fault{})
	}
}
