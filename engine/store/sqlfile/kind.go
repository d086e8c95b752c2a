package sqlfile

import (
	"context"
	"database/sql"
)

// Kind says what a file is for. All files of one kind have the same tables.
type Kind struct {
	// Name is for messages: "store".
	Name string
	// Application tells the kind's files from those of other programs
	// (PRAGMA application_id).
	Application int32
	// Migrations bring a file from version i to version i+1; the first one
	// makes the tables. They are never changed once released.
	Migrations []string
	// Check says what is wrong with the content, "" for nothing. The file is
	// sound by SQLite's own measure, and of the newest version.
	Check func(ctx context.Context, q Querier) (string, error)
	// Working are the tables that every start works on: they are checked
	// before a file of any size is used.
	Working []string
	// CheckWorking is Check as far as it is about them; nil for nothing.
	CheckWorking func(ctx context.Context, q Querier) (string, error)
}

// Querier is what runs a query: a connection, a transaction or a pool.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Options are for tests and drills; the zero value is what is right.
type Options struct {
	// VFS names the layer below SQLite, "" for the machine's own.
	VFS string
	// Unsynced leaves writes to the page cache: a power cut then loses what
	// was acknowledged. It is there to show that the drills notice.
	Unsynced bool
	// WholeBytes is up to which size a file is checked whole when it is
	// opened, 0 for 256 MiB.
	WholeBytes int64
}
