// Package live plays a scenario over real HTTP: the same mocks as in the
// simulator serve on loopback, a Toxiproxy stands between them and the engine,
// and the engine is a process, or runs in this one. What happens is written to
// the same journal and judged by the same checkers.
//
// On the way from the engine to a system a request passes a tap (tap.go), which
// journals what the engine sends and receives, then a Toxiproxy line with the
// latency and the faults that strike it (lines.go), then the mock (backend.go).
// Webhooks go the other way, through a line and a door (door.go). The clock
// (clock.go) runs at a multiple of real time, and stands still for each step of
// the timeline, so that steps happen at their exact instants.
//
// It is not for what timing decides to the millisecond: the simulator is.
package live
