package mocks

import (
	"crypto/sha256"
	"crypto/subtle"
	"slices"
	"time"
)

// tokensMax bounds the table: the oldest token is forgotten, and so unknown,
// when more have been issued.
const tokensMax = 4096

// Token is one access token.
type Token struct {
	Value   string
	Actor   string // who holds it, for the journal
	Issued  time.Time
	Expires time.Time
}

// Validity of a token as presented.
type Validity uint8

// The validities.
const (
	TokenUnknown Validity = iota // never issued, or forgotten
	TokenValid
	TokenExpired
	TokenRevoked
)

// Tokens is a system's table of issued tokens. The zero value is empty.
type Tokens struct {
	order []*entry // as issued: what is presented is nearly always the last
}

// entry is never changed once it is stored: clones of the table share it.
type entry struct {
	Token
	revocations int // that had been when it was issued
	revoked     bool
}

// Clone is an independent copy. It shares what is there already and has no
// room behind it, so that neither sees what the other appends.
func (t *Tokens) Clone() Tokens { return Tokens{order: slices.Clip(t.order)} }

func (t *Tokens) index(value string) int {
	for i := len(t.order) - 1; i >= 0; i-- {
		if t.order[i].Value == value {
			return i
		}
	}
	return -1
}

// Print appends every token with what is left of its life.
func (t *Tokens) Print(p *Print, revocations int) {
	p.Int(int64(len(t.order)))
	for _, e := range t.order {
		p.Text(e.Value)
		p.Text(e.Actor)
		p.Flag(e.revoked || e.revocations < revocations)
		p.Due(e.Expires)
	}
}

// Issue stores a new token that lives from now on, after so many revocations
// of all tokens (Faults.Revocations).
func (t *Tokens) Issue(now time.Time, value, actor string, life time.Duration, revocations int) Token {
	if len(t.order) >= tokensMax {
		t.order = t.order[1:]
	}
	e := &entry{Token: Token{Value: value, Actor: actor, Issued: now, Expires: now.Add(life)}, revocations: revocations}
	t.order = append(t.order, e)
	return e.Token
}

// Check looks a presented token up. The token is returned whenever it was
// issued here, so that the journal can name its holder; it counts only when
// it is TokenValid. Tokens issued after fewer revocations are revoked.
func (t *Tokens) Check(now time.Time, value string, revocations int) (Token, Validity) {
	i := t.index(value)
	if i < 0 {
		return Token{}, TokenUnknown
	}
	e := t.order[i]
	switch {
	case e.revoked || e.revocations < revocations:
		return e.Token, TokenRevoked
	case !now.Before(e.Expires):
		return e.Token, TokenExpired
	}
	return e.Token, TokenValid
}

// Revoke ends a token.
func (t *Tokens) Revoke(value string) {
	if i := t.index(value); i >= 0 {
		ended := *t.order[i]
		ended.revoked = true
		t.order = slices.Clone(t.order)
		t.order[i] = &ended
	}
}

// SameSecret compares two secrets in constant time, whatever their lengths.
func SameSecret(a, b string) bool {
	x, y := sha256.Sum256([]byte(a)), sha256.Sum256([]byte(b))
	return subtle.ConstantTimeCompare(x[:], y[:]) == 1
}
