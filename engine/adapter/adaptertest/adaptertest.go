// Package adaptertest holds every adapter to the contract of package adapter,
// as net/http clients are held to a transport: through a real system or a mock
// of it, and through what goes wrong on the way. A new adapter passes when
//
//	func TestAdapter(t *testing.T) {
//		adaptertest.Run(t, func(t adaptertest.T) *adaptertest.Tenant { ... })
//	}
//
// passes. Each rule is a subtest whose name is the demand. A rule is demanded
// only of an adapter whose Capabilities or optional interfaces promise it, and
// only if the Tenant has the switch that it needs: otherwise it is skipped,
// with the reason.
//
// What the suite cannot see: that a comparison takes constant time, and that a
// record which was read was not cached between two processes.
package adaptertest

import (
	"context"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// T is what a rule needs of a test: *testing.T, or what records how it ended.
type T interface {
	Helper()
	Context() context.Context
	Cleanup(f func())
	Fatalf(format string, args ...any)
	Skipf(format string, args ...any)
}

// Open makes an empty tenant. Each rule has one of its own.
type Open func(t T) *Tenant

// Tenant is the other side of the wire: a system, and what only its own people
// can do there. Functions of a tenant are called one after the other, but while
// requests may be under way. Those that are said to be optional may be nil.
type Tenant struct {
	// New builds the adapter under test.
	New func(adapter.Config) (adapter.System, error)
	// Config is complete but for HTTP and Flight, which the suite fills in. Its
	// secrets must not show in any error.
	Config adapter.Config
	// Transport reaches the system.
	Transport http.RoundTripper
	// Signals is the adapter package's own, optional.
	Signals adapter.Signals
	// Samples are values of Config.Fields, in their order.
	Samples []Sample

	// Make is a person who makes a record, and returns its id.
	Make func(values []adapter.FieldValue) (string, error)
	// Edit is a person who changes fields of a record, which raises its version.
	Edit func(id string, values []adapter.FieldValue) error
	// Remove is a person who deletes a record.
	Remove func(id string) error
	// Peek returns what is stored of a record, as text by native name, the
	// version included; ok is false if it is not there, or deleted.
	Peek func(id string) (stored map[string]string, ok bool)

	// Advance moves the system's clock; optional where it moves by itself.
	Advance func(by time.Duration)
	// Limit makes the system answer every request with its limit signal, and
	// returns the wait that it tells, 0 for none. Optional.
	Limit func() time.Duration
	// Expire ends all tokens that were issued so far. Optional.
	Expire func()
	// Drop takes the field with this index of Config.Fields from the schema, or
	// is nil; DropIndex says which.
	Drop      func()
	DropIndex int
	// Forbid takes from the account the right to change records, and says by
	// which words the vendor names what is missing, "" if it does not. Optional.
	Forbid func() (permission string)
	// Delivery returns a signed notice of a change of the record, as the system
	// would send it. Optional.
	Delivery func(id string) (http.Header, []byte)
	// SignsBody: the signature covers the body.
	SignsBody bool
}

// Sample is a field with two different values that the system takes.
type Sample struct {
	Good, Other mapping.Native
	// Required: the system refuses a record without it.
	Required bool
}

// Rule is one demand.
type Rule struct {
	Name  string
	Check func(t T, open Open)
}

// Rules lists all demands.
func Rules() []Rule {
	var out []Rule
	for _, r := range slices.Concat(recordRules, conditionalRules, feedRules, failureRules, accessRules, schemaRules, webhookRules) {
		out = append(out, Rule{Name: r.name, Check: func(t T, open Open) { r.check(newBench(t, open)) }})
	}
	return out
}

// Run holds an adapter to every rule.
func Run(t *testing.T, open Open) {
	for _, r := range Rules() {
		t.Run(r.Name, func(t *testing.T) { r.Check(t, open) })
	}
}

type rule struct {
	name  string
	check func(b *bench)
}
