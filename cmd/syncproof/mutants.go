package main

import (
	"context"
	"fmt"
	"io"
	"path"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

type mutantsFlags struct {
	span     time.Duration
	searches int
	seed     uint64
	jobs     int
	shrink   time.Duration
	stall    time.Duration
	full     bool
	list     bool
	size     explore.Size
	out      struct{ junit, report, markdown string }
}

func newMutants(a *app) *cobra.Command {
	var f mutantsFlags
	cmd := &cobra.Command{
		Use:   "mutants [NAME...]",
		Short: "show that engines with one defect each are detected",
		Long: `Plays engines that have one defect each, built around the reference engine, and
shows what notices them: the scenarios of the library that each is known to
fail, and exploration, which knows nothing of the defect. A failure counts only
if the engine without the defect does not have it in the same world.

The exit code is 1 if a mutant survives: then a check or the library is asleep.`,
		Example: `  syncproof mutants
  syncproof mutants last-write-wins no-jitter --searches 3
  syncproof mutants --searches 0              the library alone
  syncproof mutants --list`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onlyLists(f.list, cmd.Flags(), "junit", "report", "markdown"); err != nil {
				return err
			}
			return a.mutants(cmd.Context(), &f, args)
		},
	}
	f.size = explore.DefaultSize
	flags := cmd.Flags()
	flags.DurationVar(&f.span, "for", time.Minute, "how long one exploration may search for a mutant, in wall time")
	flags.IntVar(&f.searches, "searches", 1, "explorations for each mutant, each from another seed; 0 for none")
	flags.Uint64Var(&f.seed, "seed", 1, "seed of the first exploration; the next ones count up")
	flags.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "worlds at once")
	flags.DurationVar(&f.shrink, "shrink", 0, "how long to shrink the first failure of each mutant, in wall time; 0 leaves that out")
	flags.DurationVar(&f.stall, "stall", defaultStall, stallUsage)
	flags.BoolVar(&f.full, "full", false, "play every scenario of the library, not only those that name the mutant")
	flags.BoolVar(&f.list, "list", false, "list the mutants and play none")
	flags.StringVar(&f.out.junit, "junit", "", "write JUnit XML to this file")
	flags.StringVar(&f.out.report, "report", "", "write the JSON report to this file")
	flags.StringVar(&f.out.markdown, "markdown", "", "write the table as Markdown to this file")
	return cmd
}

// mutants tries the named mutants, or all.
func (a *app) mutants(ctx context.Context, f *mutantsFlags, names []string) error {
	chosen, err := f.choose(names)
	if err != nil {
		return err
	}
	if f.list {
		return a.listMutants(chosen)
	}
	files, err := f.open()
	if err != nil {
		return err
	}
	defer files.discard()
	defer debug.SetGCPercent(debug.SetGCPercent(exploreGC))
	library, err := scenarios.Library()
	if err != nil {
		return err
	}
	t := &trials{app: a, flags: f, library: library, began: time.Now(), reference: map[string][]explore.Failure{}}
	d := &reports.Detection{
		Schema: reports.DetectionID, Tool: version(), Bound: f.span.Seconds(), Jobs: f.jobs,
		Scenarios: len(library), Mutants: []reports.DetectedBy{},
	}
	t.all(ctx, chosen, d)
	if err := a.showDetection(d); err != nil {
		return err
	}
	if err := files.write(d); err != nil {
		return err
	}
	return verdictError(d.Decide())
}

func (a *app) showDetection(d *reports.Detection) error {
	if a.json {
		d.Decide()
		return d.JSON(a.out)
	}
	return d.Console(a.out, a.style())
}

// choose are the mutants that the arguments name; none means all.
func (f *mutantsFlags) choose(names []string) ([]mutant.Mutant, error) {
	switch {
	case f.searches < 0:
		return nil, misuse("", "--searches is %d, it must not be negative", f.searches)
	case f.span <= 0 && f.searches > 0:
		return nil, misuse("", "--for is %v, it must be positive", f.span)
	case f.jobs < 1:
		return nil, misuse("", "--jobs is %d, it must be at least 1", f.jobs)
	case f.shrink < 0:
		return nil, misuse("", "--shrink is %v, it must not be negative", f.shrink)
	}
	if err := checkStall(f.stall); err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return mutant.All(), nil
	}
	var chosen []mutant.Mutant
	for _, name := range names {
		m, ok := mutant.Find(name)
		if !ok {
			return nil, misuse("", "%w", unknownMutant(name))
		}
		if slices.ContainsFunc(chosen, func(c mutant.Mutant) bool { return c.Name == name }) {
			continue // one that is named twice is tried once, as a scenario is
		}
		chosen = append(chosen, m)
	}
	return chosen, nil
}

func (a *app) listMutants(all []mutant.Mutant) error {
	if a.json {
		type entry struct {
			Name       string   `json:"name"`
			Defect     string   `json:"defect"`
			Source     string   `json:"source"`
			KilledBy   []string `json:"killed_by"`
			Invariants []string `json:"invariants"`
		}
		entries := make([]entry, 0, len(all))
		for _, m := range all {
			entries = append(entries, entry{m.Name, m.Defect, m.Source, m.KilledBy, m.Invariants})
		}
		return a.writeJSON(entries)
	}
	for _, m := range all {
		if _, err := fmt.Fprintf(a.out, "%-28s %s\n", m.Name, m.Defect); err != nil {
			return err
		}
	}
	return nil
}

// trials are one run of the verb.
type trials struct {
	app       *app
	flags     *mutantsFlags
	library   []*scenarios.Scenario
	began     time.Time
	reference map[string][]explore.Failure // of the engine without a defect, by scenario
}

