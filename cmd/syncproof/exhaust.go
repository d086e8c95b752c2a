package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/explore"
)

// exhaust plays every order of one scenario's messages.
func (a *app) exhaust(ctx context.Context, f *exploreFlags) error {
	if err := f.checkBounds(); err != nil {
		return err
	}
	j, err := pickOne(f.exhaustive)
	if err != nil {
		return err
	}
	if j, err = f.crm.recastOne(j); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(exploreGC))
	p := explore.Place(j.sc)
	began := time.Now()
	bar := a.newSearchProgress(0, 0)
	defer bar.finish()
	x := &explore.Exhaust{
		Start: p.Start(f.engine.vary), Depth: f.depth, StatesMax: f.states, Workers: f.jobs,
		Clock: func() time.Duration { return time.Since(began) }, Watch: bar.exhausted,
	}
	out, err := x.Run(ctx)
	bar.finish()
	doc := &reports.Exhaustion{
		Schema: reports.ExhaustionID, Tool: version(), Scenario: j.name, Engine: f.engine.String(),
		Crashes: p.Budget.Crashes, LostWebhooks: p.Budget.LostWebhooks, LostMessages: p.Budget.LostMessages,
		DepthMax: f.depth, StatesMax: f.states, States: out.States, Again: out.Again, Runs: out.Runs, Depth: out.Depth,
		Cut: out.Cut, Frontier: out.Frontier, Complete: out.Complete, Wall: out.Wall.Seconds(),
	}
	var large *explore.TooLargeError
	switch {
	case errors.As(err, &large):
		doc.Stopped = large.Error() + "; raise --states, or make the scenario smaller: fewer edits, records, polls and faults"
	case errors.Is(err, sim.ErrNotCopyable):
		return misuse("--exhaustive plays the reference engine, and mutants that remember nothing", "the engine %s keeps state that a world cannot copy", f.engine.String())
	case ctx.Err() != nil:
		doc.Stopped = "interrupted"
	case err != nil:
		return faultOfSearch(err)
	}
	if out.Found != nil {
		if err := f.counterexample(doc, j, out.Found); err != nil {
			return err
		}
	}
	verdict := doc.Decide()
	if a.json {
		err = doc.JSON(a.out)
	} else {
		err = doc.Console(a.out, a.style())
	}
	if err != nil {
		return err
	}
	return verdictError(verdict)
}

// checkBounds refuses what no exhaustive search can keep to.
func (f *exploreFlags) checkBounds() error {
	switch {
	case f.depth < 0:
		return misuse("", "--depth is %d, it must not be negative", f.depth)
	case f.states < 1:
		return misuse("", "--states is %d, it must be at least 1", f.states)
	case f.jobs < 1:
		return misuse("", "--jobs is %d, it must be at least 1", f.jobs)
	}
	return canKeep(f.dir)
}

// faultOfSearch is an error of the harness in the middle of a search.
func faultOfSearch(err error) error {
	fault := faultOf(err)
	code := exitHarness
	if fault.Inconclusive {
		code = exitInconclusive
	}
	text := strings.TrimRight(fault.Message+"\n"+fault.Stack, "\n")
	return &exitError{code: code, err: errors.New(text)}
}

// counterexample keeps the scenario with the way to its failure.
func (f *exploreFlags) counterexample(doc *reports.Exhaustion, j job, found *explore.Counterexample) error {
	doc.Way = found.Way
	for _, failure := range found.Failures {
		doc.Failures = append(doc.Failures, reports.ExhaustionFailure{Invariant: failure.Invariant, Message: failure.Message})
	}
	path, err := explore.Save(f.dir, explore.Case{
		Scenario: j.sc, Failure: found.Failures[0], Product: version(),
		Found: fmt.Sprintf("%d choices away in `syncproof explore --exhaustive`; they are in its output", len(found.Way)),
		Rerun: "syncproof explore" + f.engine.arg() + " --exhaustive",
	})
	if err != nil {
		return broken("cannot keep a failure: %w", err)
	}
	doc.File = filepath.ToSlash(path)
	doc.Rerun = "syncproof explore" + f.engine.arg() + " --exhaustive " + shellWord(doc.File)
	return nil
}

// exhausted says how far an exhaustive search has come.
func (p *progress) exhausted(out explore.Exhausted) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visible() {
		p.bar.Describe(fmt.Sprintf("depth %d: %d states, %d waiting, %d ends judged", out.Depth, out.States, out.Frontier, out.Runs))
		_ = p.bar.Set(out.States)
	}
}
