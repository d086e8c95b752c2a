// Package again plays a world a second time, in another process, and names
// the first event that differs.
//
// The same scenario and seed must give the same journal, byte for byte
// (spec.md, determinism). A second run in the same process would share with
// the first what a process decides once: package variables and the seed of its
// maps. So a Twin is a process of the same binary under other settings of the
// runtime (GOMAXPROCS, GOGC); it lives long and takes one world after another,
// the first of them once more, so that no package variable stands in both as
// the same number of runs left it.
//
// Maps need no knob: the runtime begins every range over a map at a place of
// its own and hashes with a seed of the process, so whatever depends on the
// order of a map meets another one in the Twin. Nothing in the code under test
// knows that it is played twice.
//
// It is for the command line: it starts processes and reads the wall clock,
// and nothing in a simulation may depend on it.
package again
