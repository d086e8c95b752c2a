// Package host runs one mock in real time, for anybody to use: its vendor's
// surface over HTTP, its webhooks, and beside them a control plane on which a
// test acts as the system's users, switches faults on, sets the clock, reads
// the journal, and takes and restores snapshots.
//
// The mock itself stays a pure model. The host owns what the model must not
// know: the lock around it, the clock, the sockets and the files.
package host
