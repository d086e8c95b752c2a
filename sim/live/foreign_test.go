package live

import (
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

const examples = "../../docs/examples"

// TestForeignEngine plays the documentation's example: an engine in Python,
// which passes some scenarios and fails the one that it says it fails.
func TestForeignEngine(t *testing.T) {
	python, err := exec.LookPath("python3")
	const missing = "python3 is not installed: the example of docs/foreign-engines.md needs it"
	switch {
	case err != nil && os.Getenv("CI") != "":
		t.Fatal(missing) // continuous integration leaves nothing out
	case err != nil:
		t.Skip("SKIPPED: " + missing)
	}
	expected := map[string][]string{
		"one-side-changes":      nil,
		"the-crm-is-down":       nil,
		"the-engine-dies":       nil,
		"two-fields-two-people": nil,
		"a-person-decides":      {"right-winner", "no-lost-edit", "expect"},
	}
	dir := t.TempDir()
	runs := together(slices.Sorted(maps.Keys(expected)), func(name string) (*sim.Result, error) {
		sc, err := scenarios.ParseFile(filepath.Join(examples, "scenarios", name+".yaml"))
		if err != nil {
			return nil, err
		}
		return Run(t.Context(), sc, Options{
			Form: Command, Command: []string{python, filepath.Join(examples, "engine.py")}, Speed: 4, Dir: dir,
		})
	})
	for name, fails := range expected {
		t.Run(name, func(t *testing.T) {
			r, err := runs[name].result, runs[name].err
			if err != nil {
				t.Fatal(err)
			}
			judged := verdicts(t, check.Judge(check.Case{Scenario: r.Scenario, Events: r.Events, Reaction: r.Reaction}))
			for _, name := range fails {
				if judged[name] != check.Fail {
					t.Errorf("%s: %s, expected it to fail", name, judged[name])
				}
				delete(judged, name)
			}
			for name, v := range judged {
				if v == check.Fail || v == check.Unknown {
					t.Errorf("%s: %s", name, v)
				}
			}
		})
	}
}

// verdicts are those of a run by name, the worst where there are several.
func verdicts(t *testing.T, results []check.Result) map[string]check.Verdict {
	t.Helper()
	all := map[string]check.Verdict{}
	for _, r := range results {
		t.Logf("%-20s %-15s %s", r.Name, r.Verdict, r.Reason)
		if old, ok := all[r.Name]; !ok || old != check.Fail {
			all[r.Name] = r.Verdict
		}
	}
	return all
}
