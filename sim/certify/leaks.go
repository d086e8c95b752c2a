package certify

import (
	"encoding/base64"
	"encoding/hex"
	"strings"

	"github.com/syncproof/syncproof/sim/trace"
)

// secret is one of the canaries that the simulated world gives the engine.
const secret = "canary-secret-crm"

// leaks are mutations that put a secret where it must not be.
var leaks = []Mutation{
	{
		Name: "secret-in-an-output", Invariant: "secrecy", Rule: "SE-1",
		Breaks: "a log line quotes a secret",
		apply: func(d *draft) bool {
			d.insert(len(d.ev)/2, trace.Event{Kind: trace.Output, On: trace.Engine, Text: "token " + secret})
			return true
		},
	},
	{
		Name: "secret-in-a-message", Invariant: "secrecy", Rule: "SE-1",
		Breaks: "a message to people holds a secret in base64",
		apply:  inLast(trace.Told, func(e *trace.Event) { e.Text += base64.StdEncoding.EncodeToString([]byte("engine:" + secret)) }),
	},
	{
		Name: "secret-in-a-path", Invariant: "secrecy", Rule: "SE-1",
		Breaks: "a request's address holds a secret, URL-escaped",
		apply:  inLast(trace.Send, func(e *trace.Event) { e.Path += "?key=" + strings.ReplaceAll(secret, "-", "%2D") }),
	},
	{
		Name: "secret-in-a-record", Invariant: "secrecy", Rule: "SE-1",
		Breaks: "the engine writes a secret into a record, JSON-escaped",
		apply: func(d *draft) bool {
			i := d.first(0, func(e *trace.Event) bool { return engines(e) && len(e.Changes) > 0 })
			if i >= 0 {
				change(&d.ev[i], func(c *trace.Change) { c.After = strings.ReplaceAll(secret, "-", `\u002d`) })
			}
			return i >= 0
		},
	},
	{
		Name: "secret-in-the-ledger", Invariant: "secrecy", Rule: "SE-1",
		Breaks: "the ledger names a secret in hexadecimal",
		apply:  inLast(trace.ClaimDecision, func(e *trace.Event) { e.Text = hex.EncodeToString([]byte(secret)) }),
	},
	{
		Name: "secret-in-an-answer", Invariant: "secrecy", Rule: "SE-1",
		Breaks: "a refusal's code quotes a secret, and the journal keeps it",
		apply:  inLast(trace.Answer, func(e *trace.Event) { e.Code = secret }),
	},
}

// inLast changes the last event of a kind.
func inLast(kind trace.Kind, how func(*trace.Event)) func(*draft) bool {
	return func(d *draft) bool {
		i := d.last(func(e *trace.Event) bool { return e.Kind == kind })
		if i >= 0 {
			how(&d.ev[i])
		}
		return i >= 0
	}
}
