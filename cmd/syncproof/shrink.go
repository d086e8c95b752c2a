package main

import (
	"context"
	"fmt"
	"path/filepath"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/explore"
)

type shrinkFlags struct {
	engine   engineFlag
	fidelity sim.Fidelity
	check    string
	span     time.Duration
	jobs     int
	dir      string
	stall    time.Duration
}

func newShrink(a *app) *cobra.Command {
	var f shrinkFlags
	cmd := &cobra.Command{
		Use:   "shrink FILE|NAME",
		Short: "make the smallest scenario that fails as this one does",
		Long: `Plays a scenario that fails, and takes steps, faults, records and settings away,
or weakens them, as long as it still fails by the same invariant in the same
role. What is left is written below --dir as a commented file. The given file
is not changed.`,
		Example: `  syncproof shrink incident.yaml
  syncproof shrink higher-version-wins --engine last-write-wins
  syncproof shrink incident.yaml --check no-lost-edit --for 1m`,
		Args: exactly("a file or a name of the library"),
		RunE: func(cmd *cobra.Command, args []string) error { return a.shrink(cmd.Context(), &f, args[0]) },
	}
	flags := cmd.Flags()
	f.engine.addTo(flags)
	flags.Var(fidelityFlag{&f.fidelity}, "fidelity", "wire: real requests and JSON; model: exchanges as data, with the same events")
	flags.StringVar(&f.check, "check", "", "shrink only failures of this invariant; \"expect\" for the scenario's own expectations")
	flags.DurationVar(&f.span, "for", 30*time.Second, "how long to shrink each kind of failure, in wall time")
	flags.DurationVar(&f.stall, "stall", defaultStall, stallUsage)
	flags.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "trials at once")
	flags.StringVar(&f.dir, "dir", explore.FailuresDir, "folder for what is left")
	return cmd
}

// shrink makes small cases of all kinds of failure of one scenario.
func (a *app) shrink(ctx context.Context, f *shrinkFlags, arg string) error {
	switch {
	case f.span <= 0:
		return misuse("", "--for is %v, it must be positive", f.span)
	case f.jobs < 1:
		return misuse("", "--jobs is %d, it must be at least 1", f.jobs)
	}
	if err := f.checkKnown(); err != nil {
		return err
	}
	if err := checkStall(f.stall); err != nil {
		return err
	}
	if err := canKeep(f.dir); err != nil {
		return err
	}
	j, err := pickOne(arg)
	if err != nil {
		return err
	}
	player := &explore.Player{Vary: f.engine.vary, Fidelity: f.fidelity, Simulate: vigil{f.stall, a.simulate}.play}
	out := player.Play(ctx, j.sc)
	if out.Fault != nil {
		return faultOfSearch(out.Fault)
	}
	failures := slices.DeleteFunc(out.Failures, func(x explore.Failure) bool { return f.check != "" && x.Invariant != f.check })
	if len(failures) == 0 {
		return misuse("`syncproof run "+shellWord(arg)+f.args()+"` shows what holds", "%s does not fail%s: there is nothing to shrink", arg, f.of())
	}
	player.EventsMax = 2*len(out.Events) + 2000
	found := &reports.Shrinking{
		Schema: reports.ShrinkingID, Tool: version(), Scenario: j.name, Engine: f.engine.String(), Fidelity: f.fidelity.String(),
	}
	for _, failure := range failures {
		small, err := f.make(ctx, player, j, failure)
		if err != nil {
			return err
		}
		found.Failures = append(found.Failures, *small)
	}
	return a.showShrunk(found)
}

// checkKnown refuses an invariant that there is not: nothing could fail by it.
func (f *shrinkFlags) checkKnown() error {
	known := []string{"", "expect"}
	for _, inv := range check.Invariants() {
		known = append(known, inv.Name)
	}
	if slices.Contains(known, f.check) {
		return nil
	}
	hint := "docs/checks.md lists the invariants; \"expect\" is the scenario's own expectations"
	if near := nearest(f.check, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return misuse(hint, "--check: found no invariant %q", f.check)
}

func (f *shrinkFlags) args() string {
	e := exploreFlags{engine: f.engine, fidelity: f.fidelity}
	return e.args()
}

func (f *shrinkFlags) of() string {
	if f.check == "" {
		return ""
	}
	return " by " + f.check
}

// make shrinks one kind of failure and keeps what is left.
func (f *shrinkFlags) make(ctx context.Context, player *explore.Player, j job, failure explore.Failure) (*reports.FoundFailure, error) {
	limited, cancel := context.WithTimeout(ctx, f.span)
	defer cancel()
	small, stats := explore.Shrink(limited, j.sc, failure, player.Trial(), explore.ShrinkOptions{Workers: f.jobs})
	failure = retold(ctx, player, small, failure)
	path, err := explore.Save(f.dir, explore.Case{
		Scenario: small, Failure: failure, Found: fmt.Sprintf("`syncproof shrink %s%s`", j.name, f.args()),
		Rerun: "syncproof run" + f.args(), Stats: stats, Product: version(),
	})
	if err != nil {
		return nil, broken("cannot keep a failure: %w", err)
	}
	text, err := small.Marshal()
	if err != nil {
		return nil, broken("cannot write a failure: %w", err)
	}
	return &reports.FoundFailure{
		Invariant: failure.Invariant, Sentence: explore.SentenceOf(failure.Invariant), Role: failure.Role, Message: failure.Message,
		Record: failure.Record, Run: 1, Times: 1, Lines: len(j.sc.Timeline), Shrunk: len(small.Timeline),
		File: filepath.ToSlash(path), Rerun: "syncproof run " + shellWord(path) + f.args(), Scenario: string(text),
	}, nil
}

func (a *app) showShrunk(x *reports.Shrinking) error {
	verdict := x.Decide()
	show := func() error { return x.Console(a.out, a.style()) }
	if a.json {
		show = func() error { return x.JSON(a.out) }
	}
	if err := show(); err != nil {
		return err
	}
	return verdictError(verdict)
}
