package sim_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/adaptertest"
	"github.com/syncproof/syncproof/engine/mapping"
)

// crooked is an adapter with one defect, as a wrapper of one that is right.
type crooked struct {
	adapter.System
	adapter.Feed
	caps     func(adapter.Capabilities) adapter.Capabilities
	read     func(s adapter.System, ctx context.Context, id string) (adapter.Record, error)
	find     func(s adapter.System, ctx context.Context, external string) ([]adapter.Record, error)
	create   func(s adapter.System, ctx context.Context, w adapter.Write) (adapter.Record, error)
	update   func(s adapter.System, ctx context.Context, id string, w adapter.Write) (adapter.Record, error)
	remove   func(s adapter.System, ctx context.Context, id string, p adapter.Precondition) error
	describe func(s adapter.Schema) adapter.Schema
	changes  func(p adapter.Page, after adapter.Cursor, err error) (adapter.Page, error)
	// amiss changes every error.
	amiss func(e *adapter.Error)
}

func (c *crooked) Capabilities() adapter.Capabilities {
	if c.caps == nil {
		return c.System.Capabilities()
	}
	return c.caps(c.System.Capabilities())
}

func (c *crooked) Read(ctx context.Context, id string) (rec adapter.Record, err error) {
	if c.read != nil {
		rec, err = c.read(c.System, ctx, id)
	} else {
		rec, err = c.System.Read(ctx, id)
	}
	return rec, c.bent(err)
}

func (c *crooked) Find(ctx context.Context, external string) (found []adapter.Record, err error) {
	if c.find != nil {
		found, err = c.find(c.System, ctx, external)
	} else {
		found, err = c.System.Find(ctx, external)
	}
	return found, c.bent(err)
}

func (c *crooked) Create(ctx context.Context, w adapter.Write) (rec adapter.Record, err error) {
	if c.create != nil {
		rec, err = c.create(c.System, ctx, w)
	} else {
		rec, err = c.System.Create(ctx, w)
	}
	return rec, c.bent(err)
}

func (c *crooked) Update(ctx context.Context, id string, w adapter.Write) (rec adapter.Record, err error) {
	if c.update != nil {
		rec, err = c.update(c.System, ctx, id, w)
	} else {
		rec, err = c.System.Update(ctx, id, w)
	}
	return rec, c.bent(err)
}

func (c *crooked) Delete(ctx context.Context, id string, p adapter.Precondition) (err error) {
	if c.remove != nil {
		err = c.remove(c.System, ctx, id, p)
	} else {
		err = c.System.Delete(ctx, id, p)
	}
	return c.bent(err)
}

func (c *crooked) Describe(ctx context.Context) (adapter.Schema, error) {
	s, err := c.System.Describe(ctx)
	if c.describe != nil {
		s = c.describe(s)
	}
	return s, c.bent(err)
}

func (c *crooked) Changes(ctx context.Context, after adapter.Cursor, limit int) (adapter.Page, error) {
	p, err := c.Feed.Changes(ctx, after, limit)
	if c.changes != nil {
		p, err = c.changes(p, after, err)
	}
	return p, c.bent(err)
}

func (c *crooked) bent(err error) error {
	if err == nil || c.amiss == nil {
		return err
	}
	e := *adapter.As(err)
	c.amiss(&e)
	return &e
}

// defect is what is wrong with an adapter, and the rules that must say so, all
// of them and no others. More than one speaks of a defect that shows in many
// ways.
type defect struct {
	name  string
	rules []string
	make  func() crooked
	// config replaces make by a change of the configuration.
	config func(*adapter.Config)
}

func amiss(f func(e *adapter.Error)) func() crooked {
	return func() crooked { return crooked{amiss: f} }
}

func definitely(when func(e *adapter.Error) bool) func() crooked {
	return amiss(func(e *adapter.Error) {
		if when(e) {
			e.Indefinite = false
		}
	})
}

