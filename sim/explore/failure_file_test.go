package explore_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

const small = `
scenario: swarm 4711
records: [{id: ada}]
timeline:
  - {at: 1s, edit: ada, on: crm, as: user, set: {notes: a}}
  - {at: 3s, edit: ada, on: cc, as: agent, set: {notes: b}}
`

func aCase(t *testing.T) explore.Case {
	t.Helper()
	return explore.Case{
		Scenario: parsed(t, small),
		Failure: explore.Failure{Invariant: "no-lost-edit", Role: "at _ the edit _ of _'s _ in crm was overwritten with _",
			Message: "at 3s the edit \"a\\b\" of ada's notes\nin crm was overwritten with \"\u2028\ufeff漢\"", Record: "ada"},
		Found: "seed 4711, model fidelity, engine always-crm", Rerun: "syncproof run --engine always-crm",
		Stats: explore.ShrinkStats{Before: explore.Extent{Records: 20, Steps: 63, Faults: 3}, After: explore.Extent{Records: 1, Steps: 2},
			Runs: 143, Ended: explore.Smallest},
		Product: "v0.4.0", Journal: "0f3a",
		Notes: map[int]string{1: "overwrites # line 1:\nhere"},
	}
}

// TestSavedFile is what a person finds.
func TestSavedFile(t *testing.T) {
	t.Chdir(t.TempDir())
	path, err := explore.Save(explore.FailuresDir, aCase(t))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.ReplaceAll(`# A failure that syncproof found and made small. It fails by itself:
#
#   syncproof run --engine always-crm ./PATH
#   syncproof replay --engine always-crm ./PATH
#
# no-lost-edit asks that every accepted edit is visible, superseded, in the ledger, in review, or a vendor race.
# Without any one line of the timeline it no longer fails this way.
#
# invariant: no-lost-edit
# message: at 3s the edit "a\\b" of ada's notes\nin crm was overwritten with "\u2028\ufeff漢"
# role: at _ the edit _ of _'s _ in crm was overwritten with _
# record: ada
# found: seed 4711, model fidelity, engine always-crm
# rerun: syncproof run --engine always-crm
# before: 20 records, 63 steps, 3 faults
# after: 1 record, 2 steps, 0 faults
# trials: 143
# ended: smallest
# version: v0.4.0
# journal: 0f3a
scenario: "no-lost-edit: shrunk from swarm 4711"
systems:
  cc:  {kind: genesys}
  crm: {kind: salesforce}
records:
  - {id: ada}
timeline:
  - {at: 1s, edit: ada, on: crm, as: user, set: {notes: a}}
  - {at: 3s, edit: ada, on: cc, as: agent, set: {notes: b}} # overwrites # line 1:\nhere
`, "PATH", path)
	if string(text) != want {
		t.Errorf("got\n%s\nwant\n%s", text, want)
	}
	if name := filepath.Base(path); !strings.HasPrefix(name, "no-lost-edit-") || len(name) != len("no-lost-edit-1f3a9c.yaml") {
		t.Errorf("got the name %s; want no-lost-edit-1f3a9c.yaml", name)
	}
}

