package reports_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/reports"
)

// shard is a suite as the file that a job would write.
func shard(t *testing.T, path string, s *reports.Suite) reports.Part {
	t.Helper()
	return reports.Part{Path: path, Data: []byte(written(t, func(w io.Writer) error { return reports.JSON(w, s) }))}
}

func written(t *testing.T, write func(io.Writer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// legible is the specimen without the byte that no JSON can carry.
func legible() *reports.Suite {
	s := specimen()
	for i := range s.Cases {
		for k := range s.Cases[i].Results {
			r := &s.Cases[i].Results[k]
			r.Reason = strings.ToValidUTF8(r.Reason, "?")
		}
	}
	return s
}

// part is the specimen with some of its cases only.
func part(names ...string) *reports.Suite {
	s := legible()
	var kept []reports.Case
	for _, name := range names {
		for _, c := range s.Cases {
			if c.Name == name {
				kept = append(kept, c)
			}
		}
	}
	s.Cases = kept
	return s
}

// TestMergedPartsAreTheWhole: whatever is written of the merged parts is what
// would have been written of one run.
func TestMergedPartsAreTheWhole(t *testing.T) {
	one, two := part("calm", "clash"), part("murky", "silent", "broken")
	one.Wall, two.Wall, two.NotRun = time.Second, 500*time.Millisecond, 3
	whole := legible()
	whole.NotRun = 3
	merged, err := reports.Merge([]reports.Part{shard(t, "one.json", one), shard(t, "two.json", two)})
	if err != nil {
		t.Fatal(err)
	}
	if merged.Verdict() != whole.Verdict() {
		t.Errorf("verdict %v, want %v", merged.Verdict(), whole.Verdict())
	}
	style := reports.Style{Width: 120}
	var names []string
	for i := range whole.Cases {
		names = append(names, whole.Cases[i].Name)
	}
	for _, form := range []struct {
		name      string
		got, want func(io.Writer) error
	}{
		{"JSON", merged.JSON, func(w io.Writer) error { return reports.JSON(w, whole) }},
		{"JUnit", merged.JUnit, func(w io.Writer) error { return reports.JUnit(w, whole) }},
		{"Markdown", merged.Markdown, func(w io.Writer) error { return reports.Markdown(w, whole) }},
		{"console", func(w io.Writer) error { return merged.Console(w, style) }, func(w io.Writer) error {
			c := reports.NewConsole(w, style, names)
			for i := range whole.Cases {
				c.Case(&whole.Cases[i])
			}
			return c.Close(whole)
		}},
	} {
		if got, want := written(t, form.got), written(t, form.want); got != want {
			t.Errorf("%s of the parts:\n%s\nof the whole:\n%s", form.name, got, want)
		}
	}
}

func TestMergedTwiceIsTheSame(t *testing.T) {
	all := shard(t, "all.json", legible())
	merged, err := reports.Merge([]reports.Part{all})
	if err != nil {
		t.Fatal(err)
	}
	if got := written(t, merged.JSON); got != string(all.Data) {
		t.Errorf("one report merged with none is another one:\n%s", got)
	}
}

func TestTheWorstPartIsTheVerdict(t *testing.T) {
	for _, tt := range []struct {
		parts []string
		want  reports.Verdict
	}{
		{[]string{"calm"}, reports.Pass},
		{[]string{"calm", "murky"}, reports.Inconclusive},
		{[]string{"murky", "clash", "calm"}, reports.Fail},
		{[]string{"clash", "broken", "calm"}, reports.HarnessFailure},
	} {
		var shards []reports.Part
		for _, name := range tt.parts {
			shards = append(shards, shard(t, name+".json", part(name)))
		}
		merged, err := reports.Merge(shards)
		if err != nil || merged.Verdict() != tt.want {
			t.Errorf("%v: %v, %v; want %v", tt.parts, merged, err, tt.want)
		}
	}
}

func TestAScenarioInTwoReports(t *testing.T) {
	again := part("clash", "calm")
	again.Cases[0].Wall = time.Hour
	merged, err := reports.Merge([]reports.Part{shard(t, "one.json", part("calm", "clash")), shard(t, "two.json", again)})
	if err != nil {
		t.Fatal(err)
	}
	if text := written(t, merged.JSON); strings.Count(text, `"name": "clash"`) != 1 || strings.Count(text, `"name": "calm"`) != 1 {
		t.Errorf("what two reports say alike is not counted once:\n%s", text)
	}
	again.Cases[0].Hash = "cc"
	_, err = reports.Merge([]reports.Part{shard(t, "one.json", part("calm", "clash")), shard(t, "two.json", again)})
	var refused *reports.ReadError
	if !errors.As(err, &refused) || refused.Path != "two.json" || refused.Line < 10 {
		t.Fatalf("error %v", err)
	}
	for _, part := range []string{"scenario clash with seed 2, hash cc, verdict fail", "what one.json says of it, seed 2, hash bb, verdict fail"} {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the message does not say %q: %v", part, err)
		}
	}
}

func TestReportsThatDoNotFitTogether(t *testing.T) {
	other := part("clash")
	other.Tool = "v1.3.0"
	_, err := reports.Merge([]reports.Part{shard(t, "one.json", part("calm")), shard(t, "two.json", other)})
	if err == nil || !strings.Contains(err.Error(), "one.json was written by syncproof v1.2.3, two.json by v1.3.0; expected one version") {
		t.Errorf("versions: %v", err)
	}
	if _, err := reports.Merge(nil); err == nil {
		t.Error("nothing was merged, and nothing said so")
	}
}

func TestWhatIsNoReportIsRefusedWithItsPlace(t *testing.T) {
	good := string(shard(t, "x", part("calm")).Data)
	swap := func(old, with string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("the report holds no %s:\n%s", old, good)
		}
		return strings.Replace(good, old, with, 1)
	}
	for _, tt := range []struct{ name, data, want string }{
		{"empty", " \n", "r.json:1:1: found an empty file; expected a JSON report"},
		{"a JUnit file", "<?xml version=\"1.0\"?>", "r.json:1:1: found broken JSON (invalid character '<'"},
		{"cut short", good[:len(good)/2], "found broken JSON (unexpected end of JSON input); expected a JSON report"},
		{"a second document", good + "{}", "found broken JSON (invalid character '{' after top-level value)"},
		{"a list", "[1]", "r.json:1:1: found a JSON array; expected a report"},
		{"a package.json", "{\n  \"name\": \"x\"\n}", "r.json:1:1: found an object without a schema; expected a report with \"schema\": \"syncproof.report/v1\""},
		{"a later schema", swap("report/v1", "report/v2"), "r.json:2:13: found schema \"syncproof.report/v2\"; expected \"syncproof.report/v1\""},
		{"another kind", swap(`"kind": "run"`, `"kind": "dance"`), "r.json:3:11: found a report of kind \"dance\"; expected one of: "},
		{"no tool", swap(`"tool": "v1.2.3"`, `"tool": ""`), "r.json:4:11: found no version of the tool"},
		{"no scenarios", `{"schema": "syncproof.report/v1", "tool": "v1"}`, "r.json:1:1: found no list of scenarios"},
		{"a count that is a text", swap(`"pass": 1`, `"pass": "1"`), "r.json:8:1"},
		{"a nameless scenario", swap(`"name": "calm"`, `"name": ""`), "r.json:15:5: found a scenario without a name"},
		{"an unknown verdict", swap(`"verdict": "not-applicable"`, `"verdict": "green"`), "found verdict \"green\"; expected pass, fail, unknown or not-applicable"},
		{"a verdict that does not follow", strings.Replace(good, `"seed": 1`, `"seed": 1,
      "fault": {"inconclusive": false, "message": "panic"}`, 1), "found verdict \"pass\" of scenario calm; expected \"harness-failure\", as its results say"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := reports.Merge([]reports.Part{{Path: "r.json", Data: []byte(tt.data)}})
			var refused *reports.ReadError
			if !errors.As(err, &refused) || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("error %v\nwant  %s", err, tt.want)
			}
		})
	}
}

