package sqlite

import "github.com/syncproof/syncproof/engine/store/sqlfile"

// kind are the files of this package. docs/store.md explains the tables to
// people.
var kind = &sqlfile.Kind{
	Name:         "store",
	Application:  0x73797072, // "sypr"
	Migrations:   []string{version1},
	Check:        check,
	Working:      []string{"queue", "meta"},
	CheckWorking: checkMeta,
}

// version1 made the tables. A released version is never changed: the next one
// is a further step.
const version1 = `
CREATE TABLE records (
  number  INTEGER PRIMARY KEY, -- in the order in which they came
  key     TEXT NOT NULL UNIQUE,
  cc_id   TEXT NOT NULL,
  crm_id  TEXT NOT NULL,
  status  TEXT NOT NULL,
  mass    INTEGER NOT NULL, -- 1: flagged by a mass delete
  failed  INTEGER NOT NULL, -- 1: dead-lettered
  record  TEXT NOT NULL -- JSON
) STRICT;
CREATE INDEX records_status ON records (status, key);
CREATE INDEX records_mass ON records (number) WHERE mass;
CREATE INDEX records_failed ON records (number) WHERE failed;
CREATE TABLE refs (
  side  TEXT NOT NULL CHECK (side IN ('cc', 'crm')),
  id    TEXT NOT NULL,
  key   TEXT NOT NULL, -- of the record that holds the native id
  PRIMARY KEY (side, id)
) STRICT, WITHOUT ROWID;
CREATE TABLE queue (
  arrived     INTEGER PRIMARY KEY,
  key         TEXT NOT NULL UNIQUE, -- of the record, or side:id while there is none
  side        TEXT NOT NULL CHECK (side IN ('cc', 'crm')),
  id          TEXT NOT NULL CHECK (id <> ''),
  hint        TEXT NOT NULL, -- native id on the other side, '' if unknown
  lane        INTEGER NOT NULL CHECK (lane IN (0, 1)), -- 0 fresh, 1 backlog
  generation  INTEGER NOT NULL CHECK (generation > 0),
  due         INTEGER NOT NULL, -- nanoseconds since 1970
  attempt     INTEGER NOT NULL,
  delayed     INTEGER NOT NULL, -- 1: waits for a retry
  fresher     INTEGER NOT NULL, -- 1: a fresh notice came while it was worked on
  review      TEXT CHECK (json_valid(review)), -- a person's decision
  later       TEXT CHECK (json_valid(later)) -- decisions that came while one waited
) STRICT;
CREATE INDEX queue_due ON queue (lane, due);
CREATE INDEX queue_fresher ON queue (key) WHERE fresher;
CREATE TABLE ledger (
  key     TEXT NOT NULL,
  number  INTEGER NOT NULL,
  at      INTEGER NOT NULL, -- nanoseconds since 1970
  status  TEXT NOT NULL,
  rule    TEXT NOT NULL,
  entry   TEXT NOT NULL, -- JSON
  PRIMARY KEY (key, number)
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (
  name   TEXT PRIMARY KEY,
  value  TEXT NOT NULL CHECK (json_valid(value))
) STRICT, WITHOUT ROWID`