// TestSaveAsFound: a file says only of a case that was shrunk that it was, and
// of one that did not show again that it did not.
func TestSaveAsFound(t *testing.T) {
	for _, c := range []struct {
		stats explore.ShrinkStats
		says  string
	}{
		{explore.ShrinkStats{}, "# A failure that syncproof found, as it was found:\n"},
		{explore.ShrinkStats{Runs: 2, Ended: explore.NotReproduced}, "# A failure that syncproof found, and that did not show again when it was played once more:\n"},
	} {
		found := aCase(t)
		found.Stats = c.stats
		path, err := explore.Save(t.TempDir(), found)
		if err != nil {
			t.Fatal(err)
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, part := range []string{c.says, "\n# before: 1 record, 2 steps, 0 faults\n", `"no-lost-edit: found in swarm 4711"`} {
			if !strings.Contains(string(text), part) {
				t.Errorf("%+v: want %q in\n%s", c.stats, part, text)
			}
		}
		if strings.Contains(string(text), "no longer fails") {
			t.Errorf("%+v: nobody tried to leave a line out:\n%s", c.stats, text)
		}
	}
}

// TestSaveAndLoad: what was saved is read back.
func TestSaveAndLoad(t *testing.T) {
	c := aCase(t)
	path, err := explore.Save(t.TempDir(), c)
	if err != nil {
		t.Fatal(err)
	}
	got, err := explore.LoadCase(path)
	if err != nil {
		t.Fatal(err)
	}
	if said(t, got.Scenario) != said(t, c.Scenario) {
		t.Errorf("got\n%s", said(t, got.Scenario))
	}
	got.Scenario, got.Notes = c.Scenario, c.Notes // remarks are for people
	if !reflect.DeepEqual(got, c) {
		t.Errorf("got  %+v\nwant %+v", got, c)
	}
}

// TestSaveOnce: a failure that was found again stays as it was, another one
// whose name is taken gets a longer one, and no half-written file is left.
func TestSaveOnce(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "a", "b")
	c := aCase(t)
	first, err := explore.Save(dir, c)
	if err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(first)
	if err != nil {
		t.Fatal(err)
	}
	c.Found, c.Scenario.Title = "seed 4712", "swarm 4712"
	again, err := explore.Save(dir, c)
	if after, _ := os.ReadFile(first); err != nil || again != first || string(after) != string(before) {
		t.Errorf("got %s and %v; want %s as it was", again, err, first)
	}
	if err := os.WriteFile(first, []byte("scenario: [\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	longer, err := explore.Save(dir, c)
	if err != nil || len(longer) != len(first)+2 {
		t.Errorf("got %s and %v; want a name that is not taken", longer, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v; want two files and nothing else", entries, err)
	}
}

// TestSaveFails where the folder cannot be made, or the scenario is none.
func TestSaveFails(t *testing.T) {
	file := filepath.Join(t.TempDir(), "taken")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := explore.Save(file, aCase(t)); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("got %v; want an error that names %s", err, file)
	}
	c := aCase(t)
	c.Scenario.Timeline[0].Record = "nobody"
	dir := t.TempDir()
	if _, err := explore.Save(dir, c); err == nil || !strings.Contains(err.Error(), "nobody") {
		t.Errorf("got %v; want an error that names the record", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("left %v", entries)
	}
}

// TestLoadCaseRefuses what is no failure file, with file and line.
func TestLoadCaseRefuses(t *testing.T) {
	path, err := explore.Save(t.TempDir(), aCase(t))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	good := string(data)
	for _, c := range []struct {
		what, text string
		line       int
		says       string
	}{
		{"a scenario of somebody's own", small, 1, `"# invariant: ..."`},
		{"no scenario", strings.Replace(good, "timeline:", "timelime:", 1), 27, "timelime"},
		{"a size that is none", strings.Replace(good, "63 steps", "many steps", 1), 15, "20 records, many steps"},
		{"a number that is none", strings.Replace(good, "trials: 143", "trials: x", 1), 17, "trials"},
		{"a fact said twice", strings.Replace(good, "# record: ada", "# role: ada", 1), 12, "a second time"},
		{"a lost backslash", strings.Replace(good, `a\\b`, `a\q`, 1), 10, "backslash"},
		{"nothing", "", 1, "empty"},
	} {
		file := filepath.Join(t.TempDir(), "foreign.yaml")
		if err := os.WriteFile(file, []byte(c.text), 0o644); err != nil {
			t.Fatal(err)
		}
		_, err := explore.LoadCase(file)
		var at *scenarios.Error
		if !errors.As(err, &at) || at.Path != file || at.Line != c.line || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: got %v; want line %d and %q", c.what, err, c.line, c.says)
		}
	}
	if _, err := explore.LoadCase(filepath.Join(t.TempDir(), "missing.yaml")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v for a missing file", err)
	}
}
