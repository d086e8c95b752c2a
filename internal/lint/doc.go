// Package lint keeps two promises of the architecture by analysing the
// source: which room may import which (Rooms), and that nothing which takes
// part in a simulation reads a clock, a random source, the machine or the
// order of a map (Determinism).
//
// The tests of this package run both over the whole tree. An exception is a
// comment with a reason, on the line or the line above:
//
//	//syncproof:unordered the sum does not depend on the order
//	//syncproof:allow os a scenario file is read here and nowhere else
//
// The first is for ranges over maps, the second names the rule that it
// excuses. A reason must be given, and an exception that excuses nothing is
// an error itself.
package lint
