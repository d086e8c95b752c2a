package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

const detectionPath = "../../docs/detection.md"

// TestDetectionPage holds docs/detection.md to all of it that does not depend
// on the machine: a row for each mutant in their order, with its defect, its
// source and the scenarios and invariants that notice it, and no survivor.
func TestDetectionPage(t *testing.T) {
	text, err := os.ReadFile(detectionPath)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), detectionHead) {
		t.Errorf("the page does not begin with what the verb writes above the table")
	}
	rows := rowsOf(string(text))
	for _, want := range wantedRows(t) {
		name := want[0]
		i := slices.IndexFunc(rows, func(row []string) bool { return row[0] == name })
		if i < 0 {
			t.Errorf("no row for %s", name)
			continue
		}
		got := rows[i]
		rows = slices.Delete(rows, i, i+1)
		for k, cell := range want {
			if got[k] != cell {
				t.Errorf("%s, column %d:\ngot  %s\nwant %s", name, k+1, got[k], cell)
			}
		}
		if strings.Contains(strings.Join(got, ""), "**") || got[len(got)-1] == "" {
			t.Errorf("%s survived: %s", name, strings.Join(got[3:], " | "))
		}
	}
	for _, row := range rows {
		t.Errorf("a row too many: %s", row[0])
	}
	if t.Failed() {
		t.Logf("rewrite the page: %s", detectionCommand)
	}
}

// rowsOf are the cells of a table's rows.
func rowsOf(page string) [][]string {
	var rows [][]string
	for line := range strings.Lines(page) {
		if strings.HasPrefix(line, "| `") {
			rows = append(rows, strings.Split(strings.Trim(line, "| \n"), " | "))
		}
	}
	return rows
}

// wantedRows are the columns up to the library's, as the verb writes them.
func wantedRows(t *testing.T) [][]string {
	t.Helper()
	library, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	trials := &trials{app: &app{}, flags: &mutantsFlags{stall: defaultStall}, library: library, reference: map[string][]explore.Failure{}}
	d := &reports.Detection{}
	for _, m := range mutant.All() {
		found, err := trials.one(t.Context(), &m)
		if err != nil {
			t.Fatalf("%s: %v", m.Name, err)
		}
		d.Mutants = append(d.Mutants, *found)
	}
	var page strings.Builder
	if err := d.Markdown(&page); err != nil {
		t.Fatal(err)
	}
	rows := rowsOf(page.String())
	for i := range rows {
		rows[i] = rows[i][:4]
	}
	return rows
}
