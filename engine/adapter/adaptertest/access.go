package adaptertest

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
)

// waiting is how many calls meet the same expired token.
const waiting = 6

var accessRules = []rule{
	{"a token is asked for once and kept", func(b *bench) {
		id := b.make()
		for range 3 {
			b.read(id)
		}
		if n := b.tap.asked(); n != 1 {
			b.Fatalf("three reads asked for %d tokens", n)
		}
	}},
	{"an expired token is renewed once for all calls that wait", renewed},
	{"a write with an expired token is carried out once, or definitely not", func(b *bench) {
		if b.Expire == nil {
			b.Skipf("the tenant has no Expire")
		}
		id, field := b.make(), b.spare()
		rec := b.read(id)
		before := b.peek(id)
		b.Expire()
		_, err := b.system.Update(b.Context(), id, change(rec, b.other(field)))
		if err == nil {
			b.changedOnly(before, b.peek(id), b.Config.Fields[field])
			return
		}
		// Nothing but the reading guarded it, and that is old by now (EV-10).
		b.fails("Update", err, adapter.Conflict, false)
		b.unchanged("an Update with an expired token", id, before)
	}},
	{"a token that is refused twice is Unauthorized and definite", func(b *bench) {
		rec := b.read(b.make())
		b.tap.set(fault{ofTheAPI, refused})
		_, err := b.system.Read(b.Context(), rec.ID)
		b.fails("Read", err, adapter.Unauthorized, false)
		_, err = b.system.Create(b.Context(), b.creation("ext-new"))
		// A write that is not repeated may say that its reading is old (EV-10).
		e := b.typed("Create", err)
		if e.Kind != adapter.Unauthorized && e.Kind != adapter.Conflict {
			b.Fatalf("Create: want an error of kind %q or %q, got %q: %v", adapter.Unauthorized, adapter.Conflict, e.Kind, err)
		}
		b.certain("Create", e, false)
		if n := b.tap.met(); n > 4 {
			b.Fatalf("two calls sent %d requests with refused tokens, want each repeated once at most", n)
		}
	}},
	{"a missing permission is Forbidden, definite, and named", func(b *bench) {
		if b.Forbid == nil {
			b.Skipf("the tenant has no Forbid")
		}
		id := b.make()
		rec := b.read(id)
		before := b.peek(id)
		permission := b.Forbid()
		_, err := b.system.Update(b.Context(), id, change(rec, b.other(b.spare())))
		e := b.failure("Update", err, adapter.Forbidden, false)
		if !strings.Contains(e.Permission, permission) {
			b.Fatalf("the system says that %q is missing, the error says %q", permission, e.Permission)
		}
		b.unchanged("a forbidden Update", id, before)
	}},
	{"no error holds a secret", func(b *bench) {
		id := b.make()
		b.read(id)
		b.tap.set(fault{anything, telltale(b.secrets()...)})
		_, err := b.system.Read(b.Context(), mangled(id))
		b.silent("Read", err)
		_, err = b.system.Update(b.Context(), mangled(id), adapter.Write{Fields: b.other(b.spare())})
		b.silent("Update", err)
		b.silent("Delete", b.system.Delete(b.Context(), mangled(id), adapter.Precondition{}))
		b.tap.set(fault{ofTheAPI, refused})
		_, err = b.system.Read(b.Context(), id)
		b.silent("Read with a refused token", err)
		b.tap.set(fault{anything, lost})
		_, err = b.system.Read(b.Context(), id)
		b.silent("Read with a lost answer", err)
	}},
}

// renewed lets all calls leave with the old token before the first of them is
// refused, and holds the request for a new one back until all were refused.
func renewed(b *bench) {
	if b.Expire == nil {
		b.Skipf("the tenant has no Expire")
	}
	id := b.make()
	b.read(id)
	asked, old := b.tap.asked(), b.tap.sent()
	b.Expire()
	left, turnedAway := newGathering(waiting), newGathering(waiting)
	b.tap.set(fault{anything, func(t *tap, r *http.Request) (*http.Response, error) {
		token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		switch {
		case !bearer:
			turnedAway.wait()
			return t.inner.RoundTrip(r)
		case !slices.Contains(old, token):
			return t.inner.RoundTrip(r)
		}
		left.arrive()
		left.wait()
		defer turnedAway.arrive()
		return t.inner.RoundTrip(r)
	}})
	errs := make([]error, waiting)
	var calls sync.WaitGroup
	for i := range errs {
		calls.Go(func() { _, errs[i] = b.system.Read(b.Context(), id) })
	}
	calls.Wait()
	for _, err := range errs {
		b.must("Read with an expired token", err)
	}
	if n := b.tap.asked() - asked; n != 1 {
		b.Fatalf("%d calls with one expired token asked for %d new ones", waiting, n)
	}
}

// gathering is a place where calls wait until a number of them have come.
type gathering struct {
	all chan struct{}

	mu      sync.Mutex
	missing int
}

func newGathering(n int) *gathering { return &gathering{all: make(chan struct{}), missing: n} }

func (g *gathering) arrive() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.missing--; g.missing == 0 {
		close(g.all)
	}
}

// wait ends in any case: an adapter may let one call try before the others.
func (g *gathering) wait() {
	select {
	case <-g.all:
	case <-time.After(patience):
	}
}

func (b *bench) secrets() []string {
	var out []string
	for _, s := range append(b.tap.sent(), b.Config.ClientSecret, b.Config.WebhookSecret) {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// silent demands an error that holds no secret.
func (b *bench) silent(what string, err error) {
	b.Helper()
	e := b.typed(what, err)
	for _, s := range b.secrets() {
		if strings.Contains(err.Error(), s) || strings.Contains(e.Message, s) || strings.Contains(e.Permission, s) || strings.Contains(e.Field, s) {
			b.Fatalf("%s: the error of kind %q holds a secret or a token", what, e.Kind)
		}
	}
}
