package sim

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// kindsOf translates a system's refusals.
var kindsOf = map[mocks.Refusal]adapter.Kind{
	mocks.Unavailable: adapter.Unavailable, mocks.NotFound: adapter.NotFound, mocks.Conflict: adapter.Conflict,
	mocks.Limited: adapter.Limited, mocks.Unauthorized: adapter.Unauthorized, mocks.Forbidden: adapter.Forbidden,
	mocks.Invalid: adapter.Invalid, mocks.Duplicated: adapter.Duplicate, mocks.Unmapped: adapter.Drift,
	mocks.Misread: adapter.Malformed,
}

// judge says what the end of an exchange means, nil for success. What is
// Indefinite follows EV-7: of a write only an answer below 500, or the
// certainty that nothing was sent, tells that it did not happen.
func judge(o *mocks.Op, x *exchange, err, cut error) *adapter.Error {
	write := changes(o)
	if err != nil {
		var unsent *adapter.NotSent
		return &adapter.Error{Kind: adapter.Unavailable, Indefinite: write && !errors.As(err, &unsent), Err: err}
	}
	out := x.outcome
	switch {
	case out.Refusal == mocks.None && cut == nil:
		return nil
	case out.Status < 300 && cut != nil:
		return &adapter.Error{Kind: adapter.Unavailable, Status: out.Status, Indefinite: write, Err: cut}
	}
	e := &adapter.Error{Kind: kindsOf[out.Refusal], Status: out.Status}
	e.Indefinite = write && (out.Status >= 500 || out.Status == http.StatusRequestTimeout)
	if cut == nil {
		e.Code, e.Field, e.Permission, e.Message = out.Code, out.Field, out.Permission, out.Message
	} else {
		e.Kind = kindsOf[mocks.RefusalOf(out.Status)]
	}
	if e.Kind == adapter.Limited || e.Kind == adapter.Unavailable {
		e.RetryAfter = max(x.retryAfter, 0)
	}
	return e
}

// grantOf reads the answer to a request for a token. Its failure is definite
// for the exchange that needed it.
func grantOf(x *exchange, err, cut error) *grant {
	e := judge(&mocks.Op{Kind: mocks.OpToken}, x, err, cut)
	if e == nil {
		return &grant{token: x.outcome.Token}
	}
	switch e.Kind {
	case adapter.Unavailable, adapter.Limited, adapter.Malformed:
	default:
		e.Kind = adapter.Unauthorized // the credentials are refused
	}
	return &grant{err: e}
}

// impatient reports whether a request ended because its client gave up.
func impatient(err *adapter.Error) bool {
	return errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// signal is what an answer says about limits (RL-1, RL-2).
func (h *host) signal(x *exchange) adapter.Signal {
	out, k := x.outcome, &h.parts.kinds[x.side]
	s := adapter.Signal{
		Limited:    out.Status == http.StatusTooManyRequests || (out.Refusal == mocks.Limited && !x.truncated),
		RetryAfter: x.retryAfter, Allowed: -1, Remaining: -1, Reset: -1,
	}
	if out.Headers {
		s.Allowed, s.Remaining = out.Usage.Allowed, out.Usage.Remaining()
		if k.resets {
			s.Reset = time.Duration(out.Usage.ResetSeconds()) * time.Second
		}
	}
	return s
}

// fieldTypes are the engine's types by the systems' names for them.
var fieldTypes = map[string]mapping.Type{
	"string": mapping.TypeString, "text": mapping.TypeString, "phone": mapping.TypePhone, "email": mapping.TypeEmail,
	"picklist": mapping.TypePicklist, "multipicklist": mapping.TypeMultiPicklist, "boolean": mapping.TypeBoolean,
	"date": mapping.TypeDate, "instant": mapping.TypeInstant, "integer": mapping.TypeInteger, "decimal": mapping.TypeDecimal,
	"number": mapping.TypeDecimal,
}

// schema is what a system says of the mapped fields.
func (h *host) schema(e *errand, out *mocks.Outcome, err *adapter.Error) adapter.Schema {
	if err != nil || e.ask.Kind != mocks.OpDescribe {
		return adapter.Schema{}
	}
	s := adapter.Schema{Revision: out.Revision}
	wanted := h.parts.kinds[e.place()].names
	for i := range out.Fields {
		f := &out.Fields[i]
		if !wanted[f.Name] {
			continue
		}
		s.Fields = append(s.Fields, mapping.Constraint{
			Name: f.Name, Type: fieldTypes[f.Type], MaxLength: f.MaxLength, UTF16: f.UTF16, NoChoice: f.NoChoice,
			Required: f.Required, Writable: f.Writable, Pattern: f.Pattern, Values: f.Values,
		})
	}
	if s.Revision == "" {
		s.Revision = revision(s.Fields)
	}
	return s
}

// revision identifies the schema of a system that numbers none.
func revision(fields []mapping.Constraint) string {
	sum := sha256.Sum256(fmt.Append(nil, fields))
	return hex.EncodeToString(sum[:8])
}

// retryAfterOf reads an answer's header, -1 if it is absent or unreadable.
func retryAfterOf(text, date string) time.Duration {
	if text == "" {
		return -1
	}
	return wire.RetryAfter(http.Header{"Retry-After": {text}, "Date": {date}})
}
