// Package service is the live driver: it carries out what the core asks for
// with goroutines, sockets and a store, and feeds the results back as events.
//
// One goroutine owns the core (loop.go); one goroutine talks to the store and
// makes batches durable in groups (keeper.go); every adapter call has a
// goroutine of its own, and asks the core's gate before each exchange
// (calls.go, gate.go). Webhooks come in by ingest.go and are acknowledged only
// when their notices are durable (EV-2). The simulator drives the same core by
// the same rules (sim/host.go).
//
// A life of the core ends and another begins on the same store when the
// configuration is loaded anew: the core is built to be restarted, so nothing
// else is needed to change its policy.
package service
