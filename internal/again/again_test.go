package again_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// roleEnv makes this test binary the other process, with the engine that the
// argument names.
const roleEnv = "SYNCPROOF_AGAIN_ROLE"

func TestMain(m *testing.M) {
	role := os.Getenv(roleEnv)
	if role == "" {
		os.Exit(m.Run())
	}
	if err := again.Serve(context.Background(), os.Stdin, os.Stdout, engines[os.Args[1]]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// engines are what the second process may run, by name.
var engines = map[string]again.Simulate{
	"sound":     sim.Run,
	"map order": mapOrder,
	"counter":   counter,
	"cut short": cutShort,
	"dies": func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error) {
		os.Exit(3)
		return nil, nil
	},
	"panics":     func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error) { panic("boom") },
	"stops":      stops,
	"late panic": latePanic,
}

// mapOrder words the last event by the order of a map.
func mapOrder(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
	return worded(ctx, sc, o, func() string {
		letters, text := map[rune]bool{}, ""
		for r := 'a'; r <= 'z'; r++ {
			letters[r] = true
		}
		for r := range letters {
			text += string(r)
		}
		return text
	})
}

var runs int

// counter words the last event by the number of runs in this process.
func counter(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
	return worded(ctx, sc, o, func() string { runs++; return fmt.Sprint("run ", runs) })
}

// worded plays the world and gives its last event a text.
func worded(ctx context.Context, sc *scenarios.Scenario, o sim.Options, text func() string) (*sim.Result, error) {
	return journalled(ctx, sc, o, func(events []trace.Event) []trace.Event {
		events[len(events)-1].Text = text()
		return events
	})
}

// cutShort leaves the last event out.
func cutShort(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
	return journalled(ctx, sc, o, func(events []trace.Event) []trace.Event { return events[:len(events)-1] })
}

// journalled plays the world and writes its journal anew, as edited.
func journalled(ctx context.Context, sc *scenarios.Scenario, o sim.Options, edit func([]trace.Event) []trace.Event) (*sim.Result, error) {
	r, err := sim.Run(ctx, sc, o)
	if err != nil {
		return nil, err
	}
	now := int64(0)
	j := trace.NewJournal(func() int64 { return now })
	for _, e := range edit(slices.Clone(r.Events)) {
		now = e.At
		j.Emit(e)
	}
	return &sim.Result{Scenario: sc, Events: j.Events(), Hash: j.Hash(), Ended: r.Ended}, nil
}

