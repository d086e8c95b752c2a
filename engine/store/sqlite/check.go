package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// invariants are queries that find a row where something is wrong.
var invariants = []struct{ finds, text string }{
	{"a native id that leads to record %q, which is missing", "SELECT key FROM refs WHERE NOT EXISTS (SELECT 1 FROM records WHERE records.key = refs.key) LIMIT 1"},
	{"a queue entry %q whose decisions are no JSON", "SELECT key FROM queue WHERE (review IS NOT NULL AND NOT json_valid(review)) OR (later IS NOT NULL AND NOT json_valid(later)) LIMIT 1"},
	{"a queue entry %q without a native id", "SELECT key FROM queue WHERE id = '' LIMIT 1"},
	{"a record %q that is no JSON", "SELECT key FROM records WHERE NOT json_valid(record) LIMIT 1"},
}

// check says what is wrong with the content of a store.
func check(ctx context.Context, q sqlfile.Querier) (string, error) {
	for _, i := range invariants {
		var key string
		err := q.QueryRowContext(ctx, i.text).Scan(&key)
		if err == nil {
			return "there is " + fmt.Sprintf(i.finds, key), nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return "", err
		}
	}
	if _, err := readMeta(ctx, q); err != nil {
		return err.Error(), nil
	}
	return "", nil
}
