// Package certify holds the checkers to their own rules: it takes journals
// that pass, breaks one rule of one invariant in each, and asks whether the
// invariant notices. A checker that passes a broken journal would pass a broken
// engine.
//
// There are two layers. A [Mutation] knows what rule it breaks, and the
// invariant that speaks of that rule must not pass. A blind change ([Blind])
// drops, swaps, repeats, advances or alters single events without knowing what
// they mean, and shows how much of a journal the checkers look at.
//
// Engines with one defect each ([github.com/syncproof/syncproof/sim/mutant])
// show that the library leads engines into trouble; this package needs no
// engine, only journals, and reaches rules that no scenario provokes.
package certify