// watch gives up worlds that stand still.
func (t *trials) watch() vigil { return vigil{t.flags.stall, t.app.simulate} }

// all tries one mutant after the other, until one breaks the harness.
func (t *trials) all(ctx context.Context, chosen []mutant.Mutant, d *reports.Detection) {
	bar := t.app.newProgress(len(chosen))
	defer bar.finish()
	for i := range chosen {
		bar.trying(chosen[i].Name)
		m, err := t.one(ctx, &chosen[i])
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			fault := faultOf(err)
			d.Fault = &reports.DocumentFault{Inconclusive: fault.Inconclusive, Message: chosen[i].Name + ": " + fault.Message, Stack: fault.Stack}
			return
		}
		d.Mutants = append(d.Mutants, *m)
		if !t.app.json && (!t.app.quiet || m.Survived() != "") {
			bar.print(func() { _ = reports.MutantRow(t.app.out, m) })
		}
	}
}

// one tries a mutant on the library and by exploration.
func (t *trials) one(ctx context.Context, m *mutant.Mutant) (*reports.DetectedBy, error) {
	out := &reports.DetectedBy{Name: m.Name, Defect: m.Defect, Source: m.Source, Kills: []reports.Kill{}}
	for _, sc := range t.library {
		name := strings.TrimSuffix(path.Base(sc.Path), ".yaml")
		if !t.flags.full && !slices.Contains(m.KilledBy, name) {
			continue
		}
		invariants, err := t.kill(ctx, m, name, sc)
		if err != nil {
			return nil, err
		}
		if len(invariants) > 0 {
			out.Kills = append(out.Kills, reports.Kill{Scenario: name, Invariants: invariants})
		}
	}
	for n := range t.flags.searches {
		if err := t.search(ctx, m, t.flags.seed+uint64(n), out); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// kill plays a scenario of the library with a mutant and with the engine that
// has no defect, and gives the invariants that only the mutant violates.
func (t *trials) kill(ctx context.Context, m *mutant.Mutant, name string, sc *scenarios.Scenario) ([]string, error) {
	sane, known := t.reference[name]
	if !known {
		out := (&explore.Player{Simulate: t.watch().play}).Play(ctx, sc)
		if out.Fault != nil {
			return nil, out.Fault
		}
		sane = out.Failures
		t.reference[name] = sane
	}
	out := (&explore.Player{Vary: m.Vary, Simulate: t.watch().play}).Play(ctx, sc)
	if out.Fault != nil {
		return nil, out.Fault
	}
	var invariants []string
	for _, f := range out.Failures {
		excused := slices.ContainsFunc(sane, func(o explore.Failure) bool { return o.Invariant == f.Invariant })
		if !excused && f.Invariant != "expect" && !slices.Contains(invariants, f.Invariant) {
			invariants = append(invariants, f.Invariant)
		}
	}
	return invariants, nil
}

// search explores once for a mutant.
func (t *trials) search(ctx context.Context, m *mutant.Mutant, seed uint64, out *reports.DetectedBy) error {
	f := t.flags
	size := f.size
	size.Accounts = m.Accounts
	s := explore.Search{
		Vary: m.Vary, Size: size, Seed: seed, For: f.span, Workers: f.jobs,
		Clock: func() time.Duration { return time.Since(t.began) }, Simulate: t.watch().play,
	}
	d := s.Run(ctx)
	if d.Fault != nil {
		return d.Fault
	}
	out.Searches = append(out.Searches, reports.SearchResult{
		Seed: seed, Found: d.Found, Runs: d.Runs, Seconds: d.Wall.Seconds(), Invariant: d.Failure.Invariant,
	})
	if !d.Found || f.shrink == 0 || out.Case != "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, f.shrink)
	defer cancel()
	began := time.Now()
	player := &explore.Player{Vary: m.Vary, EventsMax: explore.SearchEvents, Simulate: t.watch().play}
	small, _ := explore.Shrink(limited, d.Scenario, d.Failure, player.Trial(), explore.ShrinkOptions{Workers: f.jobs})
	text, err := small.Marshal()
	if err != nil {
		return err
	}
	out.Shrunk, out.Shrink, out.Failure, out.Case = len(small.Timeline), time.Since(began).Seconds(), d.Failure.Invariant, string(text)
	return nil
}

// trying says which mutant is under trial.
func (p *progress) trying(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visible() {
		p.bar.Describe(name)
	}
}

// open begins all files before anything runs.
func (f *mutantsFlags) open() (*pending[*reports.Detection], error) {
	return openAll([]wanted[*reports.Detection]{
		{"--junit", f.out.junit, (*reports.Detection).JUnit}, {"--report", f.out.report, (*reports.Detection).JSON},
		{"--markdown", f.out.markdown, writeDetection},
	})
}

// writeDetection is docs/detection.md.
func writeDetection(d *reports.Detection, w io.Writer) error {
	if _, err := io.WriteString(w, detectionHead); err != nil {
		return err
	}
	return d.Markdown(w)
}

// detectionCommand writes docs/detection.md.
const detectionCommand = "syncproof mutants --searches 3 --shrink 5s --markdown docs/detection.md"

const detectionHead = `# What the harness detects

Each line is an engine with one defect, built around the reference engine (` + "`sim/mutant`" + `), with what
notices it: scenarios of the library that it must fail, each with the invariants that it violates there,
and exploration, which knows nothing of the defect and looks for the first generated world in which the
mutant violates an invariant and the reference engine does not. The smallest case is what shrinking makes
of that world. Runs depend on the seeds and the version alone, seconds on the machine.

This page is written by ` + "`" + detectionCommand + "`" + `.

`
