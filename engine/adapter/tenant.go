package adapter

import "context"

// Provisioner is a system in which what the engine needs beside the business
// fields can be made through the vendor's API: the fields of Config's version,
// status, external id and base version, and what makes writes conditional.
type Provisioner interface {
	// Plan returns what the tenant lacks, in the order of Apply; it only reads.
	// A tenant that lacks nothing has an empty plan, so that a run that was
	// interrupted goes on where it stopped.
	Plan(ctx context.Context) ([]Step, error)
	// Apply takes one step of a plan that is neither Manual nor Blocked. A step
	// that somebody else has taken meanwhile is no error.
	Apply(ctx context.Context, s Step) error
}

// Step is one thing that a tenant lacks.
type Step struct {
	Kind string `json:"kind"` // the vendor's kind of thing, e.g. CustomField
	Name string `json:"name"` // the vendor's name, e.g. Contact.Sync_Version__c
	What string `json:"what"` // as a sentence without its end: create ...
	// Shared: it belongs to the tenant and not to one object in it, so that the
	// adapters of all objects plan it and one of them takes it.
	Shared bool `json:"shared,omitempty"`
	// Manual says what a person must do where the vendor has no API for it,
	// "" where Apply does it.
	Manual string `json:"manual,omitempty"`
	// Blocked says why the step cannot be taken and what to do: something of
	// this name is there and is another thing. What is there is never changed.
	Blocked string `json:"blocked,omitempty"`
}

// Inspector is a system that can say of itself what a description of its
// object does not: rights, limits, and what makes writes conditional.
type Inspector interface {
	// Inspect looks at the tenant; it writes nothing, except that with probe it
	// sends writes that no tenant can carry out, to learn whether the account
	// may write at all. What could not be learnt is a Finding as well: the
	// error is for a system that cannot be reached.
	Inspect(ctx context.Context, probe bool) ([]Finding, error)
}

// Automated is a system that can list the automation of its object, of which
// one may be the trigger that moves the version (DM-8).
type Automated interface {
	// Automations are the names of what is active and runs when a record is
	// stored; none is an empty slice.
	Automations(ctx context.Context) ([]string, error)
}

// Finding is one line of an inspection.
type Finding struct {
	Check  string `json:"check"` // what was looked at, e.g. "permission"
	Level  Level  `json:"level"`
	Found  string `json:"found"`            // what is there, without secrets
	Remedy string `json:"remedy,omitempty"` // what to do, "" where nothing is
}

// Level is how bad a Finding is.
type Level string

// The levels.
const (
	OK   Level = "ok"
	Warn Level = "warn" // works, or could not be learnt
	Fail Level = "fail" // the engine will not work
)
