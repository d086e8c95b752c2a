package explore

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"slices"
	"sync"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

// Trial plays a scenario and gives its failures; ok is false if it could not
// be played (a harness fault, out of time). It must not change the scenario,
// must give the same failures each time, and runs in several goroutines at
// once if [ShrinkOptions] says so.
type Trial func(ctx context.Context, sc *scenarios.Scenario) (failures []Failure, ok bool)

// ShrinkOptions bound the search.
type ShrinkOptions struct {
	// Runs is how many trials are made at most, 0 for no limit.
	Runs int
	// Workers is how many trials are made at once, 0 for one. The result does
	// not depend on it unless a limit ends the search.
	Workers int
	// Progress, if not nil, is called whenever the scenario became smaller.
	Progress func(ShrinkStats)
}

// Extent is the size of a scenario as people count it.
type Extent struct {
	Records int `json:"records"`
	Steps   int `json:"steps"` // lines of the timeline, faults included
	Faults  int `json:"faults"`
}

// ExtentOf measures a scenario.
func ExtentOf(sc *scenarios.Scenario) Extent {
	e := Extent{Records: sc.Records.Count(), Steps: len(sc.Timeline)}
	for i := range sc.Timeline {
		if sc.Timeline[i].Verb.Fault() || sc.Timeline[i].Verb == scenarios.LoseStore {
			e.Faults++
		}
	}
	return e
}

// How a search ended.
const (
	Smallest      = "smallest"       // no step can be left out, and nothing else helps
	OutOfRuns     = "out of runs"    // ShrinkOptions.Runs
	Cancelled     = "cancelled"      // the context ended
	NotReproduced = "not reproduced" // the scenario did not fail this way at all
)

// ShrinkStats say what a search did.
type ShrinkStats struct {
	Before Extent `json:"before"`
	After  Extent `json:"after"`
	// Runs is the number of trials, Accepted how many of them gave a smaller
	// scenario, Skipped how many candidates had been tried before or are no
	// valid scenario.
	Runs     int    `json:"runs"`
	Accepted int    `json:"accepted"`
	Skipped  int    `json:"skipped"`
	Ended    string `json:"ended"`
}

// Shrink gives the smallest scenario it can find that fails by the same
// invariant and role: edits and faults go together, pass by pass, cheap and
// strong passes first, until none helps. The given scenario is not changed. A
// search that is ended early gives what it had reached: every scenario on the
// way is valid and fails.
//
// A failure that does not show again gives the scenario itself, and the stats
// say so.
func Shrink(ctx context.Context, sc *scenarios.Scenario, want Failure, trial Trial, o ShrinkOptions) (*scenarios.Scenario, ShrinkStats) {
	s := &shrinker{ctx: ctx, want: want, trial: trial, o: o, tried: map[fingerprint]bool{}}
	s.stats.Before = ExtentOf(sc)
	if s.begin(sc) {
		s.search()
	} else {
		s.best = cloneScenario(sc)
		s.stats.Ended = NotReproduced
		s.over()
	}
	s.stats.After = ExtentOf(s.best)
	return s.best, s.stats
}

// edit makes a candidate of a scenario that is its own.
type edit func(*scenarios.Scenario)

// pass tries one kind of edit as long as it helps, and says whether it did.
type pass func(*shrinker) bool

// passes are in the order in which they are tried.
var passes = []pass{
	removeSteps, removeFaults, removeRecords, generateFewer, listGenerated, removeExpectations,
	resetSettings, simplifySteps, simplifyRecords, bringForward,
	renameRecords, renameFields, renameValues, resetSeed, removePairs,
}

// shrinker is one search.
type shrinker struct {
	ctx   context.Context
	want  Failure
	trial Trial
	o     ShrinkOptions
	best  *scenarios.Scenario
	tried map[fingerprint]bool
	stats ShrinkStats
}

// begin plays the scenario as it is, first in its plain form: in the order of
// time and without what no run depends on.
func (s *shrinker) begin(sc *scenarios.Scenario) bool {
	s.best = cloneScenario(sc)
	return s.first([]edit{s.plain, func(*scenarios.Scenario) {}}) >= 0
}

// plain drops what the run does not depend on.
func (s *shrinker) plain(sc *scenarios.Scenario) {
	sc.Requirements = nil
	if s.want.Invariant != expectation {
		sc.Expect = nil
	}
	slices.SortStableFunc(sc.Timeline, byInstant)
}

