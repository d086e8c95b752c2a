// Package console is the engine's review console as an HTTP interface: it
// lists flagged and failed records, shows one with both sides, bases, rule and
// history, and takes a person's word on it: a decision (CR-10), a restore from
// the ledger (CR-11), a retry or a discard of dead letters (FC-1), and the
// approval of a mass delete (CR-13). docs/console.openapi.yaml describes it.
//
// The console itself decides nothing and keeps nothing. It reads through
// store.Console and hands every word to a Decider, whose core makes it durable
// and judges it against the record's state; what the core refuses is answered
// 409.
//
// It holds customers' data, so every request needs the bearer token, whichever
// address the listener is bound to (SE-3), and every change the name of who
// asked for it. Bodies, pages, depths and waits are bounded (SE-2).
//
//	console.go   the handler, its routes, and what holds for every request
//	api.go       the bodies of requests and answers
//	body.go      reading a body strictly
//	read.go      lists, one record, the state of the queue
//	view.go      from durable records to what is shown
//	decide.go    decisions, restores and the approval
//	letters.go   dead letters, one or many
//	problem.go   errors
package console
