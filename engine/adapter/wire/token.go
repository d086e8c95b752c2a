package wire

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
)

// TokenRequest is how the system hands out tokens for client credentials
// (RFC 6749, section 4.4).
type TokenRequest struct {
	URL string
	// Basic sends id and secret as a Basic header, otherwise they are in the form.
	Basic            bool
	ClientID, Secret string
	// Scope is asked for, "" for none.
	Scope string
	// FollowInstance makes API calls go to the answer's instance_url.
	FollowInstance bool
}

// Grant is a token and what came with it.
type Grant struct {
	Access   string
	header   string // of requests that carry it
	Base     string // API calls go there
	Identity string // the answer's id, "" if it has none
}

// tokens holds the token of one account. There is no clock here: that a token
// has ended is learnt from a 401 alone, never from expires_in.
type tokens struct {
	request TokenRequest
	base    string
	flight  adapter.Flight
	client  *Client

	mu    sync.Mutex // guards what follows; never held during an exchange
	grant Grant      // no Access while there is none, or it was refused
	count int        // grants so far: names the one that is being replaced
}

func (t *tokens) held() Grant {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.grant
}

// need returns the grant to use, or which one is missing. A grant that was
// refused is dropped, so that no further call is sent with it.
func (t *tokens) need(refused string) (g Grant, missing int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if refused != "" && t.grant.Access == refused {
		t.grant.Access, t.grant.header = "", ""
	}
	return t.grant, t.count
}

func (t *tokens) current(ctx context.Context) (Grant, error) { return t.replace(ctx, "") }

// replace returns a grant other than the refused one. All who wait for a
// grant share one request (RL-5); one who comes late finds the new token there
// and sends none.
func (t *tokens) replace(ctx context.Context, refused string) (Grant, error) {
	for attempt := 0; ; {
		g, missing := t.need(refused)
		if g.Access != "" {
			return g, nil
		}
		mine := false
		text, err := t.share(missing, func() (string, error) {
			if t.granted() != missing {
				return "", nil // the flight that this one was to join has landed
			}
			mine = true
			return t.fetchAndKeep(ctx, missing)
		})
		switch {
		case err == nil && text != "":
			return t.keep(missing, text)
		case err == nil:
			continue
		// Who shared the request of a caller that gave up asks for itself, once.
		case mine || attempt > 0 || ctx.Err() != nil || !isContext(err):
			return Grant{}, definite(err)
		}
		attempt++
	}
}

func isContext(err error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// granted is how many grants there were so far.
func (t *tokens) granted() int {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.count
}

// fetchAndKeep stores the grant before the flight lands: who comes in between
// finds it there.
func (t *tokens) fetchAndKeep(ctx context.Context, missing int) (string, error) {
	text, err := t.fetch(ctx)
	if err != nil {
		return "", err
	}
	_, err = t.keep(missing, text)
	return text, err
}

func (t *tokens) share(missing int, fetch func() (string, error)) (string, error) {
	if t.flight == nil {
		return fetch()
	}
	return t.flight.Do("token "+t.request.URL+" "+t.request.ClientID+" "+strconv.Itoa(missing), fetch)
}

// fetch asks for a token and returns the answer's body, which every caller
// that shares it reads for itself.
func (t *tokens) fetch(ctx context.Context) (string, error) {
	form := "grant_type=client_credentials"
	if !t.request.Basic {
		form += "&client_id=" + url.QueryEscape(t.request.ClientID) + "&client_secret=" + url.QueryEscape(t.request.Secret)
	}
	if t.request.Scope != "" {
		form += "&scope=" + url.QueryEscape(t.request.Scope)
	}
	req, err := http.NewRequestWithContext(adapter.Urgent(ctx), http.MethodPost, t.request.URL, strings.NewReader(form))
	if err != nil {
		return "", &adapter.Error{Kind: adapter.Unavailable, Message: "the token endpoint's URL is not valid"}
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if t.request.Basic {
		req.SetBasicAuth(t.request.ClientID, t.request.Secret)
	}
	a := t.client.send(req)
	e := classify(false, a)
	if e == nil {
		return string(a.body), nil
	}
	switch e.Kind {
	case adapter.Unavailable, adapter.Limited, adapter.Malformed:
		e.RetryAfter = max(RetryAfter(a.header), 0)
	default: // 400 invalid_client, 401 and 403 alike: the credentials are refused
		e.Kind = adapter.Unauthorized
	}
	if a.err == nil && a.cut == nil {
		refineOAuth(e, a.body)
	}
	t.client.redact.clean(e, "")
	return "", e
}

// keep reads the answer and makes it the current grant, unless another one
// has been stored since.
func (t *tokens) keep(missing int, text string) (Grant, error) {
	g := Grant{Base: t.base}
	instance := ""
	r := jsonread.New([]byte(text), jsonread.Limits{Bytes: 64 << 10})
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "access_token":
			g.Access = r.Str()
		case "instance_url":
			instance = strings.TrimSuffix(r.Str(), "/")
		case "id":
			g.Identity = r.Str()
		default:
			r.Skip()
		}
	}
	err := r.End()
	if err == nil && (g.Access == "" || !printable(g.Access)) {
		err = errors.New("the token endpoint gave no usable token")
	}
	if err == nil && t.request.FollowInstance && instance != "" {
		if err = checkURL(instance); err == nil {
			g.Base = instance
		}
	}
	if err != nil {
		return Grant{}, &adapter.Error{Kind: adapter.Malformed, Status: http.StatusOK, Err: err}
	}
	g.header = "Bearer " + g.Access
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.count == missing {
		t.grant = g
		t.count++
	}
	return t.grant, nil
}

func printable(s string) bool {
	for _, c := range []byte(s) {
		if c <= ' ' || c > '~' {
			return false
		}
	}
	return true
}

// refineOAuth reads {error, error_description} (RFC 6749, section 5.2).
func refineOAuth(e *adapter.Error, body []byte) {
	code, message := "", ""
	r := jsonread.New(body, jsonread.Limits{})
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch {
		case string(key) == "error" && r.Kind() == '"':
			code = r.Str()
		case string(key) == "error_description" && r.Kind() == '"':
			message = r.Str()
		default:
			r.Skip()
		}
	}
	if r.End() == nil {
		e.Code, e.Message = code, message
	}
}

// definite marks a failure to get a token: the call that needed it was never
// sent, or was refused with 401, so it did nothing.
func definite(err error) error {
	e := *adapter.As(err)
	e.Indefinite = false
	return &e
}
