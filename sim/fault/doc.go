// Package fault is the catalogue of what can go wrong: every fault verb of the
// scenario format with the real event that it stands for and an example.
//
// A fault is a step of a timeline, and prints as the YAML that makes it
// ([scenarios.Step.String]); this package adds what a reader or a generator
// of scenarios wants to know about it. It does not carry faults out: that is
// the simulator's work.
package fault
