package adaptertest

import (
	"bytes"
	"errors"
	"io"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/syncproof/syncproof/engine/adapter"
)

// tap is the wire between the adapter and the system. It notes what passes,
// and lets go wrong what a network can.
type tap struct {
	inner http.RoundTripper
	ended chan struct{} // closed when the rule is over

	mu      sync.Mutex
	fault   fault
	bearers map[string]bool // tokens that were sent
	tokens  int             // requests for a token
	writes  int             // requests that the fault met
	over    bool
}

// fault is what goes wrong with the requests of one sort.
type fault struct {
	meets func(r *http.Request) bool
	do    func(t *tap, r *http.Request) (*http.Response, error)
}

func newTap(inner http.RoundTripper) *tap {
	return &tap{inner: inner, ended: make(chan struct{}), bearers: map[string]bool{}}
}

// release lets go of all that is held back.
func (t *tap) release() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.over {
		t.over = true
		close(t.ended)
	}
}

// set makes requests of a sort go wrong from now on; a zero fault mends all.
func (t *tap) set(f fault) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.fault, t.writes = f, 0
}

// met is how many requests have met the fault.
func (t *tap) met() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.writes
}

// asked is how many requests for a token were sent.
func (t *tap) asked() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.tokens
}

// sent lists the tokens that were sent.
func (t *tap) sent() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Sorted(maps.Keys(t.bearers))
}

func (t *tap) RoundTrip(r *http.Request) (*http.Response, error) {
	t.mu.Lock()
	token, bearer := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if bearer {
		t.bearers[token] = true
	} else {
		t.tokens++
	}
	f := t.fault
	meets := f.meets != nil && f.meets(r)
	if meets {
		t.writes++
	}
	t.mu.Unlock()
	if meets {
		return f.do(t, r)
	}
	return t.inner.RoundTrip(r)
}

// What a fault can meet.
func anything(*http.Request) bool { return true }

func forToken(r *http.Request) bool { return !isAuthorized(r) }

func isAuthorized(r *http.Request) bool {
	return strings.HasPrefix(r.Header.Get("Authorization"), "Bearer ")
}

func ofTheAPI(r *http.Request) bool { return isAuthorized(r) }

// writing requests are those by which a record is changed.
func writing(r *http.Request) bool { return isAuthorized(r) && r.Method != http.MethodGet }

// unsent is a connection that was refused.
func unsent(_ *tap, r *http.Request) (*http.Response, error) {
	closeBody(r)
	return nil, &adapter.NotSent{Err: errors.New("connection refused")}
}

// failedBefore is a 5xx of a gateway that passed nothing on.
func failedBefore(_ *tap, r *http.Request) (*http.Response, error) {
	closeBody(r)
	return broken(r), nil
}

// failedAfter is a 5xx in the place of the system's answer.
func failedAfter(t *tap, r *http.Request) (*http.Response, error) {
	res, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := drain(res); err != nil {
		return nil, err
	}
	return broken(r), nil
}

// lost is an answer that never came.
func lost(t *tap, r *http.Request) (*http.Response, error) {
	res, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := drain(res); err != nil {
		return nil, err
	}
	return nil, errors.New("connection reset by peer")
}

// cut is an answer whose body ends in its middle.
func cut(t *tap, r *http.Request) (*http.Response, error) {
	res, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	res.Body = io.NopCloser(io.MultiReader(bytes.NewReader(body[:len(body)/2]), torn{}))
	return res, nil
}

type torn struct{}

func (torn) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// garbled is a success whose body is half of what it was, and does not say so.
func garbled(t *tap, r *http.Request) (*http.Response, error) {
	return rewritten(t, r, func(body []byte) []byte { return body[:len(body)/2] })
}

// held is an answer that comes when the caller has given up.
func held(t *tap, r *http.Request) (*http.Response, error) {
	res, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	if err := drain(res); err != nil {
		return nil, err
	}
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-t.ended:
		return nil, errors.New("the rule is over")
	}
}

// refused sends the request with a token that is none.
func refused(t *tap, r *http.Request) (*http.Response, error) {
	spoiled := r.Clone(r.Context())
	spoiled.Header.Set("Authorization", "Bearer none")
	return t.inner.RoundTrip(spoiled)
}

// sentence is a text of a JSON body with a space in it: words for people.
var sentence = regexp.MustCompile(`("[^"\\{}]* [^"\\{}]*)"([,}\]\s])`)

// telltale is an answer whose words repeat secrets.
func telltale(secrets ...string) func(t *tap, r *http.Request) (*http.Response, error) {
	return func(t *tap, r *http.Request) (*http.Response, error) {
		said := strings.Join(append(secrets, r.Header.Get("Authorization")), " ")
		return rewritten(t, r, func(body []byte) []byte {
			return sentence.ReplaceAll(body, []byte("$1 "+said+`"$2`))
		})
	}
}

func rewritten(t *tap, r *http.Request, change func([]byte) []byte) (*http.Response, error) {
	res, err := t.inner.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return nil, err
	}
	body = change(body)
	res.Body, res.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	res.Header.Del("Content-Length")
	return res, nil
}

func broken(r *http.Request) *http.Response {
	return &http.Response{
		StatusCode: http.StatusServiceUnavailable, Status: "503 Service Unavailable", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"text/html"}}, Body: io.NopCloser(strings.NewReader("<h1>503</h1>")), ContentLength: -1, Request: r,
	}
}

func drain(res *http.Response) error {
	_, err := io.Copy(io.Discard, res.Body)
	return errors.Join(err, res.Body.Close())
}

func closeBody(r *http.Request) {
	if r.Body != nil {
		r.Body.Close()
	}
}
