// Package sqlfile keeps one SQLite file the way durable state wants it: created
// whole or not at all, held by one process at a time, versioned, checked when
// it is opened and refused when it is damaged, written in group commits that
// are synced before they return, and copied while it is in use. What is in the
// file is for its users: the embedded store and the embedded queue.
package sqlfile
