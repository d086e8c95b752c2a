// Package sqlite is the embedded default of package store: one SQLite file with
// a write-ahead log, each commit synced before Apply returns. It is pure Go.
//
// One connection writes, in group commits; others read for people. Records,
// decisions and ledger entries are JSON in columns, beside what is searched
// for, so that the sqlite3 shell shows all of it (docs/store.md). The queue
// stays in the file, in the order of an index, whatever its length; only what
// is being worked on is held in memory.
package sqlite
