package mutant

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite docs/detection.md")

const detectionPath = "../../docs/detection.md"

const detectionHead = `# What the checks detect

Each line is an engine with one defect, built around the reference engine (` + "`sim/mutant`" + `), and the
scenarios of the library that it must fail, each with the invariants that fail there. Many mutants fail
many more. The reference engine passes all of these scenarios.

This page is written by ` + "`go test ./sim/mutant -run TestDetectionPage -update`" + `.

| mutant | defect | where such engines come from | scenario: invariants that fail |
|---|---|---|---|
`

// TestDetectionPage keeps docs/detection.md true.
func TestDetectionPage(t *testing.T) {
	var page strings.Builder
	page.WriteString(detectionHead)
	for _, m := range All() {
		var cells []string
		for _, name := range m.KilledBy {
			failed := invariantsIn(kill(t, trialOf(t, name), &m))
			failed = slices.DeleteFunc(failed, func(inv string) bool { return !slices.Contains(m.Invariants, inv) })
			cells = append(cells, "`"+name+"`: "+strings.Join(failed, ", "))
		}
		page.WriteString("| `" + m.Name + "` | " + m.Defect + " | " + m.Source + " | " + strings.Join(cells, "<br>") + " |\n")
	}
	if *update {
		if err := os.WriteFile(detectionPath, []byte(page.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile(detectionPath)
	if err != nil {
		t.Fatal(err)
	}
	if string(written) != page.String() {
		t.Errorf("docs/detection.md is stale: run go test ./sim/mutant -run TestDetectionPage -update")
	}
}
