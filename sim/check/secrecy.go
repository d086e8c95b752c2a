package check

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/sim/trace"
)

// canary is what every secret of the simulated world begins with.
const canary = "canary-secret"

// needles are the forms in which a canary may leak: plain, hexadecimal, and
// the part of its base64 that does not depend on its neighbours, at each of
// the three alignments.
var needles = canaryForms()

func canaryForms() []string {
	forms := []string{canary, hex.EncodeToString([]byte(canary))}
	for shift := range 3 {
		padded := strings.Repeat("x", shift) + canary
		text := base64.StdEncoding.EncodeToString([]byte(padded))
		// Drop the characters that mix in the padding before and after.
		from := (shift*8 + 5) / 6
		to := len(padded) * 8 / 6
		forms = append(forms, text[from:to])
	}
	return forms
}

// secrecy: no canary secret in any output or journal entry, in any form.
func secrecy(m *model) Result {
	t := &tally{m: m}
	var read clean
	for i := range m.ev {
		e := &m.ev[i]
		switch e.Kind {
		case trace.Send, trace.Output, trace.Told, trace.ClaimDecision, trace.ClaimStatus, trace.ClaimState:
			t.seen++
		case trace.Commit:
			if e.Actor == trace.ActorEngine {
				t.seen++
			}
		}
		if where := read.leak(e); where != "" {
			t.fail("", []uint64{e.Op}, "a secret appears in the %s of operation %d (%s)", where, e.Op, e.Kind)
		}
	}
	return t.verdict(phrase{"output holds no secret", "outputs hold no secret"}, "the engine put out nothing")
}

// clean are texts that hold no canary. A journal says the same ones over and
// over: a text that is found here need not be searched again. One slot holds
// one text, chosen by a few of its bytes.
type clean [256]string

func (c *clean) leaks(s string) bool {
	return len(s) >= len(canary) && c.searched(s)
}

// searched is leaks of a text that is long enough.
func (c *clean) searched(s string) bool {
	n := len(s)
	slot := &c[byte(n)^s[n-1]^s[n-2]<<3^s[n-6]<<5^s[n/2]<<1]
	if *slot == s {
		return false
	}
	if leaks(s) {
		return true
	}
	*slot = s
	return false
}

// leak names the part of an event that holds a canary, "" if none does.
func (c *clean) leak(e *trace.Event) string {
	switch {
	case c.leaks(e.Text):
		return "text"
	case c.leaks(e.Path):
		return "path"
	case c.leaks(e.Record):
		return "record"
	case c.leaks(e.External):
		return "external id"
	case c.leaks(e.Alias):
		return "alias"
	case c.leaks(e.Code):
		return "code"
	case c.leaks(e.Actor):
		return "actor"
	case c.leaks(e.Verb):
		return "verb"
	case c.leaks(e.Origin):
		return "origin"
	case c.leaks(e.Method):
		return "method"
	case c.leaks(e.RetryAfter):
		return "retry-after"
	case c.leaks(e.Date):
		return "date"
	}
	for k := range e.Changes {
		if ch := &e.Changes[k]; c.leaks(ch.Before) || c.leaks(ch.After) || c.leaks(ch.Field) {
			return "changes"
		}
	}
	for _, r := range e.Records {
		if c.leaks(r) {
			return "records"
		}
	}
	return ""
}

func leaks(s string) bool {
	for _, n := range needles {
		if strings.Contains(s, n) {
			return true
		}
	}
	if strings.IndexByte(s, '%') >= 0 {
		if plain, err := url.QueryUnescape(s); err == nil && strings.Contains(plain, canary) {
			return true
		}
	}
	return strings.Contains(s, `\u`) && strings.Contains(unescapeJSON(s), canary)
}

// unescapeJSON undoes \uXXXX and leaves everything else as it is.
func unescapeJSON(s string) string {
	var b strings.Builder
	for len(s) > 0 {
		if strings.HasPrefix(s, `\u`) && len(s) >= 6 {
			if r, err := strconv.ParseUint(s[2:6], 16, 16); err == nil {
				b.WriteRune(rune(r))
				s = s[6:]
				continue
			}
		}
		b.WriteByte(s[0])
		s = s[1:]
	}
	return b.String()
}
