package main

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"time"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

// exploreGC lets garbage grow to five times what lives: worlds are small and
// short, so that collecting less often costs little memory and a third of the
// time. exploreMemory is where thrift begins again.
const (
	exploreGC     = 400
	exploreMemory = 2 << 30
)

// explore searches, shrinks and reports.
func (a *app) explore(ctx context.Context, f *exploreFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	if !f.fixed {
		f.seed = freshSeed()
	}
	if err := canKeep(f.dir); err != nil {
		return err
	}
	files, err := f.out.open()
	if err != nil {
		return err
	}
	defer files.discard()
	defer debug.SetGCPercent(debug.SetGCPercent(exploreGC))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(exploreMemory))
	twins, err := f.twins()
	if err != nil {
		return err
	}
	defer twins.close()
	s := &search{twins: twins, app: a, flags: f, began: time.Now(), saved: map[string]string{}}
	s.player = &explore.Player{Vary: f.engine.vary, Fidelity: f.fidelity, Simulate: vigil{f.stall, a.simulate}.play}
	x, err := s.report(ctx, s.hunt(ctx))
	if err != nil {
		return err
	}
	if err := files.write(x); err != nil {
		return err
	}
	if s.trouble != nil {
		return broken("cannot keep what was found: %w", s.trouble)
	}
	return verdictError(x.Decide())
}

// freshSeed is another one each time; it is small enough to be typed.
func freshSeed() uint64 {
	var b [8]byte
	_, _ = rand.Read(b[:]) // it never fails
	return binary.LittleEndian.Uint64(b[:])%math.MaxUint32 + 1
}

// search is one call of explore.
type search struct {
	app     *app
	flags   *exploreFlags
	player  *explore.Player
	began   time.Time
	saved   map[string]string // files written as found, by invariant and role
	trouble error             // the first of saving; the reports are written nevertheless
	twins   *twins
}

func (s *search) clock() time.Duration { return time.Since(s.began) }

// hunt plays the worlds. What is found is on the disk once the worlds before it
// are counted, as large as it is: a search that is killed has lost little.
func (s *search) hunt(ctx context.Context) *explore.Tally {
	f := s.flags
	bar := s.app.newSearchProgress(f.span, f.runs)
	defer bar.finish()
	h := &explore.Hunt{
		Player: s.player, Size: f.size, Seed: f.seed, Shard: f.shardNo[0], Shards: f.shardNo[1],
		Runs: f.runs, For: f.span, Workers: f.jobs, Enough: f.enough, Clock: s.clock,
		Recheck: f.recheck(s.twins),
	}
	h.Watch = func(t *explore.Tally) {
		for _, found := range t.Found[len(s.saved):] {
			s.keep(found)
		}
		bar.searched(t)
	}
	return h.Run(ctx)
}

func kindOf(f *explore.Failure) string { return f.Invariant + "\x00" + f.Role }

// keep saves a failure as it was found.
func (s *search) keep(found *explore.Found) {
	s.saved[kindOf(&found.Failure)] = s.save(found.Failure, found.Run, found.Scenario, explore.ShrinkStats{})
}

// save writes a file and gives its path, "" if that failed.
func (s *search) save(failure explore.Failure, run int, sc *scenarios.Scenario, stats explore.ShrinkStats) string {
	path, err := explore.Save(s.flags.dir, explore.Case{
		Scenario: sc, Failure: failure, Found: s.flags.found(run),
		Rerun: "syncproof run" + s.flags.args(), Stats: stats, Product: version(),
	})
	switch {
	case err == nil:
		return path
	case s.trouble == nil:
		s.trouble = err
	}
	return ""
}

// report shrinks what was found and writes it all down.
func (s *search) report(ctx context.Context, t *explore.Tally) (*reports.Exploration, error) {
	x := s.exploration(t)
	for _, found := range t.Found {
		f, err := s.shrink(ctx, found)
		if err != nil {
			return nil, err
		}
		x.Failures = append(x.Failures, *f)
	}
	x.Decide()
	if s.app.json {
		return x, x.JSON(s.app.out)
	}
	return x, x.Console(s.app.out, s.app.style())
}

