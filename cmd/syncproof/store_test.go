package main

import (
	"context"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store/sqlite"
)

// keeps makes the store of a service that has worked: keeps store.db.
func keeps(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: keeps FILE")
	}
	s, err := sqlite.Open(context.Background(), ts.MkAbs(args[0]))
	ts.Check(err)
	batch := engine.Batch{}
	for _, r := range []struct {
		id     string
		status engine.Status
	}{{"ada", engine.InSync}, {"bob", engine.Flagged}, {"eve", engine.InSync}} {
		ref := engine.Ref{Side: mapping.CC, ID: r.id}
		batch.Ops = append(batch.Ops,
			engine.PutRecord{Record: &engine.Record{Key: ref.String(), ID: [2]string{r.id, ""}, Status: r.status}},
			engine.Append{Entry: engine.LedgerEntry{Key: ref.String(), Number: 1, Rule: "CR-4"}},
			engine.Enqueue{Ref: ref, Lane: engine.Backlog})
	}
	ts.Check(s.Apply(context.Background(), 1_767_225_600_000_000_000, batch))
	ts.Check(s.Close())
}
