package console

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"errors"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store"
)

// Root is the path below which the console answers.
const Root = "/api/v1"

// Decider hands a person's word to the engine and waits for its reply.
type Decider interface {
	// Decide gives the core r under a Token of the Decider's own. An error says
	// that there was no reply: the word may be durable or not.
	Decide(ctx context.Context, r engine.Reviewed) (engine.Reply, error)
	// Approve gives the core an Approved.
	Approve(ctx context.Context) (engine.Reply, error)
}

// Config is what a console is made of. All but Log, Now and Wait is required.
type Config struct {
	Store   store.Console
	Decider Decider
	Mapping *mapping.Mapping
	Also    []engine.Object // the objects beside the first, with their mappings
	// Token is what a request must bear. At least TokenMin bytes.
	Token string
	Log   *slog.Logger     // who decided what; default: nothing is logged
	Now   func() time.Time // default time.Now
	// Wait is how long a decision waits for the engine's reply, default 15 s:
	// the engine reads both systems first.
	Wait time.Duration
}

// TokenMin is the least length of a token: a shorter one can be guessed.
const TokenMin = 16

// Console is the handler.
type Console struct {
	cfg    Config
	names  engine.Objects
	token  [sha256.Size]byte
	routes *http.ServeMux
}

// New makes the handler; it is mounted at Root.
func New(cfg Config) (*Console, error) {
	switch {
	case cfg.Store == nil || cfg.Decider == nil || cfg.Mapping == nil:
		return nil, errors.New("console: a store, a decider and a mapping are required")
	case len(cfg.Token) < TokenMin:
		return nil, errors.New("console: the token is shorter than 16 bytes: make a longer one, for example with `openssl rand -hex 32`")
	}
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Wait == 0 {
		cfg.Wait = 15 * time.Second
	}
	engineOf := engine.Config{Also: cfg.Also}
	c := &Console{cfg: cfg, names: engineOf.Objects(), token: sha256.Sum256([]byte(cfg.Token)), routes: http.NewServeMux()}
	c.route()
	return c, nil
}

// mappingOf is the mapping of a record's object.
func (c *Console) mappingOf(rec *engine.Record) *mapping.Mapping {
	if i, _ := c.names.Split(refOf(rec).ID); i > 0 {
		return c.cfg.Also[i-1].Mapping
	}
	return c.cfg.Mapping
}

// handler answers one request; an error that is no Problem is the store's.
type handler func(w http.ResponseWriter, r *http.Request) error

func (c *Console) route() {
	for path, methods := range map[string]map[string]handler{
		"/records":                {http.MethodGet: c.list},
		"/records/{key}":          {http.MethodGet: c.record},
		"/records/{key}/decision": {http.MethodPost: c.decide},
		"/records/{key}/restore":  {http.MethodPost: c.restore},
		"/dead-letters/retry":     {http.MethodPost: c.retry},
		"/dead-letters/discard":   {http.MethodPost: c.discard},
		"/mass-delete/approve":    {http.MethodPost: c.approve},
		"/status":                 {http.MethodGet: c.status},
	} {
		c.routes.Handle(Root+path, c.answer(func(w http.ResponseWriter, r *http.Request) error {
			return dispatch(methods, w, r)
		}))
	}
	c.routes.Handle("/", c.answer(func(http.ResponseWriter, *http.Request) error {
		return problem(CodeNotFound, "", "there is nothing at this path: docs/console.openapi.yaml lists what there is")
	}))
}

func dispatch(methods map[string]handler, w http.ResponseWriter, r *http.Request) error {
	if do := methods[r.Method]; do != nil {
		return do(w, r)
	}
	var allowed []string
	for method := range methods {
		allowed = append(allowed, method)
	}
	slices.Sort(allowed)
	w.Header().Set("Allow", strings.Join(allowed, ", "))
	return problem(CodeMethod, "", "this path takes "+strings.Join(allowed, " and ")+" only")
}

// ServeHTTP checks the token before anything else is looked at.
func (c *Console) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := requestID(r)
	h := w.Header()
	h.Set("X-Request-Id", id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	if !c.authorized(r) {
		h.Set("WWW-Authenticate", "Bearer")
		c.fail(w, r, problem(CodeUnauthorized, "", "the bearer token is missing or wrong"))
		return
	}
	c.routes.ServeHTTP(w, r)
}

// authorized compares the token in constant time, whatever its length.
func (c *Console) authorized(r *http.Request) bool {
	given, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	sum := sha256.Sum256([]byte(given))
	return subtle.ConstantTimeCompare(sum[:], c.token[:]) == 1 && ok
}

func (c *Console) answer(do handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := do(w, r); err != nil {
			c.fail(w, r, err)
		}
	})
}

// fail answers a Problem. Anything else is a failure of the store or of the
// service behind the console, of which the log tells more than the answer.
func (c *Console) fail(w http.ResponseWriter, r *http.Request, err error) {
	var p *Problem
	if !errors.As(err, &p) {
		c.cfg.Log.ErrorContext(r.Context(), "the console could not answer", "request", numbered(w), "error", err)
		p = problem(CodeUnavailable, "", "the engine's state cannot be reached now: try again, and see the service's log")
	}
	p.RequestID = numbered(w)
	send(w, typeProblem, p.Status, p)
}

var saneID = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID is the caller's own identifier of the request, or a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); saneID.MatchString(id) {
		return id
	}
	var id [8]byte
	_, _ = rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
