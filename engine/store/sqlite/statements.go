package sqlite

import (
	"context"
	"database/sql"
	"strings"

	"github.com/syncproof/syncproof/engine/store/sqlfile"
)

// coalesce is what a notice does to an entry that is there. LEASED stands for
// the condition that the entry is being worked on; excluded is the notice.
const coalesce = `
ON CONFLICT (key) DO UPDATE SET
  generation = generation + 1,
  hint = CASE excluded.hint WHEN '' THEN hint ELSE excluded.hint END,
  fresher = fresher OR (excluded.lane = 0 AND LEASED),
  due = CASE WHEN excluded.lane = 0 AND NOT LEASED THEN min(due, excluded.due) ELSE due END,
  delayed = delayed AND (LEASED OR excluded.lane <> 0 OR (lane = 0 AND due <= excluded.due)),
  lane = CASE WHEN LEASED THEN lane ELSE min(lane, excluded.lane) END`

// enqueueAll notices every linked record, in the order in which they came.
const enqueueAll = `
INSERT INTO queue (key, side, id, hint, lane, generation, due, attempt, delayed, fresher)
SELECT refs.key, refs.side, refs.id, '', :lane, 1, :due, 0, 0, 0
FROM records JOIN refs
  ON refs.side = CASE records.cc_id WHEN '' THEN 'crm' ELSE 'cc' END
  AND refs.id = CASE records.cc_id WHEN '' THEN records.crm_id ELSE records.cc_id END
WHERE (records.mass OR NOT :mass) AND (records.failed OR NOT :failed)
ORDER BY records.number`

// enqueueMany notices records of one side by their native ids; json_each gives
// them in their order, and each finds what those before it have left.
const enqueueMany = `
INSERT INTO queue (key, side, id, hint, lane, generation, due, attempt, delayed, fresher)
SELECT coalesce((SELECT key FROM refs WHERE side = :side AND id = n.value), :side || ':' || n.value), :side, n.value, '', :lane, 1, :due, 0, 0, 0
FROM json_each(:ids) AS n WHERE true`

// again stores a record whose native ids are those that are stored, lead to
// it, and have no entry of their own to be folded: nothing else is left to do.
const again = `
UPDATE records SET status = :status, mass = :mass, failed = :failed, record = :record
WHERE key = :key AND cc_id = :cc AND crm_id = :crm
AND (:cc = '' OR EXISTS (SELECT 1 FROM refs WHERE side = 'cc' AND id = :cc AND refs.key = :key))
AND (:crm = '' OR EXISTS (SELECT 1 FROM refs WHERE side = 'crm' AND id = :crm AND refs.key = :key))
AND NOT EXISTS (SELECT 1 FROM queue WHERE queue.key IN ('cc:' || :cc, 'crm:' || :crm) AND queue.key <> :key)`

const entryColumns = "queue.key, side, id, hint, lane, generation, due, attempt, review, later"

// statements are prepared once on the writing connection.
type statements struct {
	keyOf, enqueue, review             *sql.Stmt
	enqueueAll, enqueueMany            *sql.Stmt
	done, release, requeue, take, told *sql.Stmt
	putRecord, putRef, ledger, meta    *sql.Stmt
	lane, entries, again               *sql.Stmt
}

func (s *statements) prepare(ctx context.Context, f *sqlfile.File) error {
	for _, p := range []struct {
		into *(*sql.Stmt)
		text string
	}{
		{&s.keyOf, "SELECT key FROM refs WHERE side = ? AND id = ?"},
		{&s.enqueue, "INSERT INTO queue (key, side, id, hint, lane, generation, due, attempt, delayed, fresher) VALUES (:key, :side, :id, :hint, :lane, 1, :due, 0, 0, 0)" + strings.ReplaceAll(coalesce, "LEASED", ":leased")},
		{&s.enqueueAll, enqueueAll + strings.ReplaceAll(coalesce, "LEASED", "key IN (SELECT value FROM json_each(:leased))")},
		{&s.enqueueMany, enqueueMany + strings.ReplaceAll(coalesce, "LEASED", "key IN (SELECT value FROM json_each(:leased))")},
		{&s.review, "UPDATE queue SET later = CASE WHEN review IS NULL THEN later ELSE json_insert(coalesce(later, '[]'), '$[#]', json(:review)) END, review = coalesce(review, :review) WHERE key = :key"},
		{&s.done, "DELETE FROM queue WHERE key = ? AND generation = ?"},
		{&s.release, "UPDATE queue SET attempt = 0, delayed = 0, lane = CASE WHEN fresher THEN 0 ELSE lane END, fresher = 0, review = CASE WHEN :taken THEN NULL ELSE review END WHERE key = :key RETURNING side, id"},
		{&s.requeue, "UPDATE queue SET attempt = :attempt, delayed = 1, lane = CASE WHEN fresher THEN 0 ELSE :lane END, fresher = 0, due = :due WHERE key = :key RETURNING side, id"},
		{&s.take, "DELETE FROM queue WHERE key = ? RETURNING " + entryColumns},
		{&s.told, "UPDATE queue SET later = NULL WHERE key = ?"},
		{&s.putRecord, "INSERT INTO records (key, cc_id, crm_id, status, mass, failed, record) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET cc_id = excluded.cc_id, crm_id = excluded.crm_id, status = excluded.status, mass = excluded.mass, failed = excluded.failed, record = excluded.record"},
		{&s.putRef, "INSERT INTO refs (side, id, key) VALUES (?, ?, ?) ON CONFLICT (side, id) DO UPDATE SET key = excluded.key WHERE key <> excluded.key"},
		{&s.ledger, "INSERT INTO ledger (key, number, at, status, rule, entry) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key, number) DO UPDATE SET at = excluded.at, status = excluded.status, rule = excluded.rule, entry = excluded.entry"},
		{&s.meta, "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"},
		{&s.lane, "SELECT key, due FROM queue WHERE lane = ? ORDER BY due, arrived"},
		{&s.entries, "SELECT " + entryColumns + ", record FROM (SELECT value AS wanted FROM json_each(?)) CROSS JOIN queue ON queue.key = wanted LEFT JOIN records ON records.key = wanted"},
		{&s.again, again},
	} {
		stmt, err := f.Prepare(ctx, p.text)
		if err != nil {
			return err
		}
		*p.into = stmt
	}
	return nil
}
