package incident

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/recording"
	"github.com/syncproof/syncproof/scenarios"
)

// Options say what to make of a recording.
type Options struct {
	// CRM is the kind of the CRM, where the recording does not say it.
	CRM string
	// Only are the native ids of the records to take; none takes all.
	Only []string
	// Title of the scenario, default "an incident".
	Title string
}

// Incident is what a recording became.
type Incident struct {
	Scenario *scenarios.Scenario
	Lives    int
	Events   int
	// Names are the native ids of each record, by side, in the order of the
	// scenario's r1, r2 and so on.
	Names [][2]string
	// Left is what the recording holds and the scenario does not say.
	Left []string
}

// errNothing is a recording of a core that had nothing to do.
var errNothing = errors.New("no record was worked on: there is nothing to make a scenario of")

// Read makes a scenario of recordings that follow each other, one for each
// process: a process that died and the next one. The error says which of them
// cannot be read, and where.
func Read(files []string, o Options) (*Incident, error) {
	s := newStory(&o)
	for _, path := range files {
		if err := s.readFile(path); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return s.incident()
}

func (s *story) readFile(path string) error {
	file, err := os.Open(path) //syncproof:allow os a recording is a file
	if err != nil {
		return err
	}
	defer file.Close()
	return s.read(file)
}

func (s *story) read(r io.Reader) error {
	summary, err := recording.ReplayLives(r, func(l recording.Life) service.Machine {
		s.begin(&l)
		return &watched{Core: engine.New(l.Config), s: s}
	})
	s.events += summary.Events
	return err
}

// watched is a core whose events and effects make the story.
type watched struct {
	*engine.Core
	s *story
}

// Step implements service.Machine.
func (w *watched) Step(now engine.Instant, e engine.Event, out *engine.Effects) {
	w.Core.Step(now, e, out)
	w.s.step(now, e, out)
}

// story is what is known of an incident so far.
type story struct {
	o      *Options
	life   recording.Life
	m      *mapping.Mapping
	names  engine.Objects
	lives  int
	events int
	start  engine.Instant // of the first event, 0 before
	last   engine.Instant // of the latest

	people []*person
	byRef  map[engine.Ref]*person
	asked  map[engine.Op]*request
	calls  [2]map[uint64]*exchange
	steps  []dated
	faults []*trouble
	open   [2]*trouble // that goes on
	heard  map[engine.Ref]engine.Instant
	downs  [][2]engine.Instant // when no process ran
	hooked bool                // the contact center sends webhooks
	trips  [2][]time.Duration
	good   [2]engine.Instant // when the latest exchange without trouble ended
	left   []string
}

// dated is a step with its instant.
type dated struct {
	at     engine.Instant
	person *person // nil if the step is about no record
	side   mapping.Side
	stamp  bool // at is what the system's own clock showed
	seen   engine.Instant
	step   scenarios.Step
}

func newStory(o *Options) *story {
	return &story{
		o: o, byRef: map[engine.Ref]*person{}, heard: map[engine.Ref]engine.Instant{},
	}
}

// begin takes in that a life of the core begins. Its first event says when.
func (s *story) begin(l *recording.Life) {
	s.life, s.m, s.names = *l, l.Config.Mapping, l.Config.Objects()
	s.lives++
	s.asked = map[engine.Op]*request{}
	s.calls = [2]map[uint64]*exchange{{}, {}}
	s.open = [2]*trouble{}
}

func (s *story) step(now engine.Instant, e engine.Event, out *engine.Effects) {
	if s.start == 0 {
		s.start = now
	}
	if _, begins := e.(engine.Started); begins && s.lives > 1 {
		s.restarted(now)
	}
	s.last = max(s.last, now)
	s.take(now, e)
	for _, effect := range out.List {
		s.ask(now, effect)
	}
}

// restarted notes that a process, or a life of one, ended and the next began.
func (s *story) restarted(now engine.Instant) {
	step := scenarios.NewStep(scenarios.CrashEngine)
	step.On, step.Crash.Down = "engine", scenarios.Duration(max(now.Sub(s.last), time.Millisecond).Truncate(time.Microsecond))
	s.steps = append(s.steps, dated{at: s.last, step: step})
	s.downs = append(s.downs, [2]engine.Instant{s.last, now})
}

func (s *story) leave(format string, a ...any) {
	text := fmt.Sprintf(format, a...)
	if !slices.Contains(s.left, text) && len(s.left) < leftMax {
		s.left = append(s.left, text)
	}
}

// leftMax bounds what is listed as left out.
const leftMax = 50

// crmKind is the kind of the CRM: as recorded, as said, or by what it can do.
func (s *story) crmKind() string {
	return cmp.Or(s.life.Kinds[mapping.CRM], s.o.CRM, "rest")
}
