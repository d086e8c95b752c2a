package wire

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"reflect"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
)

// DefaultMaxBody bounds response bodies where Config.MaxBody does not.
const DefaultMaxBody = 4 << 20

// Refine reads a vendor's error body into e, whose Kind, Status and
// Indefinite already follow from the status. A body that it cannot read
// leaves e as it is. It need not bound or clean the texts.
type Refine func(e *adapter.Error, call *Call, body []byte)

// Client carries out exchanges with one system.
type Client struct {
	http    http.Client
	bare    bool // http is its transport and nothing else
	tokens  *tokens
	maxBody int64
	refine  Refine
	header  http.Header
	redact  redactor
	// authorize is the method value of authorization, made once.
	authorize func() string
}

// Call is one request.
type Call struct {
	Method string
	// Path begins with a slash and is escaped; the query may follow.
	Path        string
	Body        []byte
	ContentType string // of the Body, default application/json
	IfMatch     string // "" for none
	// Header goes with this call beside the client's own, nil for none. A
	// precondition in it guards nothing in the sense of EV-10.
	Header http.Header
	// Write: the call can change the system's state, so that a lost answer
	// leaves the outcome unknown.
	Write bool
}

// unguarded reports whether the call changes a record with no precondition.
func (c *Call) unguarded() bool {
	return c.Write && c.IfMatch == "" && c.Method != http.MethodPost
}

// Response is a complete answer with a status below 300.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Reader reads the body strictly.
func (r *Response) Reader() *jsonread.Reader { return jsonread.New(r.Body, jsonread.Limits{}) }

// NewClient checks the configuration. Header goes with every API call, not
// with token requests.
func NewClient(c adapter.Config, tr TokenRequest, refine Refine, header http.Header) (*Client, error) {
	if c.HTTP == nil {
		return nil, errors.New("adapter: HTTP client is missing")
	}
	for _, u := range []string{c.BaseURL, tr.URL} {
		if err := checkURL(u); err != nil {
			return nil, err
		}
	}
	cl := &Client{http: *c.HTTP, bare: onlyTransport(*c.HTTP), maxBody: c.MaxBody, refine: refine, header: header}
	if cl.maxBody <= 0 {
		cl.maxBody = DefaultMaxBody
	}
	// A redirect would carry the token, or the client secret, to a place that
	// nobody configured.
	cl.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	cl.redact = newRedactor(c.ClientID, c.ClientSecret, c.WebhookSecret)
	cl.authorize = cl.authorization
	made := func() any {
		return &tokens{request: tr, base: strings.TrimSuffix(c.BaseURL, "/"), flight: c.Flight, client: cl}
	}
	if c.Login == nil {
		c.Login = &adapter.Login{}
	}
	source, err := c.Login.Source(tr.URL+" for "+c.BaseURL+" as "+tr.ClientID, made)
	if err != nil {
		return nil, err
	}
	cl.tokens = source.(*tokens) // what made makes: one kind of client uses a Login
	return cl, nil
}

func checkURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || (u.Scheme != "https" && u.Scheme != "http") {
		return fmt.Errorf("adapter: %q is not an http(s) URL of a host", s)
	}
	return nil
}

// Do sends the call with a token. A 401 replaces the token once and repeats
// the call once; a second 401 is Unauthorized. A change that nothing but the
// reading before it guards is not repeated: the reading is old by then, and
// the call fails as Conflict (EV-10). Every failure is an *adapter.Error.
func (c *Client) Do(ctx context.Context, call *Call) (*Response, error) {
	g, err := c.tokens.current(ctx)
	if err != nil {
		return nil, err
	}
	a := c.exchange(ctx, call, g)
	if a.err == nil && a.status == http.StatusUnauthorized {
		if g, err = c.tokens.replace(ctx, g.Access); err != nil {
			return nil, err
		}
		if call.unguarded() {
			return nil, &adapter.Error{
				Kind: adapter.Conflict, Status: a.status,
				Message: "the token expired before the write: it was replaced, and the record must be read again",
			}
		}
		a = c.exchange(ctx, call, g)
	}
	if e := c.judge(call, a, g); e != nil {
		return nil, e
	}
	return &Response{Status: a.status, Header: a.header, Body: a.body}, nil
}

// Identity is what the token endpoint said of the engine's own account, ""
// before the first token.
func (c *Client) Identity() string { return c.tokens.held().Identity }

// answer is what came back: a transport error, or a status with a body that
// may have been cut.
type answer struct {
	err    error // there was no status
	status int
	header http.Header
	body   []byte
	cut    error // the body could not be read whole
}

var errTooLarge = errors.New("the body is larger than the limit")

func (c *Client) exchange(ctx context.Context, call *Call, g Grant) answer {
	var body io.Reader
	if call.Body != nil {
		body = bytes.NewReader(call.Body)
	}
	req, err := http.NewRequestWithContext(adapter.WithRefresh(ctx, c.authorize), call.Method, g.Base+call.Path, body)
	if err != nil {
		return answer{err: &adapter.NotSent{Err: errors.New("the request's URL is not valid")}}
	}
	maps.Copy(req.Header, c.header)
	maps.Copy(req.Header, call.Header)
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", g.header)
	if call.Body != nil {
		contentType := call.ContentType
		if contentType == "" {
			contentType = "application/json"
		}
		req.Header.Set("Content-Type", contentType)
	}
	if call.IfMatch != "" {
		req.Header.Set("If-Match", call.IfMatch)
	}
	return c.send(req)
}

// authorization is the header of the token held now, "" while there is none.
func (c *Client) authorization() string { return c.tokens.held().header }

func (c *Client) send(req *http.Request) answer {
	res, err := c.roundTrip(req)
	if err != nil {
		var u *url.Error // its text repeats the URL, which may hold values
		if errors.As(err, &u) {
			err = u.Err
		}
		return answer{err: err}
	}
	defer res.Body.Close()
	a := answer{status: res.StatusCode, header: res.Header}
	a.body, a.cut = readBounded(res.Body, c.maxBody, res.ContentLength)
	return a
}

// onlyTransport tells whether a client adds nothing to its transport but
// redirects, which are never followed here.
func onlyTransport(c http.Client) bool {
	if c.Transport == nil {
		return false
	}
	c.Transport, c.CheckRedirect = nil, nil
	return reflect.ValueOf(c).IsZero()
}

// roundTrip is the client's Do, without its cost where it adds nothing.
func (c *Client) roundTrip(req *http.Request) (*http.Response, error) {
	if !c.bare {
		return c.http.Do(req)
	}
	res, err := c.http.Transport.RoundTrip(req)
	switch {
	case err != nil:
		return nil, err
	case res == nil:
		return nil, errNoResponse
	case res.Body == nil:
		res.Body = http.NoBody
	}
	return res, nil
}

var errNoResponse = errors.New("the transport gave neither a response nor an error")

// readBounded reads at most max bytes.
func readBounded(r io.Reader, max, length int64) ([]byte, error) {
	if length > max {
		return nil, errTooLarge
	}
	size := int64(512)
	if length >= 0 {
		size = length + 1 // one more, so that the end is seen without growing
	}
	buf := make([]byte, 0, size)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if int64(len(buf)) > max {
			return nil, errTooLarge
		}
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return buf, err
		}
	}
}
