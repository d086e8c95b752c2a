package reports

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/internal/sketch"
)

// ExplorationID names the version of the document of an exploration. Fields
// may be added under the same name; none changes its meaning or goes away.
const ExplorationID = "syncproof.exploration/v1"

// KindExplore is the kind of the report that `syncproof explore` writes.
const KindExplore = "explore"

// Exploration is a search through generated worlds: its result, and the
// document that `explore --report` writes.
type Exploration struct {
	Schema   string `json:"schema" jsonschema:"enum=syncproof.exploration/v1"`
	Kind     string `json:"kind" jsonschema:"enum=explore"`
	Tool     string `json:"tool" jsonschema:"description=version of syncproof that wrote the report"`
	Verdict  string `json:"verdict" jsonschema:"enum=pass,enum=inconclusive,enum=fail,enum=harness-failure"`
	Engine   string `json:"engine" jsonschema:"description=reference or the name of a mutant"`
	Fidelity string `json:"fidelity" jsonschema:"enum=wire,enum=model"`
	// Seed and the size say which worlds were played, to this version.
	Seed    uint64  `json:"seed"`
	Records int     `json:"records_max" jsonschema:"minimum=0"`
	Edits   int     `json:"edits_max" jsonschema:"minimum=0"`
	Faults  int     `json:"faults_max" jsonschema:"minimum=0"`
	Exact   bool    `json:"exact,omitempty" jsonschema:"description=every world has as many of each; otherwise these are the most that it may have"`
	Shards  []Shard `json:"shards,omitempty" jsonschema:"description=the shares of the sequence of worlds that are in this report"`

	Runs      int     `json:"runs" jsonschema:"minimum=0"`
	Failed    int     `json:"failed_runs" jsonschema:"minimum=0"`
	Undecided int     `json:"undecided_runs" jsonschema:"minimum=0,description=runs that did not fail and in which an invariant could not be decided"`
	Events    int     `json:"events" jsonschema:"minimum=0"`
	Exchanges int     `json:"exchanges" jsonschema:"minimum=0"`
	Wall      float64 `json:"wall_seconds" jsonschema:"minimum=0,description=of all shards together"`

	// Interrupted says that it had a bound and did not reach it.
	Interrupted bool `json:"interrupted,omitempty" jsonschema:"description=stopped from outside before the bound on time or runs was reached"`

	Open     []Count           `json:"undecided,omitempty" jsonschema:"description=undecided runs by invariant"`
	Failures []FoundFailure    `json:"failures" jsonschema:"description=one for each invariant and role"`
	Fault    *DocumentFault    `json:"fault,omitempty"`
	Coverage *ExploredCoverage `json:"coverage"`
}

// Shard is one share of a sequence of worlds.
type Shard struct {
	Number int `json:"shard" jsonschema:"minimum=1"`
	Of     int `json:"of" jsonschema:"minimum=1"`
	Runs   int `json:"runs" jsonschema:"minimum=0"`
}

// Count is a name and how often it came up.
type Count struct {
	Name string `json:"name"`
	Runs int    `json:"runs" jsonschema:"minimum=0"`
}

// FoundFailure is one kind of failure and its smallest scenario.
type FoundFailure struct {
	Invariant string `json:"invariant"`
	Sentence  string `json:"sentence,omitempty"`
	Role      string `json:"role" jsonschema:"description=the message without names and numbers: what tells kinds of failure apart"`
	Message   string `json:"message"`
	Record    string `json:"record,omitempty"`
	// Run is the first world that showed it, of the whole sequence.
	Run   int     `json:"run" jsonschema:"minimum=1"`
	After float64 `json:"found_after_seconds" jsonschema:"minimum=0"`
	Times int     `json:"times" jsonschema:"minimum=1,description=runs that showed it"`
	// Lines is the length of the timeline as generated, Shrunk of the file's.
	Lines  int    `json:"timeline_lines"`
	Shrunk int    `json:"shrunk_timeline_lines"`
	File   string `json:"file,omitempty" jsonschema:"description=the smallest scenario that shows it"`
	Rerun  string `json:"rerun,omitempty"`
	// Scenario is the text of the file.
	Scenario string `json:"scenario,omitempty"`
}

