package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

// searching is a search of a few small worlds with one engine.
func searching(t *testing.T, dir string, vary func() *sim.Variation) (*search, *bytes.Buffer) {
	t.Helper()
	var out bytes.Buffer
	f := &exploreFlags{runs: 5, seed: 1, jobs: 1, dir: dir, size: explore.Size{Records: 2, Edits: 4}}
	return &search{
		app: &app{out: &out, errors: &bytes.Buffer{}}, flags: f, player: &explore.Player{Vary: vary},
		began: time.Now(), saved: map[string]string{},
	}, &out
}

// TestSearchTellsWhatItCannotKeep: a disk that fails late takes nothing of what
// was found, and is not passed over in silence.
func TestSearchTellsWhatItCannotKeep(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a-file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	null, ok := mutant.Find("null-engine")
	if !ok {
		t.Fatal("no null engine")
	}
	s, out := searching(t, filepath.Join(file, "failures"), null.Vary)
	x, err := s.report(t.Context(), s.hunt(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	if s.trouble == nil {
		t.Error("nothing was said of a folder that cannot be made")
	}
	if len(x.Failures) == 0 || x.Failures[0].Scenario == "" || x.Failures[0].File != "" || !strings.Contains(out.String(), "FAIL  "+x.Failures[0].Invariant) {
		t.Errorf("what was found is lost: %+v\n%s", x.Failures, out)
	}
}

// TestFoundNamesTheWorld: the command that is kept with a failure has every flag
// that drew the world, and none that is the default.
func TestFoundNamesTheWorld(t *testing.T) {
	usual := exploreFlags{seed: 7, enough: enoughFailures, size: explore.DefaultSize}
	if got, want := usual.found(4), "world 4 of `syncproof explore --seed 7 --runs 4`"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	f := exploreFlags{
		seed: 7, enough: 2, fidelity: sim.Model, crm: crmFlag{kind: "dynamics"},
		size: explore.Size{Records: 1, Edits: 2, Faults: 30, Accounts: 40, Exact: true},
	}
	want := "world 9 of `syncproof explore --seed 7 --runs 9 --records 1 --edits 2 --faults 30 --accounts 40 --enough 2 --exact --crm dynamics --fidelity model`"
	if got := f.found(9); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// TestReportDoesNotDependOnJobs: a search that stops after so many failures
// writes the same report with any number of jobs, but for how long it took.
func TestReportDoesNotDependOnJobs(t *testing.T) {
	wins, ok := mutant.Find("last-write-wins")
	if !ok {
		t.Fatal("no such mutant")
	}
	texts := map[int]string{}
	for _, jobs := range []int{1, 2} {
		s, _ := searching(t, t.TempDir(), wins.Vary)
		s.flags.jobs, s.flags.enough, s.flags.runs = jobs, 2, 200
		x, err := s.report(t.Context(), s.hunt(t.Context()))
		if err != nil || len(x.Failures) < 2 {
			t.Fatalf("%d failures, %v", len(x.Failures), err)
		}
		x.Wall = 0
		for i := range x.Failures {
			f := &x.Failures[i]
			f.After, f.File, f.Rerun = 0, filepath.Base(f.File), filepath.Base(f.Rerun)
		}
		var text bytes.Buffer
		if err := x.JSON(&text); err != nil {
			t.Fatal(err)
		}
		texts[jobs] = text.String()
	}
	if texts[1] != texts[2] {
		t.Errorf("one job:\n%s\ntwo:\n%s", texts[1], texts[2])
	}
}

// TestSearchKeepsTheWorldOfAFault: the world with which the harness could not
// go on is a file that can be played again.
func TestSearchKeepsTheWorldOfAFault(t *testing.T) {
	dir := t.TempDir()
	s, out := searching(t, dir, func() *sim.Variation { panic("made for a test") })
	x, err := s.report(t.Context(), s.hunt(t.Context()))
	if err != nil || s.trouble != nil {
		t.Fatal(err, s.trouble)
	}
	files, err := filepath.Glob(filepath.Join(dir, "harness-*.yaml"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	if x.Verdict != "harness-failure" || len(x.Failures) != 0 {
		t.Errorf("verdict %s with %d failures: the engine is blamed", x.Verdict, len(x.Failures))
	}
	if want := "world 1 of seed 1: panic: made for a test; rerun: syncproof run " + files[0]; !strings.Contains(out.String(), want) {
		t.Errorf("%q is missing in:\n%s", want, out)
	}
	if _, err := pickOne(files[0]); err != nil {
		t.Errorf("the file cannot be played: %v", err)
	}
}
