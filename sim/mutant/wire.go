package mutant

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// roundTrip is a transport made of a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

// endedKey is where the context of an update notes that its token had ended.
type endedKey struct{}

var errDropped = errors.New("dropped with its token")

// varyTokenExpiry does not send an update again that was answered 401. The
// transport sees the 401, and the client of the system calls it done.
func varyTokenExpiry() *sim.Variation {
	return &sim.Variation{
		Transport: func(_ mapping.Side, inner http.RoundTripper) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				ended, update := req.Context().Value(endedKey{}).(*bool)
				if !update || req.Method != http.MethodPatch {
					return inner.RoundTrip(req)
				}
				if *ended {
					return nil, &adapter.NotSent{Err: errDropped}
				}
				res, err := inner.RoundTrip(req)
				*ended = err == nil && res.StatusCode == http.StatusUnauthorized
				return res, err
			})
		},
		Adapter: func(_ mapping.Side, s adapter.System) adapter.System { return &dropping{client{s}} },
	}
}

type dropping struct{ client }

func (c *dropping) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	ended := false
	rec, err := c.System.Update(context.WithValue(ctx, endedKey{}, &ended), id, w)
	if ended {
		return adapter.Record{ID: id}, nil
	}
	return rec, err
}

// offset is the zone at the end of a timestamp in JSON.
var offset = regexp.MustCompile(`("\d{4}-\d\d-\d\dT[\d:.]+)[+-]\d\d:?\d\d"`)

func varyOffsetless() *sim.Variation {
	return &sim.Variation{Transport: func(_ mapping.Side, inner http.RoundTripper) http.RoundTripper {
		return roundTrip(func(req *http.Request) (*http.Response, error) {
			res, err := inner.RoundTrip(req)
			if err != nil {
				return nil, err
			}
			body, err := io.ReadAll(res.Body)
			if err != nil {
				return nil, err
			}
			body = offset.ReplaceAll(body, []byte(`${1}Z"`))
			res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
			return res, res.Body.Close()
		})
	}}
}

// varyIndiscreet keeps the last request for credentials and quotes it.
func varyIndiscreet() *sim.Variation {
	quoted := ""
	return &sim.Variation{
		Transport: func(_ mapping.Side, inner http.RoundTripper) http.RoundTripper {
			return roundTrip(func(req *http.Request) (*http.Response, error) {
				if req.Method == http.MethodPost && req.Body != nil {
					body, err := io.ReadAll(req.Body)
					if err != nil {
						return nil, err
					}
					req.Body = io.NopCloser(bytes.NewReader(body))
					if login := req.Header.Get("Authorization") + " " + string(body); bytes.Contains(body, []byte("grant_type")) {
						quoted = login
					}
				}
				return inner.RoundTrip(req)
			})
		},
		Machine: func(inner sim.Machine) sim.Machine {
			return &wrapped{Machine: inner, step: func(inner sim.Machine, now engine.Instant, e engine.Event, out *engine.Effects) {
				inner.Step(now, e, out)
				for i, effect := range out.List {
					if tell, ok := effect.(engine.Tell); ok {
						tell.Message.Text += " (last request: " + quoted + ")"
						out.List[i] = tell
					}
				}
			}}
		},
	}
}
