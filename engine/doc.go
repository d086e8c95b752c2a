// Package engine is the synchronisation core: one pure state machine that
// keeps the records of a contact center and a CRM in step.
//
// The whole interface is Core.Step(now, event, effects). Events say what
// happened (a notice arrived, a read came back, a write was answered, a batch
// is durable, time passed, a person decided). Effects say what to do next
// (read, write, persist, acknowledge, tell, wake). A driver carries effects
// out and feeds their results back as events: with goroutines, sockets and a
// database in production, with a virtual clock and a simulated disk in the
// simulator. The core itself does no I/O, starts no goroutine, reads no clock,
// and draws no randomness that is not keyed by its seed, so that the same
// events give the same effects, byte for byte (CR-8).
//
// # How a record is worked on
//
// Work is level-triggered. A notice, from a webhook or a poll, only says that
// a record may have changed; it becomes a durable queue entry, is
// acknowledged, and is then forgotten. A worker slot takes the entry, reads
// both sides, compares each with its base, asks the resolver for a decision,
// makes the intended writes durable, carries them out, and makes the result
// durable. Whatever goes wrong on the way puts the entry back with a backoff;
// nothing that was acknowledged depends on memory.
//
// # Where to look
//
//	event.go, effect.go   the vocabulary of Step
//	record.go             what is durable about one record
//	core.go               the dispatch and the working set
//	notice.go, poll.go    how work comes in
//	work.go, locate.go    the life of one piece of work, links and identity
//	decide.go, plan.go    from two readings to a list of writes
//	write.go, settle.go   carrying the list out, recovery of unknown outcomes
//	gate.go               rate limits, concurrency, lanes
//	review.go             flags and people
//	letter.go             dead letters and people
//	retry.go              backoff and keyed jitter
package engine
