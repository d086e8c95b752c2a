package reports

import (
	"bytes"
	"strings"
	"testing"

	gojunit "github.com/joshdk/go-junit"

	"github.com/syncproof/syncproof/internal/sketch"
)

// explored is a shard of an exploration that found one failure.
func explored(shard, of int) *Exploration {
	seen := sketch.New()
	for i := range 100 {
		seen.Add(uint64(i*shard) * 0x9e3779b97f4a7c15)
	}
	x := &Exploration{
		Schema: ExplorationID, Kind: KindExplore, Tool: "v1", Engine: "reference", Fidelity: "wire", Seed: 7, Records: 3, Edits: 5, Faults: 2,
		Shards: []Shard{{shard, of, 10}}, Runs: 10, Failed: 1, Undecided: 2, Events: 1000, Exchanges: 100, Wall: 2,
		Open: []Count{{"told", 2}},
		Failures: []FoundFailure{{
			Invariant: "no-loop", Role: "the engine wrote _", Message: "the engine wrote ada", Run: 5 * shard, Times: 1,
			Lines: 40, Shrunk: 3 + shard, Rerun: "syncproof run x.yaml", Scenario: "scenario: x\n",
		}},
		Coverage: &ExploredCoverage{
			Situations: seen.Distinct(), States: []string{"A", "B"},
			Pairs: []FaultStates{{"loss", []int{shard, 0}}, {"crash", []int{0, 0}}}, Marks: []Count{{"m", shard}}, Seen: seen,
		},
	}
	x.Decide()
	return x
}

func TestMergeExplorations(t *testing.T) {
	sum, err := MergeExplorations([]*Exploration{explored(2, 3), explored(1, 3)})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Runs != 20 || sum.Failed != 2 || sum.Undecided != 4 || sum.Wall != 4 || sum.Verdict != "fail" {
		t.Errorf("sum: %+v", sum)
	}
	if len(sum.Failures) != 1 || sum.Failures[0].Times != 2 || sum.Failures[0].Shrunk != 4 || sum.Failures[0].Run != 5 {
		t.Errorf("one kind of failure became %+v", sum.Failures)
	}
	if sum.Shards[0].Number != 1 || sum.Shards[1].Number != 2 {
		t.Errorf("shards %v", sum.Shards)
	}
	if got := sum.Coverage; got.Pairs[0].Runs[0] != 3 || got.Marks[0].Runs != 3 || got.Situations < 130 || got.Situations > 170 {
		t.Errorf("coverage %v, %v, %d situations", got.Pairs, got.Marks, got.Situations)
	}
	if len(sum.Open) != 1 || sum.Open[0].Runs != 4 {
		t.Errorf("undecided %v", sum.Open)
	}
}

