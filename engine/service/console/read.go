package console

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// Bounds of what one request looks at.
const (
	limitDefault = 100
	limitMax     = 1000
	lookedAtMax  = 10_000 // records, to fill one page or one count
)

// match says which records are listed.
type match struct {
	statuses  []engine.Status
	filter    Filter
	discarded bool // letters off the list, instead of those on it
}

func (m *match) takes(rec *engine.Record) bool {
	f := rec.Failure
	if discarded := f != nil && f.Discarded != 0; discarded != m.discarded {
		return false
	}
	if m.filter.Side == "" && m.filter.Field == "" && m.filter.Rule == "" {
		return true
	}
	rule := ""
	switch {
	case rec.Flag != nil:
		rule = rec.Flag.Rule
	case f != nil:
		rule = f.Rule
	}
	return (m.filter.Rule == "" || m.filter.Rule == rule) &&
		(m.filter.Side == "" || (f != nil && f.Side.String() == m.filter.Side)) &&
		(m.filter.Field == "" || (f != nil && f.Field == m.filter.Field))
}

// find lists records that match, after a key, at most limit. next is where to
// go on, "" at the end: it may be set although fewer were found, because no
// more than lookedAtMax records are looked at.
func (c *Console) find(ctx context.Context, m match, after string, limit int) (found []*engine.Record, next string, err error) {
	for looked := 0; looked < lookedAtMax; looked += limitMax {
		page, err := c.cfg.Store.Records(ctx, store.Filter{Statuses: m.statuses}, after, limitMax)
		if err != nil {
			return nil, "", err
		}
		for _, rec := range page {
			if len(found) == limit {
				return found, after, nil
			}
			after = rec.Key
			if m.takes(rec) {
				found = append(found, rec)
			}
		}
		if len(page) < limitMax {
			return found, "", nil
		}
	}
	return found, after, nil
}

func (c *Console) list(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if err := known(query, "status", "after", "limit", "side", "field", "rule", "discarded"); err != nil {
		return err
	}
	m, err := matching(query)
	if err != nil {
		return err
	}
	limit, err := limited(query.Get("limit"))
	if err != nil {
		return err
	}
	found, next, err := c.find(r.Context(), m, query.Get("after"), limit)
	if err != nil {
		return err
	}
	page := Page{Records: make([]Summary, len(found)), Next: next}
	for i, rec := range found {
		page.Records[i] = summary(rec)
	}
	send(w, typeJSON, http.StatusOK, page)
	return nil
}

// known refuses parameters that are misspelt or given twice.
func known(query url.Values, names ...string) error {
	for _, name := range slices.Sorted(maps.Keys(query)) {
		switch {
		case !slices.Contains(names, name):
			return problem(CodeParameter, shortened(name), "unknown parameter "+strconv.Quote(shortened(name))+", expected "+strings.Join(names, ", "))
		case len(query[name]) > 1:
			return problem(CodeParameter, name, "the parameter "+name+" stands twice")
		}
	}
	return nil
}

func matching(query url.Values) (match, error) {
	m := match{filter: Filter{Side: query.Get("side"), Field: query.Get("field"), Rule: query.Get("rule")}}
	names := query.Get("status")
	if names == "" {
		names = "flagged,failed"
	}
	for name := range strings.SplitSeq(names, ",") {
		status, ok := statusNamed(name)
		if !ok {
			return m, problem(CodeParameter, "status", "unknown status "+strconv.Quote(shortened(name))+", expected pending, in_sync, resolved, overwritten, flagged or failed, separated by commas")
		}
		m.statuses = append(m.statuses, status)
	}
	switch query.Get("discarded") {
	case "", "false":
	case "true":
		m.discarded = true
	default:
		return m, problem(CodeParameter, "discarded", "expected true or false for the parameter discarded")
	}
	return m, sideOrNone(CodeParameter, m.filter.Side)
}

func statusNamed(name string) (engine.Status, bool) {
	for s := engine.Pending; s <= engine.Failed; s++ {
		if strings.EqualFold(s.String(), name) {
			return s, true
		}
	}
	return 0, false
}

func sideOrNone(code, name string) error {
	if name == "" || name == "cc" || name == "crm" {
		return nil
	}
	return problem(code, "side", "unknown side "+strconv.Quote(shortened(name))+", expected cc or crm")
}

func limited(text string) (int, error) {
	if text == "" {
		return limitDefault, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > limitMax {
		return 0, problem(CodeParameter, "limit", "expected a limit between 1 and "+strconv.Itoa(limitMax))
	}
	return n, nil
}

// named is the record that the path names.
func (c *Console) named(r *http.Request) (*engine.Record, error) {
	key := r.PathValue("key")
	rec, err := c.cfg.Store.Record(r.Context(), key)
	if err == nil && rec == nil {
		err = problem(CodeNotFound, "key", "no record has the key "+strconv.Quote(shortened(key)))
	}
	return rec, err
}

func (c *Console) record(w http.ResponseWriter, r *http.Request) error {
	rec, err := c.named(r)
	if err != nil {
		return err
	}
	ledger, err := c.cfg.Store.Ledger(r.Context(), rec.Key)
	if err != nil {
		return err
	}
	view := c.view(rec, ledger)
	tag, err := tagOf(&view)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	send(w, typeJSON, http.StatusOK, view)
	return nil
}

// tagOf identifies what is shown of a record.
func tagOf(v *Record) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:16]) + `"`, nil
}

func (c *Console) status(w http.ResponseWriter, r *http.Request) error {
	depths, err := c.cfg.Store.Depths(r.Context(), engine.Instant(c.cfg.Now().UnixNano()))
	if err != nil {
		return err
	}
	s := Status{Queue: Queue{
		Fresh: depths.Fresh, Backlog: depths.Backlog, Delayed: depths.Delayed, Leased: depths.Leased, Oldest: instant(depths.Oldest),
	}}
	after := ""
	for range lookedAtMax / limitMax {
		page, err := c.cfg.Store.Records(r.Context(), store.Filter{Statuses: []engine.Status{engine.Flagged, engine.Failed}}, after, limitMax)
		if err != nil {
			return err
		}
		for _, rec := range page {
			s.count(rec)
			after = rec.Key
		}
		if s.More = len(page) == limitMax; !s.More {
			break
		}
	}
	send(w, typeJSON, http.StatusOK, s)
	return nil
}

func (s *Status) count(rec *engine.Record) {
	switch {
	case rec.Flag != nil && rec.Flag.Mass > 0:
		s.MassDelete++
	case rec.Status == engine.Flagged:
		s.Flagged++
	case rec.Failure != nil && rec.Failure.Discarded != 0:
		s.Discarded++
	default:
		s.Failed++
	}
}