// defects are of the REST CRM's adapter.
var defects = []defect{
	{name: "shows what it read first", rules: []string{
		"read shows the current state",
		"a stale precondition of an update is a Conflict and changes nothing", "a stale precondition of a delete is a Conflict and deletes nothing",
		"own is who wrote last, where the system says so", "null clears and what is not named stays",
		"a field that was dropped never reads as empty",
	}, make: func() crooked {
		var known sync.Map
		return crooked{read: func(s adapter.System, ctx context.Context, id string) (adapter.Record, error) {
			rec, err := s.Read(ctx, id)
			if err == nil {
				first, _ := known.LoadOrStore(id, rec)
				rec = first.(adapter.Record)
			}
			return rec, err
		}}
	}},
	{name: "shows what is gone", rules: []string{"read of a record that is not there is NotFound and definite"}, make: func() crooked {
		var known sync.Map
		return crooked{read: func(s adapter.System, ctx context.Context, id string) (adapter.Record, error) {
			rec, err := s.Read(ctx, id)
			if err == nil {
				known.Store(id, rec)
			} else if last, ok := known.Load(id); ok && adapter.As(err).Kind == adapter.NotFound {
				return last.(adapter.Record), nil
			}
			return rec, err
		}}
	}},
	{name: "finds an error where nothing is", rules: []string{"find of what nobody has is empty and no error"}, make: func() crooked {
		return crooked{find: func(s adapter.System, ctx context.Context, external string) ([]adapter.Record, error) {
			found, err := s.Find(ctx, external)
			if err == nil && len(found) == 0 {
				err = &adapter.Error{Kind: adapter.NotFound}
			}
			return found, err
		}}
	}},
	{name: "creates twice", rules: []string{
		"create is idempotent by external id where it says so", "an unknown outcome can be cleared up by a second create, or by find",
	}, make: func() crooked {
		tried := map[string]bool{}
		return crooked{create: func(s adapter.System, ctx context.Context, w adapter.Write) (adapter.Record, error) {
			if tried[w.External] {
				w.External += "-again"
			}
			tried[w.External] = true
			return s.Create(ctx, w)
		}}
	}},
	{name: "empties a neighbour", rules: []string{
		"update changes the named field and no other", "a write with an expired token is carried out once, or definitely not",
	}, make: func() crooked {
		return crooked{update: func(s adapter.System, ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
			if len(w.Fields) == 1 && w.Fields[0].Value.Kind != mapping.Null {
				w.Fields = append(slices.Clone(w.Fields), adapter.FieldValue{Index: (w.Fields[0].Index + 1) % 12, Value: null})
			}
			return s.Update(ctx, id, w)
		}}
	}},
	{name: "leaves out nulls", rules: []string{"null clears and what is not named stays"}, make: func() crooked {
		return crooked{update: func(s adapter.System, ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
			w.Fields = slices.DeleteFunc(slices.Clone(w.Fields), func(f adapter.FieldValue) bool { return f.Value.Kind == mapping.Null })
			return s.Update(ctx, id, w)
		}}
	}},
	{name: "updates whatever changed meanwhile", rules: []string{"a stale precondition of an update is a Conflict and changes nothing"}, make: func() crooked {
		return crooked{update: func(s adapter.System, ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
			w.If = adapter.Precondition{}
			return s.Update(ctx, id, w)
		}}
	}},
	{name: "deletes whatever changed meanwhile", rules: []string{"a stale precondition of a delete is a Conflict and deletes nothing"}, make: func() crooked {
		return crooked{remove: func(s adapter.System, ctx context.Context, id string, _ adapter.Precondition) error {
			return s.Delete(ctx, id, adapter.Precondition{})
		}}
	}},
	{name: "reports a deletion of what is gone as done", rules: []string{"delete removes, and what is gone is NotFound"}, make: func() crooked {
		gone := map[string]bool{}
		return crooked{remove: func(s adapter.System, ctx context.Context, id string, p adapter.Precondition) error {
			err := s.Delete(ctx, id, p)
			if err == nil {
				gone[id] = true
			} else if gone[id] {
				return nil
			}
			return err
		}}
	}},
	{name: "skips the first change after its cursor", rules: []string{
		"the feed shows every record from the beginning, page by page", "the feed shows what changed after its cursor, equal timestamps included",
		"two states of a record have two stamps", "the feed shows deletions where it says so",
	}, make: func() crooked {
		return crooked{changes: func(p adapter.Page, after adapter.Cursor, err error) (adapter.Page, error) {
			if after != "" && len(p.Changed) > 0 {
				p.Changed = p.Changed[1:]
			}
			return p, err
		}}
	}},
	{name: "stops after a page", rules: []string{"the feed shows every record from the beginning, page by page"}, make: func() crooked {
		return crooked{changes: func(p adapter.Page, _ adapter.Cursor, err error) (adapter.Page, error) {
			p.More = false
			return p, err
		}}
	}},
	{name: "takes half a page for the end", rules: []string{"a page that was cut is an error, not an end"}, make: func() crooked {
		return crooked{changes: func(p adapter.Page, after adapter.Cursor, err error) (adapter.Page, error) {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return adapter.Page{Next: after}, nil
			}
			return p, err
		}}
	}},
	{name: "takes a 5xx for a refusal", rules: []string{
		"a 5xx before the commit leaves a write indefinite", "a 5xx after the commit leaves a write indefinite",
	}, make: definitely(func(e *adapter.Error) bool { return e.Status >= 500 })},
	{name: "takes a lost answer for a refusal", rules: []string{
		"a lost answer leaves a write indefinite", "an unknown outcome can be cleared up by a second create, or by find",
	}, make: definitely(func(e *adapter.Error) bool { return e.Status == 0 && !errors.Is(e, context.Canceled) })},
	{name: "takes half an answer for a refusal", rules: []string{"a truncated answer leaves a write indefinite"},
		make: definitely(func(e *adapter.Error) bool { return errors.Is(e, io.ErrUnexpectedEOF) })},
	{name: "takes what it does not understand for a refusal", rules: []string{"an answer that cannot be understood leaves a write indefinite"},
		make: definitely(func(e *adapter.Error) bool { return e.Kind == adapter.Malformed })},
	{name: "takes the caller's end for the request's", rules: []string{"a cancelled call ends at once and claims nothing of a request that left"},
		make: definitely(func(e *adapter.Error) bool { return errors.Is(e, context.Canceled) })},
	{name: "is never sure", rules: []string{"a request that never left is definite"}, make: amiss(func(e *adapter.Error) {
		var unsent *adapter.NotSent
		e.Indefinite = e.Indefinite || errors.As(e.Err, &unsent)
	})},
	{name: "tries again", rules: []string{"nothing is retried"}, make: func() crooked {
		return crooked{update: func(s adapter.System, ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
			rec, err := s.Update(ctx, id, w)
			if err != nil && adapter.As(err).Status == http.StatusServiceUnavailable {
				return s.Update(ctx, id, w)
			}
			return rec, err
		}}
	}},
	{name: "does not listen to its caller", rules: []string{
		"a cancelled call ends at once and claims nothing of a request that left", "a call that was cancelled before sends nothing",
	}, make: func() crooked {
		return crooked{create: func(s adapter.System, ctx context.Context, w adapter.Write) (adapter.Record, error) {
			return s.Create(context.WithoutCancel(ctx), w)
		}}
	}},
	{name: "takes a limit for an outage", rules: []string{"a limit signal is Limited, definite, with the wait that it tells"}, make: amiss(func(e *adapter.Error) {
		if e.Kind == adapter.Limited {
			e.Kind = adapter.Unavailable
		}
	})},
	{name: "forgets how long to wait", rules: []string{"a limit signal is Limited, definite, with the wait that it tells"}, make: amiss(func(e *adapter.Error) { e.RetryAfter = 0 })},
	{name: "renews a token twice", rules: []string{"an expired token is renewed once for all calls that wait"},
		config: func(c *adapter.Config) { c.Flight = twice{c.Flight} }},
	{name: "takes wrong credentials for an outage", rules: []string{"a token that is refused twice is Unauthorized and definite"}, make: amiss(func(e *adapter.Error) {
		if e.Kind == adapter.Unauthorized {
			e.Kind = adapter.Unavailable
		}
	})},
	{name: "keeps the permission to itself", rules: []string{"a missing permission is Forbidden, definite, and named"}, make: amiss(func(e *adapter.Error) { e.Permission = "" })},
	{name: "tells the secret", rules: []string{"no error holds a secret"}, make: amiss(func(e *adapter.Error) {
		if e.Status == http.StatusNotFound {
			e.Message = "for s3cret-of-the-client"
		}
	})},
	{name: "does not say which field was dropped", rules: []string{"a field that was dropped is Drift with its name"}, make: amiss(func(e *adapter.Error) { e.Field = "" })},
	{name: "takes a dropped field for an empty one", rules: []string{"a field that was dropped never reads as empty"}, make: func() crooked {
		return crooked{read: func(s adapter.System, ctx context.Context, id string) (adapter.Record, error) {
			rec, err := s.Read(ctx, id)
			for i := range rec.Fields {
				if rec.Fields[i].Kind == mapping.Absent {
					rec.Fields[i] = null
				}
			}
			return rec, err
		}}
	}},
	{name: "leaves a field out of the schema", rules: []string{"describe names every configured field, in one order"}, make: func() crooked {
		return crooked{describe: func(s adapter.Schema) adapter.Schema {
			s.Fields = slices.DeleteFunc(s.Fields, func(c mapping.Constraint) bool { return c.Name == "city" })
			return s
		}}
	}},
	{name: "takes everything for its own", rules: []string{"own is who wrote last, where the system says so"}, make: func() crooked {
		return crooked{read: func(s adapter.System, ctx context.Context, id string) (adapter.Record, error) {
			rec, err := s.Read(ctx, id)
			rec.Own = true
			return rec, err
		}}
	}},
	{name: "promises what it does not do", rules: []string{"create is idempotent by external id where it says so", "an unknown outcome can be cleared up by a second create, or by find"}, make: func() crooked {
		return crooked{create: func(s adapter.System, ctx context.Context, w adapter.Write) (adapter.Record, error) {
			external := w.External
			w.External = ""
			rec, err := s.Create(ctx, w)
			if err != nil {
				return rec, err
			}
			return s.Update(ctx, rec.ID, adapter.Write{External: external, If: adapter.Precondition{Tag: rec.Tag}})
		}}
	}},
}

