package lint_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/go/analysis"
	"golang.org/x/tools/go/analysis/analysistest"
	"golang.org/x/tools/go/analysis/checker"
	"golang.org/x/tools/go/packages"

	"github.com/syncproof/syncproof/internal/lint"
)

// TestDeterminism: the tree keeps the rules. Test files are left out: they
// may watch a simulation from outside.
func TestDeterminism(t *testing.T) {
	pkgs, err := packages.Load(&packages.Config{Mode: packages.LoadAllSyntax &^ packages.NeedDeps, Tests: false}, module+"...")
	if err != nil {
		t.Fatal(err)
	}
	pkgs = slices.DeleteFunc(pkgs, func(p *packages.Package) bool {
		if len(p.Errors) > 0 {
			t.Errorf("%s does not compile: %v", p.PkgPath, p.Errors[0])
		}
		return len(p.Errors) > 0
	})
	if len(pkgs) < 10 {
		t.Fatalf("%d packages: the rules were not applied", len(pkgs))
	}
	rules := func(path string) lint.Rules { return lint.RulesFor(strings.TrimPrefix(path, module)) }
	graph, err := checker.Analyze([]*analysis.Analyzer{lint.Determinism(rules)}, pkgs, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, act := range graph.Roots {
		if act.Err != nil {
			t.Errorf("%s: %v", act.Package.PkgPath, act.Err)
		}
		for _, d := range act.Diagnostics {
			t.Errorf("%s: %s", act.Package.Fset.Position(d.Pos), d.Message)
		}
	}
}

// TestDeterminismCatches: every breach in testdata is found, and nothing else.
func TestDeterminismCatches(t *testing.T) {
	for folder, rules := range map[string]lint.Rules{
		"bad":     {Pure: true},
		"each":    {Pure: true},
		"fine":    {Pure: true, NoFloats: true, Quiet: true},
		"allowed": {Pure: true, NoFloats: true, Quiet: true},
		"floats":  {NoFloats: true},
		"noisy":   {Quiet: true},
		"noises":  {Quiet: true},
	} {
		t.Run(folder, func(t *testing.T) {
			a := lint.Determinism(func(string) lint.Rules { return rules })
			analysistest.Run(t, analysistest.TestData(), a, folder)
		})
	}
}

func TestRulesFor(t *testing.T) {
	tests := map[string]lint.Rules{
		"engine":                     {Pure: true, NoFloats: true, Quiet: true},
		"engine/resolve/vector":      {Pure: true, NoFloats: true, Quiet: true},
		"engine/adapter/genesys":     {Pure: true, Quiet: true},
		"engine/adapter/adaptertest": {Quiet: true},
		"engine/service":             {Quiet: true},
		"engine/store":               {Quiet: true},
		"engine/store/memory":        {Pure: true, Quiet: true},
		"mocks/salesforce":           {Pure: true, Quiet: true},
		"sim":                        {Pure: true, Quiet: true},
		"sim/check":                  {Pure: true, Quiet: true},
		"sim/live":                   {Quiet: true},
		"scenarios":                  {Pure: true, Quiet: true},
		"reports":                    {Quiet: true},
		"internal/watchdog":          {Quiet: true},
		"cmd/syncproof":              {},
	}
	for path, want := range tests {
		if got := lint.RulesFor(path); got != want {
			t.Errorf("%s: %+v, want %+v", path, got, want)
		}
	}
}
