package live

import (
	"maps"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// built is the program under test.
func built(t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "syncproof")
	cmd := exec.Command("go", "build", "-o", bin, "./cmd/syncproof")
	cmd.Dir = "../.."
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// TestDrills kills the real program under load, and plays what a test of the
// service alone cannot make: half-open connections, slow bodies, a clock that
// jumps, a store that is lost. `make drills` runs more kills.
func TestDrills(t *testing.T) {
	command := []string{built(t), "serve"}
	drills := map[string]*scenarios.Scenario{}
	random, err := Drill(1, 4, 20)
	if err != nil {
		t.Fatal(err)
	}
	drills["random-kills"] = random
	files, err := filepath.Glob("testdata/drills/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no drills in testdata/drills: %v", err)
	}
	for _, file := range files {
		if drills[strings.TrimSuffix(filepath.Base(file), ".yaml")], err = scenarios.ParseFile(file); err != nil {
			t.Fatal(err)
		}
	}
	for _, sc := range drills {
		if err := check.CompileExpect(sc); err != nil {
			t.Fatal(err)
		}
	}
	dir := t.TempDir()
	runs := together(slices.Sorted(maps.Keys(drills)), func(name string) (*sim.Result, error) {
		return Run(t.Context(), drills[name], Options{Form: Serve, Command: command, Dir: dir})
	})
	for name, run := range runs {
		t.Run(name, func(t *testing.T) {
			if run.err != nil {
				t.Fatal(run.err)
			}
			sound(t, run.result)
			killed := 0
			for i := range run.result.Events {
				if run.result.Events[i].Kind == trace.Crash {
					killed++
				}
			}
			if name == "random-kills" && killed != 4 {
				t.Errorf("the engine was killed %d times, expected 4", killed)
			}
		})
	}
}