// expectation is what check calls the result of an expectation.
const expectation = "expect"

// roundsMax bounds the search where two passes would undo each other.
const roundsMax = 50

func (s *shrinker) search() {
	for range roundsMax {
		helped := false
		for _, p := range passes {
			helped = p(s) || helped
			if s.over() {
				return
			}
		}
		if !helped {
			break
		}
	}
	s.stats.Ended = Smallest
}

// over says that a limit was reached, and notes which.
func (s *shrinker) over() bool {
	switch {
	case s.ctx.Err() != nil:
		s.stats.Ended = Cancelled
	case s.o.Runs > 0 && s.stats.Runs >= s.o.Runs:
		s.stats.Ended = OutOfRuns
	default:
		return false
	}
	return true
}

// each tries edits of the best scenario in order. After one that helped it
// goes on behind it, with the edits of the scenario that is now the best.
func (s *shrinker) each(edits func(*scenarios.Scenario) []edit) bool {
	helped := false
	for from := 0; !s.over(); {
		all := edits(s.best)
		if from >= len(all) {
			break
		}
		i := s.first(all[from:])
		if i < 0 {
			break
		}
		helped = true
		from += i
	}
	return helped
}

// candidate is a scenario to be tried.
type candidate struct {
	index int // of the edit that made it
	sc    *scenarios.Scenario
	key   fingerprint
}

// first makes the first edit after which the scenario still fails the same
// way, and gives its index, -1 for none.
func (s *shrinker) first(edits []edit) int {
	for next := 0; next < len(edits) && !s.over(); {
		var batch []candidate
		for room := s.room(); next < len(edits) && len(batch) < room; next++ {
			if c, ok := s.candidate(edits[next]); ok {
				c.index = next
				batch = append(batch, c)
			}
		}
		same := s.try(batch)
		if s.ctx.Err() != nil {
			return -1 // what was interrupted says nothing
		}
		for i, c := range batch {
			s.tried[c.key] = true
			if same[i] {
				s.accept(c.sc)
				return c.index
			}
		}
	}
	return -1
}

// room is how many trials may be made at once.
func (s *shrinker) room() int {
	room := max(s.o.Workers, 1)
	if s.o.Runs > 0 {
		room = min(room, s.o.Runs-s.stats.Runs)
	}
	return room
}

func (s *shrinker) accept(sc *scenarios.Scenario) {
	s.best = sc
	s.stats.Accepted++
	s.stats.After = ExtentOf(sc)
	if s.o.Progress != nil {
		s.o.Progress(s.stats)
	}
}

// candidate applies an edit to a copy of the best scenario; ok is false if it
// was tried before or is no scenario that a file can hold.
func (s *shrinker) candidate(e edit) (c candidate, ok bool) {
	sc := cloneScenario(s.best)
	e(sc)
	c = candidate{sc: sc, key: fingerprintOf(sc)}
	if s.tried[c.key] {
		s.stats.Skipped++
		return c, false
	}
	if sc.Complete() != nil || check.CompileExpect(sc) != nil {
		s.tried[c.key] = true
		s.stats.Skipped++
		return c, false
	}
	return c, true
}

// try plays candidates at once and says which fail the same way.
func (s *shrinker) try(batch []candidate) []bool {
	same := make([]bool, len(batch))
	s.stats.Runs += len(batch)
	var all sync.WaitGroup
	for i := range batch {
		play := func() {
			failures, ok := s.trial(s.ctx, batch[i].sc)
			same[i] = ok && slices.ContainsFunc(failures, s.want.Same)
		}
		if len(batch) == 1 {
			play()
			continue
		}
		all.Go(play) //syncproof:allow go candidates are independent, and each has a place of its own for its verdict
	}
	all.Wait()
	return same
}

// fingerprint stands for a scenario's meaning.
type fingerprint [sha256.Size]byte

func fingerprintOf(sc *scenarios.Scenario) fingerprint {
	own := cloneScenario(sc)
	own.Path, own.Title = "", ""
	for i := range own.Records.List {
		own.Records.List[i].Line = 0
	}
	for i := range own.Timeline {
		own.Timeline[i].Line = 0
	}
	for i := range own.Expect {
		own.Expect[i].Line, own.Expect[i].Column = 0, 0
	}
	text, err := json.Marshal(own)
	if err != nil {
		panic("explore: a scenario is always plain data: " + err.Error())
	}
	return sha256.Sum256(text)
}
