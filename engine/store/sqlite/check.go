package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// orphan finds a native id that leads to a record which is not there. What can
// be said of one row is said by the constraints of its table, which the check
// of the file looks at.
const orphan = "SELECT key FROM refs WHERE NOT EXISTS (SELECT 1 FROM records WHERE records.key = refs.key) LIMIT 1"

// check says what is wrong with the content of a store.
func check(ctx context.Context, q sqlfile.Querier) (string, error) {
	var key string
	err := q.QueryRowContext(ctx, orphan).Scan(&key)
	switch {
	case err == nil:
		return fmt.Sprintf("a native id leads to record %q, which is missing", key), nil
	case !errors.Is(err, sql.ErrNoRows):
		return "", err
	}
	return checkMeta(ctx, q)
}

// checkMeta says what is wrong with what the core needs when it starts.
func checkMeta(ctx context.Context, q sqlfile.Querier) (string, error) {
	if _, err := readMeta(ctx, q); err != nil {
		return err.Error(), nil
	}
	return "", nil
}
