package check

// invariants is the specification's table, in its order.
var invariants = []Invariant{
	{"convergence", "after faults end and the system is idle, both sides agree on every two-way field and the version of every record", []string{"CR-1", "CR-2", "CR-3", "CR-14", "DM-3", "DM-5", "DM-9", "EV-8"}, convergence},
	{"no-over-flagging", "no flag and no dead letter without a cause that the model accepts", []string{"CR-6", "CR-10", "FC-1"}, noOverFlagging},
	{"no-lost-edit", "every accepted edit is visible, superseded, in the ledger, in review, or a vendor race", []string{"CR-11", "EV-4", "EV-8", "EV-10"}, noLostEdit},
	{"right-winner", "the result of every conflict is one that the table gives over some read cut", []string{"CR-2", "CR-3", "CR-4", "CR-5", "CR-6", "CR-7", "CR-8", "CR-9", "CR-12", "CR-13", "CR-14", "DM-7", "DM-8", "DM-10"}, rightWinner},
	{"no-loop", "every engine write changes something or repeats a hidden one, and writes stop", []string{"DM-2", "DM-5", "CR-1", "EV-5"}, noLoop},
	{"version-monotonic", "no engine write lowers a version or brings back superseded content", []string{"DM-3", "DM-8", "CR-3"}, versionMonotonic},
	{"durable-ack", "every acknowledged notice is followed by a read of that record, whatever crashed", []string{"EV-2"}, durableAck},
	{"prompt-ack", "the time to acknowledge does not depend on the other system", []string{"EV-1", "EV-3"}, promptAck},
	{"backoff", "limit signals and failures are waited out, with jitter, on the configured schedule", []string{"EV-3", "RL-1", "RL-5", "RL-6"}, backoff},
	{"bounded", "the working set and the requests in flight stay under their limits", []string{"EV-9"}, bounded},
	{"review-isolation", "no automatic write of a business field or version to a flagged record", []string{"CR-10"}, reviewIsolation},
	{"valid-payloads", "the strict mocks had nothing to refuse for its form", []string{"FC-1", "FC-3"}, validPayloads},
	{"no-duplicates", "the engine never creates a second record for one identity", []string{"EV-7", "CR-14"}, noDuplicates},
	{"told", "everything that a person must know reached the sink, recognisably", []string{"EV-11", "CR-13", "RL-6", "FC-3"}, told},
	{"liveness", "the system is idle within the deadline that retry policy and quota imply", []string{"EV-5", "RL-3", "RL-5"}, liveness},
	{"secrecy", "no canary secret in any output or journal entry", []string{"SE-1"}, secrecy},
}

// Invariants returns the specification's invariants in its order.
func Invariants() []Invariant {
	return append([]Invariant(nil), invariants...)
}

// Judge runs every invariant and then every expectation of the scenario over
// one run, in order; between them stands a result of the name "scenario" for
// each step that could not be played, and one of the name "journal" if the
// journal contradicts itself. It is a pure function of the case.
func Judge(c Case) []Result {
	results := make([]Result, 0, len(invariants)+len(c.Scenario.Expect))
	m := newModel(c)
	for i := range invariants {
		inv := &invariants[i]
		var r Result
		if len(m.ev) == 0 {
			r = Result{Verdict: Unknown, Reason: "the journal is empty"}
		} else {
			r = inv.check(m)
		}
		r.Name = inv.Name
		results = append(results, r)
	}
	results = append(results, m.unplayed()...)
	results = append(results, contradicted(c.Events)...)
	return append(results, m.expectations()...)
}
