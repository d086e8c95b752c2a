package sqlite

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// version1File is a store as the first release wrote it. It is never written
// anew: today's release opens it, and brings it to the newest version.
const version1File = "testdata/version1.db"

const (
	onceKey  = "cc:5f6c8c4a"
	onceTime = engine.Instant(1_700_000_000_000_000_000)
)

// onceRecord is a flagged pair in that store. What is stored of a pair since has
// its zero value, which says that nothing of it is known.
func onceRecord() *engine.Record {
	side := func(version int64, notes string) engine.Base {
		return engine.Base{
			Known: true, Present: true, Content: []string{"Lovelace", notes}, Version: version, Stamp: onceTime,
			Edit: onceTime.Add(-1e9), Origin: resolve.Agent,
		}
	}
	sides := [2]engine.Base{side(3, "call back"), side(4, "VIP")}
	return &engine.Record{
		Key: onceKey, ID: [2]string{"5f6c8c4a", "003xx000004TmiQAAS"}, Base: sides, Status: engine.Flagged, Decisions: 2,
		Flag: &engine.FlagState{Rule: "CR-6", Why: "simultaneous", State: "token", Since: onceTime, Sides: sides},
	}
}

// onceBatch is all that the store holds.
func onceBatch() engine.Batch {
	ref := engine.Ref{Side: mapping.CC, ID: "5f6c8c4a"}
	return engine.Batch{Ops: []engine.StoreOp{
		engine.PutRecord{Record: onceRecord()},
		engine.Append{Entry: engine.LedgerEntry{
			Key: onceKey, Number: 1, At: onceTime, Rule: "CR-4", Why: "the higher version", Winner: resolve.CRM, Status: engine.Overwritten, Version: 3,
			Lost: []engine.LedgerLoss{{Field: "notes", Index: 1, Side: mapping.CC, Value: "old", Version: 2, Time: onceTime, Origin: resolve.Agent, Rule: "CR-4"}},
		}},
		engine.Enqueue{Ref: ref, Lane: engine.Fresh, Review: &engine.Reviewed{
			Ref: ref, By: "Grace Hopper", State: "token", Choose: mapping.CRM, Set: []engine.FieldText{{Index: 1, Value: "VIP"}},
		}},
		engine.PutCursor{Side: mapping.CRM, Cursor: "2023-11-14T22:13:20Z|003"},
		engine.PutGate{Side: mapping.CRM, Until: onceTime.Add(1e9)},
		engine.PutDeletes{Recent: []engine.Instant{onceTime}, Number: 2, Approved: 1},
	}}
}

// TestVersion1Opens: a store of the first release, with a record in review, its
// ledger, a decision that waits, pauses, feed positions and deletions, is opened
// by this one and holds what it held.
func TestVersion1Opens(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "store.db")
	kept, err := os.ReadFile(version1File)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, kept, 0o600); err != nil {
		t.Fatal(err)
	}
	s := opened(t, path)
	meta, err := s.Reopen(ctx, onceTime, onceTime.Add(1e12))
	if err != nil {
		t.Fatal(err)
	}
	if meta.Gates[mapping.CRM] != onceTime.Add(1e9) || meta.Cursors[mapping.CRM] != "2023-11-14T22:13:20Z|003" || meta.Deletes.Number != 2 || len(meta.Deletes.Recent) != 1 {
		t.Errorf("it begins with %+v", meta)
	}
	rec, err := s.Lookup(ctx, engine.Ref{Side: mapping.CRM, ID: "003xx000004TmiQAAS"})
	if err != nil || !reflect.DeepEqual(rec, onceRecord()) {
		t.Errorf("the record is %+v, %v", rec, err)
	}
	ledger, err := s.Ledger(ctx, onceKey)
	if err != nil || len(ledger) != 1 || !reflect.DeepEqual(ledger[0], onceBatch().Ops[1].(engine.Append).Entry) {
		t.Errorf("the ledger is %+v, %v", ledger, err)
	}
	got, err := s.Fetch(ctx, onceTime, engine.Fetch{Op: 1, Max: 2})
	if err != nil || len(got.Items) != 1 || !reflect.DeepEqual(got.Items[0].Review, onceBatch().Ops[2].(engine.Enqueue).Review) {
		t.Errorf("the queue gives %+v, %v", got, err)
	}
}

// TestVersion1IsThere makes the file where there is none. One that is there stays
// what the first release wrote.
func TestVersion1IsThere(t *testing.T) {
	if _, err := os.Stat(version1File); err == nil || !*update {
		if err != nil {
			t.Error(err)
		}
		return
	}
	path := filepath.Join(t.TempDir(), "store.db")
	s, err := Open(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(s.Apply(context.Background(), onceTime, onceBatch()), s.Close()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(version1File, text, 0o600); err != nil {
		t.Fatal(err)
	}
}
