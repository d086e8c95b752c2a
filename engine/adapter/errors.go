package adapter

import (
	"errors"
	"fmt"
	"time"
)

// Kind says what the engine can do about an error.
type Kind uint8

// The kinds.
const (
	Unavailable  Kind = iota // 5xx, timeout, connection failure: retry later
	NotFound                 // no such record, or deleted
	Conflict                 // the precondition failed: read again
	Limited                  // a limit signal: the gate pauses the target
	Unauthorized             // the token was refused twice: credentials are wrong
	Forbidden                // a permission or scope is missing; Field or Object says which
	Invalid                  // the system refused the value; Field and Rule say why
	Duplicate                // the external id matches several, or a unique value is taken
	Malformed                // the answer could not be understood
	Drift                    // the system does not know a mapped field (FC-3)
)

var kindNames = [...]string{
	"unavailable", "not found", "conflict", "limited", "unauthorized",
	"forbidden", "invalid", "duplicate", "malformed", "schema drift",
}

func (k Kind) String() string { return kindNames[k] }

// Error is every error that an adapter returns.
type Error struct {
	Kind Kind
	// Indefinite: the request may have taken effect (EV-7). A definite error
	// means that it has not and never will.
	Indefinite bool
	Status     int    // HTTP status, 0 if there was no answer
	Code       string // the vendor's own error code
	Field      string // native name, where the vendor names one
	Permission string // what is missing, where the vendor names it
	Message    string // the vendor's words, bounded, without secrets
	RetryAfter time.Duration
	Err        error // the cause below, if any
}

func (e *Error) Error() string {
	s := e.Kind.String()
	if e.Status != 0 {
		s += fmt.Sprintf(" (HTTP %d", e.Status)
		if e.Code != "" {
			s += " " + e.Code
		}
		s += ")"
	}
	if e.Field != "" {
		s += " field " + e.Field
	}
	if e.Message != "" {
		s += ": " + e.Message
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.Err }

// ErrUnauthentic is a webhook delivery whose signature or key is wrong or missing.
var ErrUnauthentic = errors.New("webhook is not authentic")

// As returns err as an *Error; an error of another type becomes an
// indefinite Unavailable, which is the safe reading of the unknown.
func As(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return &Error{Kind: Unavailable, Indefinite: true, Err: err}
}

// NotSent marks a transport error of which the transport knows that the
// request never left (a refused or timed-out connection): definite.
type NotSent struct{ Err error }

func (e *NotSent) Error() string { return e.Err.Error() }

func (e *NotSent) Unwrap() error { return e.Err }
