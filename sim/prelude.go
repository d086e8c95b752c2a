package sim

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/mocks"
)

// preludeAge is how long before the run the engine last read the feeds.
const preludeAge = time.Hour

// prelude gives the engine the feed positions of one that has been running:
// where it knows every record, it must not begin with reading them all again.
// The feeds are read through ordinary adapters, outside of the journal.
func (w *World) prelude() error {
	if !w.runsAlready() {
		return nil // the first sweep is what finds the records
	}
	w.muted = true
	defer func() { w.muted = false }()
	for i := range w.systems {
		if w.host.parts.config.Systems[i].Poll == 0 {
			continue
		}
		read := w.Stage.readFeed
		if w.options.Fidelity == Model {
			read = w.readFeedDirectly
		}
		faults := w.systems[i].mock.Faults()
		faults.Quota = &mocks.Quota{Requests: 2 * preludePages, Per: time.Minute} // it took its time
		for object := range w.mappings {
			cursor, err := read(object, w.systems[i])
			if err != nil {
				return fmt.Errorf("the feed of %s: %w", sideOf(i), err)
			}
			put := engine.PutCursor{Side: sideOf(i), Cursor: cursor, Object: w.names[object]}
			w.host.disk.store.Apply(0, engine.Batch{Ops: []engine.StoreOp{put}})
		}
		faults.Quota = nil
	}
	return nil
}

// runsAlready reports whether the engine knows every record at the start.
func (st *Stage) runsAlready() bool {
	for r := range st.sc.All() {
		if r.Base != "known" {
			return false
		}
	}
	return true
}

func (st *Stage) readFeed(object int, s *system) (adapter.Cursor, error) {
	client, err := kindOf(s.spec.Kind).adapter(st.adapterConfig(object, s.side, &http.Client{Transport: directly{s}}, unshared{}))
	if err != nil {
		return "", err
	}
	feed, ok := client.(adapter.Feed)
	if !ok {
		return "", nil
	}
	var at adapter.Cursor
	for range preludePages {
		page, err := feed.Changes(context.Background(), at, preludePage)
		if err != nil || (page.Next == at && !page.More) {
			return page.Next, err
		}
		at = page.Next
		if !page.More {
			return at, nil
		}
	}
	return at, nil
}

// readFeedDirectly is readFeed at model fidelity.
func (w *World) readFeedDirectly(object int, s *system) (adapter.Cursor, error) {
	now := s.clock.at(0).Add(-preludeAge)
	token := s.direct.Do(now, &mocks.Op{Kind: mocks.OpToken}).Token
	ask := w.newView(object, s.side, everything).ask
	at := ""
	for range preludePages {
		out := s.direct.Do(now, &mocks.Op{Kind: mocks.OpChanges, Object: mocks.Object(object), Token: token, Ask: ask, After: at, Limit: preludePage})
		if out.Refusal != mocks.None {
			return "", fmt.Errorf("HTTP %d %s: %s", out.Status, out.Code, out.Message)
		}
		if out.Next == at && !out.More {
			break
		}
		if at = out.Next; !out.More {
			break
		}
	}
	return adapter.Cursor(at), nil
}

// preludePage and preludePages bound the feeds of the largest world.
const (
	preludePage  = 2000
	preludePages = 1_000_000
)

// directly is a transport without a network: the system answers at once.
type directly struct{ s *system }

func (d directly) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readAll(req)
	if err != nil {
		return nil, err
	}
	r := d.s.mock.Handle(d.s.clock.at(0).Add(-preludeAge), &mocks.Request{
		Method: req.Method, Path: req.URL.EscapedPath(), Query: req.URL.Query(), Header: req.Header, Body: body,
	})
	return &http.Response{
		StatusCode: r.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: r.Header,
		Body: io.NopCloser(bytes.NewReader(r.Body)), ContentLength: int64(len(r.Body)), Request: req,
	}, nil
}

// unshared is an adapter.Flight for a single caller.
type unshared struct{}

func (unshared) Do(_ string, fn func() (string, error)) (string, error) { return fn() }