// ExploredCoverage is what an exploration reached.
type ExploredCoverage struct {
	// Situations estimates how many different ones came up.
	Situations int           `json:"distinct_situations" jsonschema:"minimum=0"`
	States     []string      `json:"record_states"`
	Pairs      []FaultStates `json:"fault_by_record_state" jsonschema:"description=runs in which a record was in a state while a fault was open"`
	Marks      []Count       `json:"sometimes" jsonschema:"description=rare situations and the runs in which they came up"`
	Seen       sketch.Sketch `json:"sketch" jsonschema:"description=the situations as a bitmap in base64 from which reports are merged"`
}

// FaultStates is one fault and the states that it met.
type FaultStates struct {
	Fault string `json:"fault"`
	Runs  []int  `json:"runs" jsonschema:"description=in the order of record_states"`
}

// Decide sets the verdict: a harness failure ranks above a violated
// invariant, and an exploration in which nothing was decided, or
// that was stopped before its bound, has not shown what it set out to show.
func (x *Exploration) Decide() Verdict {
	v := Pass
	switch {
	case x.Fault != nil && !x.Fault.Inconclusive:
		v = HarnessFailure
	case x.Failed > 0:
		v = Fail
	case x.Fault != nil || x.Interrupted || x.Runs == x.Undecided:
		v = Inconclusive
	}
	x.Verdict = v.String()
	return v
}

// Reached is the number of fault and state pairs that some run reached, and of
// all that there are.
func (c *ExploredCoverage) Reached() (reached, all int) {
	for _, f := range c.Pairs {
		for _, n := range f.Runs {
			all++
			if n > 0 {
				reached++
			}
		}
	}
	return reached, all
}

// JSON writes the exploration as one indented document.
func (x *Exploration) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(x)
}

// MergeExplorations adds up the shards of one exploration. It refuses those
// that did not play the same sequence of worlds with the same tool, and
// shards that are there twice.
func MergeExplorations(parts []*Exploration) (*Exploration, error) {
	if len(parts) == 0 {
		return nil, fmt.Errorf("found no report; expected at least one")
	}
	sum := *parts[0]
	sum.Shards, sum.Failures, sum.Open = slices.Clone(sum.Shards), slices.Clone(sum.Failures), slices.Clone(sum.Open)
	sum.Coverage = parts[0].Coverage.clone()
	for _, p := range parts[1:] {
		if err := sum.fits(p); err != nil {
			return nil, err
		}
		sum.Shards = append(sum.Shards, p.Shards...)
		sum.Runs += p.Runs
		sum.Failed += p.Failed
		sum.Undecided += p.Undecided
		sum.Events += p.Events
		sum.Exchanges += p.Exchanges
		sum.Wall += p.Wall
		sum.Interrupted = sum.Interrupted || p.Interrupted
		sum.Open = addCounts(sum.Open, p.Open)
		for i := range p.Failures {
			sum.addFailure(&p.Failures[i])
		}
		if sum.Fault == nil || sum.Fault.Inconclusive && p.Fault != nil {
			sum.Fault = p.Fault
		}
		sum.Coverage.add(p.Coverage)
	}
	slices.SortFunc(sum.Shards, func(a, b Shard) int { return a.Number - b.Number })
	slices.SortStableFunc(sum.Failures, func(a, b FoundFailure) int { return a.Run - b.Run })
	sum.Decide()
	return &sum, nil
}