// stops never moves on.
func stops(ctx context.Context, _ *scenarios.Scenario, _ sim.Options) (*sim.Result, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

// latePanic plays two worlds and panics in the third.
func latePanic(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
	if runs++; runs == 3 {
		panic("boom")
	}
	return sim.Run(ctx, sc, o)
}

const conflict = `
scenario: both edited
policy: {tolerance: 2s}
records:
  - {id: ada, first_name: Ada, last_name: Lovelace, version: 41}
timeline:
  - {at: 20s, edit: ada, on: cc, as: agent, set: {notes: call back on Monday}}
  - {at: 23s, edit: ada, on: crm, as: user, set: {notes: VIP}}
  - {at: 1m, edit: ada, on: crm, as: user, set: {title: "Director {n}"}, every: 1m, times: 4}
`

// pair plays the conflict here with one engine and makes a twin with another.
func pair(t *testing.T, here again.Simulate, there string) (*again.Twin, again.World, *sim.Result) {
	t.Helper()
	t.Setenv(roleEnv, "twin")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	twin := again.New(again.Command{Path: self, Args: []string{self, there}})
	t.Cleanup(twin.Close)
	w := again.World{Path: "conflict.yaml", Scenario: []byte(conflict), Seed: 7, Stall: time.Minute}
	return twin, w, played(t, here, &w)
}

func played(t *testing.T, simulate again.Simulate, w *again.World) *sim.Result {
	t.Helper()
	sc, err := scenarios.Parse(w.Path, w.Scenario)
	if err != nil {
		t.Fatal(err)
	}
	r, err := simulate(context.Background(), sc, sim.Options{Seed: &w.Seed, Until: w.Until, EventsMax: w.EventsMax})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestASoundEngineIsTheSame(t *testing.T) {
	twin, w, r := pair(t, sim.Run, "sound")
	for range 2 {
		if d, err := twin.Compare(t.Context(), w, r.Events, r.Hash); d != nil || err != nil {
			t.Fatalf("difference %+v, error %v", d, err)
		}
	}
	cut := w
	cut.Until = 40
	r = played(t, sim.Run, &cut)
	if d, err := twin.Compare(t.Context(), cut, r.Events, r.Hash); d != nil || err != nil {
		t.Fatalf("until 40: difference %+v, error %v", d, err)
	}
}

// TestTheFirstDifferingEventIsNamed: one that lies behind the first checkpoint.
func TestTheFirstDifferingEventIsNamed(t *testing.T) {
	for _, name := range []string{"map order", "counter"} {
		t.Run(name, func(t *testing.T) {
			runs = 0
			twin, w, r := pair(t, engines[name], name)
			last := r.Events[len(r.Events)-1]
			if last.Op <= trace.CheckpointEvery {
				t.Fatalf("%d events: no checkpoint is passed", last.Op)
			}
			d, err := twin.Compare(t.Context(), w, r.Events, r.Hash)
			if err != nil || d == nil {
				t.Fatalf("difference %+v, error %v", d, err)
			}
			if d.Op != last.Op || !slices.Equal(d.Fields, []string{"Text"}) {
				t.Errorf("#%d in %v, want #%d in Text", d.Op, d.Fields, last.Op)
			}
			if d.First == nil || d.First.Text != last.Text || d.Second == nil || len(d.Second.Text) == 0 || d.Second.Text == last.Text {
				t.Errorf("here %+v, there %+v", d.First, d.Second)
			}
			if !strings.Contains(d.Settings, "GOMAXPROCS=") || !strings.Contains(d.Settings, "GOGC=") {
				t.Errorf("settings %q", d.Settings)
			}
		})
	}
}

func TestARunThatEndsSoonerDiffers(t *testing.T) {
	twin, w, r := pair(t, sim.Run, "cut short")
	d, err := twin.Compare(t.Context(), w, r.Events, r.Hash)
	if err != nil || d == nil || d.Second != nil || d.First == nil || d.Op != uint64(len(r.Events)) {
		t.Fatalf("difference %+v, error %v", d, err)
	}
	twin, w, r = pair(t, cutShort, "sound")
	d, err = twin.Compare(t.Context(), w, r.Events, r.Hash)
	if err != nil || d == nil || d.First != nil || d.Second == nil || d.Op != uint64(len(r.Events))+1 {
		t.Fatalf("difference %+v, error %v", d, err)
	}
}

func TestTroubleIsNoDifference(t *testing.T) {
	tests := []struct {
		there, message string
		inconclusive   bool
	}{
		{"dies", "died: exit status 3", false},
		{"panics", "panic: boom", false},
		{"stops", "nothing moved for 50ms", true},
	}
	for _, tt := range tests {
		t.Run(tt.there, func(t *testing.T) {
			twin, w, r := pair(t, sim.Run, tt.there)
			if tt.inconclusive {
				w.Stall = 50 * time.Millisecond // for the run that stands still anyway
			}
			d, err := twin.Compare(t.Context(), w, r.Events, r.Hash)
			var trouble *again.Trouble
			if d != nil || !errors.As(err, &trouble) || trouble.Inconclusive != tt.inconclusive || !strings.Contains(trouble.Message, tt.message) {
				t.Fatalf("difference %+v, error %+v", d, err)
			}
			if !strings.Contains(trouble.Message, "in another process") {
				t.Errorf("the message does not say where: %s", trouble.Message)
			}
		})
	}
}

func TestABinaryThatCannotStart(t *testing.T) {
	_, w, r := pair(t, sim.Run, "sound")
	twin := again.New(again.Command{Path: "/nowhere/syncproof", Args: []string{"syncproof"}})
	_, err := twin.Compare(t.Context(), w, r.Events, r.Hash)
	var trouble *again.Trouble
	if !errors.As(err, &trouble) || trouble.Inconclusive || !strings.Contains(trouble.Message, "/nowhere/syncproof did not start") {
		t.Fatalf("error %+v", err)
	}
}

// TestTheNextWorldGetsANewProcess after one that broke.
func TestTheNextWorldGetsANewProcess(t *testing.T) {
	twin, w, r := pair(t, sim.Run, "late panic")
	if d, err := twin.Compare(t.Context(), w, r.Events, r.Hash); d != nil || err != nil {
		t.Fatalf("first: difference %+v, error %v", d, err)
	}
	if _, err := twin.Compare(t.Context(), w, r.Events, r.Hash); err == nil {
		t.Fatal("second: the panic was not reported")
	}
	if d, err := twin.Compare(t.Context(), w, r.Events, r.Hash); d != nil || err != nil {
		t.Fatalf("third: difference %+v, error %v", d, err)
	}
}

func TestAnInterruptIsNoTrouble(t *testing.T) {
	twin, w, r := pair(t, sim.Run, "stops")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := twin.Compare(ctx, w, r.Events, r.Hash); !errors.Is(err, context.Canceled) {
		t.Fatalf("error %v", err)
	}
}

func TestServeRefusesWhatIsNoRequest(t *testing.T) {
	err := again.Serve(t.Context(), strings.NewReader("hello there, this is a terminal\n"), &strings.Builder{}, sim.Run)
	if err == nil || !strings.Contains(err.Error(), "no request") {
		t.Fatalf("error %v", err)
	}
}