// twice asks for every token but the first two times.
type twice struct{ adapter.Flight }

func (f twice) Do(key string, fn func() (string, error)) (string, error) {
	if strings.HasSuffix(key, " 0") {
		return f.Flight.Do(key, fn)
	}
	return f.Flight.Do(key, func() (string, error) {
		if text, err := fn(); err != nil {
			return text, err
		}
		return fn()
	})
}

// TestBrokenAdaptersFail: each defect is noticed by the rules that speak of
// it, and by no other.
func TestBrokenAdaptersFail(t *testing.T) {
	for _, d := range defects {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			mustFail(t, d.rules, func(rt adaptertest.T) *adaptertest.Tenant {
				out := restVendor.open(rt, withinProcess, true)
				right := out.New
				out.New = func(c adapter.Config) (adapter.System, error) {
					if d.config != nil {
						d.config(&c)
						return right(c)
					}
					s, err := right(c)
					if err != nil {
						return nil, err
					}
					wrong := d.make()
					wrong.System, wrong.Feed = s, s.(adapter.Feed)
					return &wrong, nil
				}
				return out
			})
		})
	}
}

// TestBrokenSignalsFail: Signals that eats the body, and one that sees nothing.
func TestBrokenSignalsFail(t *testing.T) {
	for name, wrong := range map[string]adapter.Signals{
		"eats the body": func(res *http.Response) adapter.Signal {
			if _, err := io.Copy(io.Discard, res.Body); err != nil {
				t.Error(err)
			}
			return restVendor.signals(res)
		},
		"sees nothing": func(*http.Response) adapter.Signal { return adapter.Signal{RetryAfter: -1} },
	} {
		t.Run(name, func(t *testing.T) {
			mustFail(t, []string{"signals reads a limit and leaves the body readable"}, func(rt adaptertest.T) *adaptertest.Tenant {
				out := restVendor.open(rt, withinProcess, true)
				out.Signals = wrong
				return out
			})
		})
	}
}

