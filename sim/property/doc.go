// Package property holds the property tests of the whole: generated worlds
// (records, edits, policies, faults, crashes, both kinds of CRM) are played
// with the reference engine, and what the specification promises of every
// world is asked of each. It has no code of its own.
//
//   - invariants_test.go: one property for each invariant of the specification.
//   - relations_*_test.go: relations between runs, that is, what a changed
//     scenario must not change, or how it must change the result. Each says
//     which worlds it speaks of; quiet_test.go draws them.
//
// Seeds are fixed, one for each test, so that a change of the code is the only
// thing that can change a verdict:
//
//	go test ./sim/property                                     the same worlds each time
//	go test ./sim/property -rapid.seed=0 -rapid.checks=2000    fresh worlds, many of them (make fresh)
//	go test ./sim/property -run TestNoLoop -rapid.seed=42      the worlds of one seed
//
// A world that fails is made as small as it can be while it fails, and is
// written as a scenario file below syncproof-failures in the temporary folder
// of the machine, or in the folder that SYNCPROOF_FAILURES names; the failure
// says how to play it.
package property
