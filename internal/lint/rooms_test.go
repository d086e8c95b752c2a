package lint_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/internal/lint"
)

const module = "github.com/syncproof/syncproof/"

// TestRooms: the tree obeys the table.
func TestRooms(t *testing.T) {
	for _, problem := range lint.Arrows(lint.Rooms, tree(t)) {
		t.Error(problem)
	}
}

// tree lists the packages of the module with their direct imports.
func tree(t *testing.T) []lint.Package {
	t.Helper()
	var stderr bytes.Buffer
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var all []lint.Package
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			ImportPath                         string
			Imports, TestImports, XTestImports []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all = append(all, lint.Package{
			Path: strings.TrimPrefix(p.ImportPath, module), Imports: p.Imports,
			TestImports: append(p.TestImports, p.XTestImports...),
		})
	}
	if len(all) < 10 {
		t.Fatalf("only %d packages found: the rule was not applied", len(all))
	}
	return all
}

func TestArrowsCatches(t *testing.T) {
	tests := []struct {
		name string
		pkg  lint.Package
		want string // part of the only problem, "" for none
	}{
		{"a mock that imports the engine", lint.Package{Path: "mocks/genesys", Imports: []string{module + "engine"}}, "mocks/... may import mocks/..., sim/trace"},
		{"a mock that tests itself with the adapter", lint.Package{Path: "mocks/genesys", TestImports: []string{module + "engine/adapter/genesys"}}, "a test of mocks/genesys"},
		{"a checker that imports the engine's resolver", lint.Package{Path: "sim/check", Imports: []string{module + "engine/resolve"}}, "never rests on the code"},
		{"the core with an adapter's client", lint.Package{Path: "engine", Imports: []string{module + "engine/adapter/genesys"}}, "the core is a pure state machine"},
		{"the core with a header", lint.Package{Path: "engine", Imports: []string{"net/http"}}, ""},
		{"the core with a file", lint.Package{Path: "engine", Imports: []string{"os"}}, "reaches the world"},
		{"the resolver with a clock-free import", lint.Package{Path: "engine/resolve", Imports: []string{"time", "slices"}}, ""},
		{"a leaf that grows a branch", lint.Package{Path: "sim/trace", Imports: []string{module + "scenarios"}}, "the journal is a leaf"},
		{"a scenario that knows the simulator", lint.Package{Path: "scenarios", Imports: []string{module + "sim"}}, "may import scenarios/..."},
		{"a room that nobody declared", lint.Package{Path: "util"}, "belongs to no room"},
		{"the world", lint.Package{Path: "sim", Imports: []string{module + "engine", module + "mocks/genesys", module + "scenarios"}}, ""},
		{"a prefix that is no folder", lint.Package{Path: "reports", Imports: []string{module + "scenariosx"}}, "reports/... may import"},
		{"the command line", lint.Package{Path: "cmd/syncproof", Imports: []string{module + "reports", "os"}}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := strings.Join(lint.Arrows(lint.Rooms, []lint.Package{tt.pkg}), "\n")
			if (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