// gullible is an adapter whose webhooks are verified in another way.
type gullible struct {
	adapter.System
	adapter.Feed
	adapter.Rewinder
	right  adapter.Webhooks
	verify func(right adapter.Webhooks, h http.Header, body []byte) ([]adapter.Notice, error)
}

func (g *gullible) Verify(h http.Header, body []byte) ([]adapter.Notice, error) {
	return g.verify(g.right, h, body)
}

const signatureHeader = "X-Hub-Signature-256"

// TestGullibleAdaptersFail: webhooks that are verified badly are noticed.
func TestGullibleAdaptersFail(t *testing.T) {
	genuine := map[string][]string{} // the last genuine signature
	for _, d := range []struct {
		name   string
		rules  []string
		verify func(right adapter.Webhooks, h http.Header, body []byte) ([]adapter.Notice, error)
	}{
		{"takes the unsigned", []string{"a delivery without its signature is unauthentic", "a delivery with another signature is unauthentic"},
			func(right adapter.Webhooks, h http.Header, body []byte) ([]adapter.Notice, error) {
				if h.Get(signatureHeader) == "" {
					return nil, nil
				}
				return right.Verify(h, body)
			}},
		{"reads before it verifies", []string{"a delivery without its signature is unauthentic", "a delivery whose body was altered is unauthentic"},
			func(right adapter.Webhooks, h http.Header, body []byte) ([]adapter.Notice, error) {
				if !strings.HasPrefix(string(body), "{") || !strings.HasSuffix(string(body), "}") {
					return nil, &adapter.Error{Kind: adapter.Malformed}
				}
				return right.Verify(h, body)
			}},
		{"loses the record", []string{"a genuine delivery names its record"},
			func(right adapter.Webhooks, h http.Header, body []byte) ([]adapter.Notice, error) {
				_, err := right.Verify(h, body)
				return nil, err
			}},
		{"ignores the body", []string{"a delivery whose body was altered is unauthentic"},
			func(right adapter.Webhooks, h http.Header, body []byte) ([]adapter.Notice, error) {
				notices, err := right.Verify(h, body)
				if err == nil {
					genuine[signatureHeader] = h.Values(signatureHeader)
				} else if slices.Equal(h.Values(signatureHeader), genuine[signatureHeader]) {
					return nil, nil
				}
				return notices, err
			}},
	} {
		t.Run(d.name, func(t *testing.T) {
			mustFail(t, d.rules, func(rt adaptertest.T) *adaptertest.Tenant {
				out := genesysVendor.open(rt, withinProcess, false)
				right := out.New
				out.New = func(c adapter.Config) (adapter.System, error) {
					s, err := right(c)
					if err != nil {
						return nil, err
					}
					return &gullible{s, s.(adapter.Feed), s.(adapter.Rewinder), s.(adapter.Webhooks), d.verify}, nil
				}
				return out
			})
		})
	}
}

// mustFail demands that the rules fail, all of them and no others.
func mustFail(t *testing.T, want []string, open adaptertest.Open) {
	t.Helper()
	said := map[string]string{}
	var failed []string
	for _, r := range adaptertest.Rules() {
		if text := judged(t, r, open); text != "" {
			failed, said[r.Name] = append(failed, r.Name), text
		}
	}
	want = slices.Sorted(slices.Values(want))
	slices.Sort(failed)
	if !slices.Equal(failed, want) {
		t.Errorf("these rules failed:\n%q\nthese should have:\n%q\nthey said: %q", failed, want, said)
	}
}

// witness is a test that notes its failure.
type witness struct {
	*testing.T
	said string
}

func (w *witness) Fatalf(format string, args ...any) {
	w.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

// Skipf ends the rule, and not the test that it is part of.
func (w *witness) Skipf(string, ...any) { runtime.Goexit() }

// judged says how an adapter fails a rule, "" if it passes.
func judged(t *testing.T, rule adaptertest.Rule, open adaptertest.Open) string {
	w := &witness{T: t}
	done := make(chan struct{})
	go func() {
		defer close(done)
		rule.Check(w, open)
	}()
	<-done
	return w.said
}
