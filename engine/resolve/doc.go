// Package resolve is the decision table and the three-way field merge
// (CR-1 to CR-13 of the specification) as pure functions: the same input
// gives the same decision, byte for byte. It reads no clock and knows of no
// system, adapter or store.
//
// Decide is the way in. It asks three questions, in this order:
//
//  1. Do both records exist? If not, deletes.go answers (CR-13, and the
//     first sync of CR-2).
//  2. Who has a say in each field? changed.go compares each side with its
//     own base, nobase.go does it where there is none (CR-12), and
//     oneway.go looks at fields that travel in one direction (FC-2).
//  3. Who wins what both claim? effective.go finds the versions that count
//     (DM-8), table.go goes through CR-4 to CR-7.
//
// merge.go then puts the answer together: what each side gets, at which
// version (version.go, CR-3), and what is lost (CR-11). Choose does the same
// for a person's decision (CR-10), and Explain says in a sentence why.
//
// Slices in a Decision may share memory with the Input: read them only.
package resolve