func (x *Exploration) fits(p *Exploration) error {
	switch {
	case p.Tool != x.Tool:
		return fmt.Errorf("found reports of syncproof %s and %s; expected one version, as a seed means other worlds to each", x.Tool, p.Tool)
	case p.Engine != x.Engine || p.Fidelity != x.Fidelity:
		return fmt.Errorf("found explorations of %s at %s fidelity and of %s at %s fidelity; expected the same", x.Engine, x.Fidelity, p.Engine, p.Fidelity)
	case p.Seed != x.Seed || p.Records != x.Records || p.Edits != x.Edits || p.Faults != x.Faults:
		return fmt.Errorf("found explorations of different worlds (seeds %d and %d); expected shards of one, with one --seed and size", x.Seed, p.Seed)
	}
	if p.Exact != x.Exact {
		return fmt.Errorf("found explorations with --exact and without it; expected shards of one, as both draw other worlds from one seed")
	}
	if !x.Coverage.sameShape(p.Coverage) {
		return fmt.Errorf("found coverages of different shapes; expected those of one version")
	}
	for _, a := range x.Shards {
		for _, b := range p.Shards {
			if a.Of != b.Of {
				return fmt.Errorf("found shards of %d and of %d; expected shards of one division", a.Of, b.Of)
			}
			if a.Number == b.Number {
				return fmt.Errorf("found shard %d/%d twice; expected each once", a.Number, a.Of)
			}
		}
	}
	if len(x.Shards) == 0 || len(p.Shards) == 0 {
		return fmt.Errorf("found two explorations of all worlds; expected shards, as --shard 1/2 and --shard 2/2 make them")
	}
	return nil
}

// addFailure adds what another shard found; of one kind the smaller case stays.
func (x *Exploration) addFailure(f *FoundFailure) {
	for i := range x.Failures {
		own := &x.Failures[i]
		if own.Invariant != f.Invariant || own.Role != f.Role {
			continue
		}
		times := own.Times + f.Times
		if f.Shrunk < own.Shrunk || f.Shrunk == own.Shrunk && f.Run < own.Run {
			*own = *f
		}
		own.Times = times
		return
	}
	x.Failures = append(x.Failures, *f)
}

func (c *ExploredCoverage) clone() *ExploredCoverage {
	d := *c
	d.Pairs, d.Marks, d.Seen = slices.Clone(c.Pairs), slices.Clone(c.Marks), slices.Clone(c.Seen)
	for i := range d.Pairs {
		d.Pairs[i].Runs = slices.Clone(d.Pairs[i].Runs)
	}
	return &d
}

func (c *ExploredCoverage) add(other *ExploredCoverage) {
	for i := range c.Pairs {
		for j := range c.Pairs[i].Runs {
			c.Pairs[i].Runs[j] += other.Pairs[i].Runs[j]
		}
	}
	for i := range c.Marks {
		c.Marks[i].Runs += other.Marks[i].Runs
	}
	c.Seen.Merge(other.Seen)
	c.Situations = c.Seen.Distinct()
}

// addCounts adds two lists by name and keeps them in order.
func addCounts(a, b []Count) []Count {
	for _, c := range b {
		i := slices.IndexFunc(a, func(x Count) bool { return x.Name == c.Name })
		if i < 0 {
			a = append(a, c)
		} else {
			a[i].Runs += c.Runs
		}
	}
	slices.SortFunc(a, func(x, y Count) int { return strings.Compare(x.Name, y.Name) })
	return a
}

// check refuses a document that this version cannot add up.
func (x *Exploration) check() error {
	c := x.Coverage
	switch {
	case c == nil || len(c.Seen) != sketch.Bytes:
		return fmt.Errorf("no coverage with a sketch of %d bytes", sketch.Bytes)
	case x.Runs < 0 || x.Failed < 0 || x.Undecided < 0 || x.Failed+x.Undecided > x.Runs:
		return fmt.Errorf("%d runs, %d failed and %d undecided", x.Runs, x.Failed, x.Undecided)
	case (x.Failed > 0) != (len(x.Failures) > 0):
		return fmt.Errorf("%d failed runs and %d kinds of failure", x.Failed, len(x.Failures))
	}
	for _, f := range c.Pairs {
		if len(f.Runs) != len(c.States) {
			return fmt.Errorf("%d numbers for the fault %q and its %d states", len(f.Runs), f.Fault, len(c.States))
		}
	}
	return nil
}

// sameShape reports whether two coverages count the same things.
func (c *ExploredCoverage) sameShape(other *ExploredCoverage) bool {
	return slices.Equal(c.States, other.States) &&
		slices.EqualFunc(c.Pairs, other.Pairs, func(a, b FaultStates) bool { return a.Fault == b.Fault }) &&
		slices.EqualFunc(c.Marks, other.Marks, func(a, b Count) bool { return a.Name == b.Name })
}

// wallTime is how long the exploration took, of all shards together.
func (x *Exploration) wallTime() time.Duration { return time.Duration(x.Wall * float64(time.Second)) }