// TestAReportWithoutAKind is one of `syncproof run`: older ones have none.
func TestAReportWithoutAKind(t *testing.T) {
	s := shard(t, "old.json", part("calm"))
	s.Data = bytes.Replace(s.Data, []byte("  \"kind\": \"run\",\n"), nil, 1)
	merged, err := reports.Merge([]reports.Part{s})
	if err != nil || merged.Verdict() != reports.Pass {
		t.Errorf("%v, %v", merged, err)
	}
}

func FuzzMerge(f *testing.F) {
	f.Add([]byte(`{"schema": "syncproof.report/v1", "tool": "v1", "verdict": "pass", "scenarios": [{"name": "x", "verdict": "pass", "results": [{"name": "told", "verdict": "pass"}]}]}`))
	f.Add([]byte(`{"schema": "syncproof.report/v1", "kind": "run", "tool": "v1", "scenarios": [{"name": "x", "verdict": "inconclusive"}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		merged, err := reports.Merge([]reports.Part{{Path: "a.json", Data: data}, {Path: "b.json", Data: data}})
		if err != nil {
			return
		}
		again, err := reports.Merge([]reports.Part{{Path: "merged.json", Data: []byte(written(t, merged.JSON))}})
		if err != nil {
			t.Fatalf("a merged report is refused: %v", err)
		}
		if again.Verdict() != merged.Verdict() {
			t.Errorf("verdict %v, merged again %v", merged.Verdict(), again.Verdict())
		}
	})
}