// shrink makes the smallest case of a failure and puts its file in the place
// of the large one.
func (s *search) shrink(ctx context.Context, found *explore.Found) (*reports.FoundFailure, error) {
	sc, stats := found.Scenario, explore.ShrinkStats{}
	if s.flags.shrink > 0 && found.Failure.Invariant != explore.Determinism && ctx.Err() == nil {
		limited, cancel := context.WithTimeout(ctx, s.flags.shrink)
		sc, stats = explore.Shrink(limited, found.Scenario, found.Failure, s.shorter(found).Trial(), explore.ShrinkOptions{Workers: s.flags.jobs})
		cancel()
	}
	found.Failure = retold(ctx, s.player, sc, found.Failure)
	path, rerun := s.save(found.Failure, found.Run, sc, stats), ""
	if before := s.saved[kindOf(&found.Failure)]; path != "" && before != "" && before != path {
		_ = os.Remove(before) // the smaller case has taken its place
	}
	if path != "" {
		rerun = s.flags.rerun(path)
	}
	text, err := sc.Marshal()
	if err != nil {
		return nil, broken("cannot write a failure: %w", err)
	}
	return &reports.FoundFailure{
		Invariant: found.Failure.Invariant, Sentence: explore.SentenceOf(found.Failure.Invariant), Role: found.Failure.Role,
		Message: found.Failure.Message, Record: found.Failure.Record, Run: found.Run, After: found.At.Seconds(),
		Times: found.Times, Lines: len(found.Scenario.Timeline), Shrunk: len(sc.Timeline),
		File: filepath.ToSlash(path), Rerun: rerun, Scenario: string(text),
	}, nil
}

// shorter plays like the search's player, but gives a run up that is much
// longer than the one that failed: an engine that loops would spend the whole
// time of shrinking in one trial. Such a run is no failure of the same kind.
func (s *search) shorter(found *explore.Found) *explore.Player {
	p := *s.player
	p.EventsMax = 2*found.Events + 2000
	return &p
}

// retold is the failure as the smallest case shows it: with its own records
// and instants.
func retold(ctx context.Context, p *explore.Player, sc *scenarios.Scenario, f explore.Failure) explore.Failure {
	for _, own := range p.Play(context.WithoutCancel(ctx), sc).Failures {
		if own.Same(f) {
			return own
		}
	}
	return f
}

// exploration is the tally as a document, without its failures.
func (s *search) exploration(t *explore.Tally) *reports.Exploration {
	f := s.flags
	x := &reports.Exploration{
		Schema: reports.ExplorationID, Kind: reports.KindExplore, Tool: version(), Engine: f.engine.String(), Fidelity: f.fidelity.String(),
		Seed: f.seed, Records: f.size.Records, Edits: f.size.Edits, Faults: f.size.Faults, Exact: f.size.Exact,
		Runs: t.Runs, Failed: t.Failed, Undecided: t.Undecided, Events: t.Events, Exchanges: t.Exchanges,
		Interrupted: t.Interrupted && (f.runs > 0 || f.span > 0),
		Wall:        t.Wall.Seconds(), Failures: []reports.FoundFailure{}, Coverage: coverageOf(t.Coverage),
	}
	if f.shardNo[1] > 0 {
		x.Shards = []reports.Shard{{Number: f.shardNo[0], Of: f.shardNo[1], Runs: t.Runs}}
	}
	for name, n := range t.Open {
		x.Open = append(x.Open, reports.Count{Name: name, Runs: n})
	}
	slices.SortFunc(x.Open, func(a, b reports.Count) int { return b.Runs - a.Runs })
	if t.Fault != nil {
		x.Fault = s.fault(t)
	}
	return x
}

// fault keeps the world with which the harness could not go on.
func (s *search) fault(t *explore.Tally) *reports.DocumentFault {
	fault := faultOf(t.Fault)
	failure := explore.Failure{Invariant: "harness", Role: "a fault of the harness", Message: fault.Message}
	out := &reports.DocumentFault{
		Inconclusive: fault.Inconclusive, Stack: fault.Stack,
		Message: fmt.Sprintf("world %d of seed %d: %s", t.FaultRun, s.flags.seed, fault.Message),
	}
	if t.FaultIn == nil {
		return out
	}
	if path := s.save(failure, t.FaultRun, t.FaultIn, explore.ShrinkStats{}); path != "" {
		out.Message += "; rerun: " + s.flags.rerun(path)
	}
	return out
}

func coverageOf(c *explore.Coverage) *reports.ExploredCoverage {
	out := &reports.ExploredCoverage{Situations: c.Seen.Distinct(), States: explore.States, Seen: c.Seen}
	for i, fault := range explore.Faults {
		out.Pairs = append(out.Pairs, reports.FaultStates{Fault: fault, Runs: c.Pairs[i]})
	}
	for i, mark := range explore.Marks {
		out.Marks = append(out.Marks, reports.Count{Name: mark, Runs: c.Marks[i]})
	}
	return out
}

// exploreOutputs are the files that an exploration was asked to write.
type exploreOutputs struct{ junit, report, markdown string }

// open begins all files before anything runs.
func (o *exploreOutputs) open() (*pending[*reports.Exploration], error) {
	return openAll([]wanted[*reports.Exploration]{
		{"--junit", o.junit, (*reports.Exploration).JUnit}, {"--report", o.report, (*reports.Exploration).JSON},
		{"--markdown", o.markdown, (*reports.Exploration).Markdown},
	})
}