func TestMergeExplorationsRefuses(t *testing.T) {
	for name, spoil := range map[string]func(*Exploration){
		"one version":       func(x *Exploration) { x.Tool = "v2" },
		"different worlds":  func(x *Exploration) { x.Seed = 8 },
		"expected the same": func(x *Exploration) { x.Engine = "null-engine" },
		"twice":             func(x *Exploration) { x.Shards[0].Number = 1 },
		"with --exact":      func(x *Exploration) { x.Exact = true },
		"one division":      func(x *Exploration) { x.Shards[0].Of = 4 },
		"expected shards":   func(x *Exploration) { x.Shards = nil },
		"different shapes":  func(x *Exploration) { x.Coverage.Marks[0].Name = "another" },
	} {
		other := explored(2, 3)
		spoil(other)
		if _, err := MergeExplorations([]*Exploration{explored(1, 3), other}); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := MergeExplorations(nil); err == nil {
		t.Error("nothing was merged without a word")
	}
}

func TestReadExploration(t *testing.T) {
	var text bytes.Buffer
	if err := explored(1, 2).JSON(&text); err != nil {
		t.Fatal(err)
	}
	x, err := readExploration(Part{"one.json", text.Bytes()})
	if err != nil || x.Runs != 10 || x.Coverage.Situations != explored(1, 2).Coverage.Situations {
		t.Errorf("read back: %+v, %v", x, err)
	}
	for _, bad := range []string{`{}`, `{"schema": "syncproof.report/v1"}`, `{"schema": "syncproof.exploration/v1"}`, `[`, strings.Replace(text.String(), `"failed_runs": 1`, `"failed_runs": 11`, 1)} {
		if _, err := readExploration(Part{"bad.json", []byte(bad)}); err == nil {
			t.Errorf("%.40s was read", bad)
		}
	}
	text.Reset()
	kindless := explored(1, 2)
	kindless.Failures = []FoundFailure{}
	if err := kindless.JSON(&text); err != nil {
		t.Fatal(err)
	}
	if _, err := readExploration(Part{"bad.json", text.Bytes()}); err == nil {
		t.Error("a report of failed runs without any failure was read: its JUnit file would be green")
	}
}

func TestExplorationVerdict(t *testing.T) {
	for _, c := range []struct {
		x    Exploration
		want Verdict
	}{
		{Exploration{Runs: 5}, Pass},
		{Exploration{Runs: 5, Undecided: 4}, Pass},
		{Exploration{Runs: 5, Failed: 1}, Fail},
		{Exploration{}, Inconclusive},
		{Exploration{Runs: 5, Undecided: 5}, Inconclusive},
		{Exploration{Runs: 5, Failed: 1, Fault: &DocumentFault{}}, HarnessFailure},
		{Exploration{Runs: 5, Fault: &DocumentFault{Inconclusive: true}}, Inconclusive},
		{Exploration{Runs: 5, Interrupted: true}, Inconclusive},
		{Exploration{Runs: 5, Failed: 1, Interrupted: true}, Fail},
	} {
		if got := c.x.Decide(); got != c.want {
			t.Errorf("%+v is %s, expected %s", c.x, got, c.want)
		}
	}
}

// TestExplorationJUnit reads the file as CI would: what is no pass must not
// look green.
func TestExplorationJUnit(t *testing.T) {
	quiet := &Exploration{Runs: 3, Coverage: explored(1, 1).Coverage}
	empty := &Exploration{Coverage: explored(1, 1).Coverage}
	stopped := &Exploration{Runs: 3, Interrupted: true, Coverage: explored(1, 1).Coverage}
	broken := &Exploration{Runs: 3, Fault: &DocumentFault{Message: "panic"}, Coverage: explored(1, 1).Coverage}
	for _, c := range []struct {
		x                     *Exploration
		passed, failed, error int
	}{{explored(1, 1), 0, 1, 0}, {quiet, 1, 0, 0}, {empty, 0, 0, 1}, {stopped, 0, 0, 1}, {broken, 0, 0, 1}} {
		c.x.Decide()
		var text bytes.Buffer
		if err := c.x.JUnit(&text); err != nil {
			t.Fatal(err)
		}
		suites, err := gojunit.Ingest(text.Bytes())
		if err != nil || len(suites) != 1 {
			t.Fatalf("%v: %s", err, text.String())
		}
		if n := suites[0].Totals; n.Passed != c.passed || n.Failed != c.failed || n.Error != c.error {
			t.Errorf("verdict %s reads as %+v", c.x.Verdict, n)
		}
	}
}

func TestExplorationConsole(t *testing.T) {
	var text bytes.Buffer
	x := explored(1, 1)
	x.Failures[0].Message = "the engine wrote \x1b[31mada"
	if err := x.Console(&text, Style{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"FAIL  no-loop", `wrote \x1b[31mada`, "in 1 run, first in world 5; 40 timeline lines, shrunk to 4", "rerun:  syncproof run x.yaml",
		"reached: 1 of 4 pairs", "undecided: told in 2 runs",
		"FAIL: 10 worlds, 7 passed, 1 failed (1 kind), 2 with something undecided; seed 7, 2s, 5 runs/s\n",
	} {
		if !strings.Contains(text.String(), want) {
			t.Errorf("%q is missing in:\n%s", want, text.String())
		}
	}
}

// TestExplorationMarkdownIsPlain: a report of others is merged, too, and what
// its scenarios hold must reach no terminal.
func TestExplorationMarkdownIsPlain(t *testing.T) {
	var text bytes.Buffer
	x := explored(1, 1)
	x.Failures[0].Scenario = "scenario: x\nnotes: \x1b[31m```\n"
	if err := x.Markdown(&text); err != nil {
		t.Fatal(err)
	}
	if want := "```yaml\nscenario: x\nnotes: \\x1b[31m'''\n```\n"; !strings.Contains(text.String(), want) {
		t.Errorf("%q is missing in:\n%s", want, text.String())
	}
}

func TestDetectionVerdictAndNumbers(t *testing.T) {
	killed := DetectedBy{Name: "a", Kills: []Kill{{"s", []string{"no-loop"}}}, Shrunk: 3, Case: "scenario: a\n", Shrink: 0.5, Searches: []SearchResult{
		{Found: true, Runs: 1, Seconds: 0.1}, {Found: true, Runs: 9, Seconds: 0.9}, {Found: true, Runs: 2, Seconds: 0.2},
	}}
	d := &Detection{Mutants: []DetectedBy{killed}}
	if d.Decide() != Pass || d.Summary() != "1 mutant, 1 killed; found in 0.20s (median), 0.90s (90th percentile); shrunk to 3 timeline lines (median) in 0.50s (median)" {
		t.Errorf("%s: %s", d.Verdict, d.Summary())
	}
	unseen := killed
	unseen.Kills = nil
	lost := killed
	lost.Searches = []SearchResult{{Found: false, Runs: 100, Seconds: 60}}
	for _, m := range []DetectedBy{unseen, lost} {
		d := &Detection{Mutants: []DetectedBy{killed, m}}
		if d.Decide() != Fail || m.Survived() == "" {
			t.Errorf("%+v: %s", m, d.Verdict)
		}
	}
	interrupted := &DocumentFault{Inconclusive: true, Message: "interrupted"}
	for want, d := range map[Verdict]*Detection{
		Inconclusive:   {Mutants: []DetectedBy{killed}, Fault: interrupted},
		Fail:           {Mutants: []DetectedBy{killed, unseen}, Fault: interrupted},
		HarnessFailure: {Mutants: []DetectedBy{killed, unseen}, Fault: &DocumentFault{Message: "panic"}},
	} {
		if got := d.Decide(); got != want {
			t.Errorf("%d mutants and the fault %q are %s, expected %s", len(d.Mutants), d.Fault.Message, got, want)
		}
	}
	if none := (&Detection{}); none.Decide() != Inconclusive {
		t.Error("no mutant at all is no pass")
	}
}
