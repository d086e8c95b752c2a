// Package vector is the JSON form of a decision: one case in, one decision
// out, with field names instead of indexes, for `syncproof decide` and for the
// decision vectors that a vendor can test an engine of its own with.
//
// The vectors are in testdata/vectors, one file for each rule, embedded and
// listed by All; the README.md beside them is their reference. Their inputs
// come from the lines in testdata/cases.
//
// It imports engine/resolve and the standard library only, and decides
// nothing itself.
package vector
