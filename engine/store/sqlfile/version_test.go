package sqlfile

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/store"
)

// aged is a kind as it was at some version.
func aged(migrations ...string) *Kind {
	return &Kind{
		Name: "thing", Application: 42, Migrations: migrations,
		Check: func(context.Context, Querier) (string, error) { return "", nil },
	}
}

// reopen opens and closes a file, and returns the one text in it.
func reopen(t *testing.T, path string, kind *Kind, query string) (string, error) {
	t.Helper()
	f, err := Open(context.Background(), path, kind, Options{})
	if err != nil {
		return "", err
	}
	var text string
	err = f.Reader().QueryRowContext(context.Background(), query).Scan(&text)
	if err := errors.Join(err, f.Close()); err != nil {
		t.Fatal(err)
	}
	return text, nil
}

// TestMigrations: an older file comes to the newest version with what it
// holds; a step that fails changes nothing.
func TestMigrations(t *testing.T) {
	const (
		first  = "CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('kept')"
		second = "CREATE TABLE b (y TEXT); INSERT INTO b SELECT x || ' twice' FROM a; DROP TABLE a"
	)
	path := filepath.Join(t.TempDir(), "thing.db")
	if got, err := reopen(t, path, aged(first), "SELECT x FROM a"); got != "kept" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	if _, err := reopen(t, path, aged(first, "CREATE TABLE b (y TEXT); INSERT INTO nowhere VALUES (1)"), ""); err == nil || !strings.Contains(err.Error(), "from version 1 to 2") {
		t.Fatalf("a step that fails: got %v", err)
	}
	if got, err := reopen(t, path, aged(first), "SELECT x FROM a"); got != "kept" || err != nil {
		t.Fatalf("after a step that failed: got %q, %v", got, err)
	}
	if got, err := reopen(t, path, aged(first, second), "SELECT y FROM b"); got != "kept twice" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
	var newer *store.NewerError
	if _, err := reopen(t, path, aged(first), "SELECT x FROM a"); !errors.As(err, &newer) || newer.Found != 2 || newer.Known != 1 {
		t.Fatalf("an older release: got %v, want a NewerError", err)
	}
}

// TestCreationIsWhole: what a creation that was cut short left behind is no
// file, and is not in the way of the next.
func TestCreationIsWhole(t *testing.T) {
	path := filepath.Join(t.TempDir(), "thing.db")
	if _, err := reopen(t, path, aged("CREATE TABLE a (x TEXT); INSERT INTO nowhere VALUES (1)"), ""); err == nil {
		t.Fatal("a file with half its tables was opened")
	}
	if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
		t.Fatalf("half a file is there: %v", err)
	}
	if got, err := reopen(t, path, aged("CREATE TABLE a (x TEXT); INSERT INTO a VALUES ('whole')"), "SELECT x FROM a"); got != "whole" || err != nil {
		t.Fatalf("got %q, %v", got, err)
	}
}
