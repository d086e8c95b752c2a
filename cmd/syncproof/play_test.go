package main

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

func sample(name string) job {
	sc := scenarios.New()
	sc.Title, sc.Path = name, name+".yaml"
	return job{name: name, sc: sc}
}

// behaves plays each scenario by its title.
func behaves(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
	switch sc.Title {
	case "panics":
		panic("boom")
	case "blocks":
		<-ctx.Done()
		return nil, ctx.Err()
	case "blocked in an adapter":
		return nil, &sim.HarnessError{Inconclusive: true, Message: "Read blocks outside RoundTrip"}
	case "broken":
		return nil, errors.New("the disk of the harness is full")
	}
	return &sim.Result{Scenario: sc, Ended: "idle", Hash: "abc", Events: []trace.Event{{Op: 1, At: int64(time.Minute), Kind: trace.End, Code: "idle"}}}, nil
}

func TestPlayMakesEveryTroubleAFaultOfItsOwn(t *testing.T) {
	tests := []struct {
		name, message string
		inconclusive  bool
	}{
		{"panics", "panic: boom", false},
		{"broken", "the disk of the harness is full", false},
		{"blocked in an adapter", "Read blocks outside RoundTrip", true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := &player{stall: time.Minute, simulate: behaves}
			c := p.play(context.Background(), sample(tt.name))
			if c.Fault == nil || c.Fault.Inconclusive != tt.inconclusive || !strings.Contains(c.Fault.Message, tt.message) {
				t.Fatalf("fault %+v", c.Fault)
			}
			if c.Name != tt.name || c.Rerun == "" {
				t.Errorf("the case lost its name or rerun line: %+v", c)
			}
		})
	}
}

func TestPlayGivesUpARunThatStandsStill(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	p := &player{stall: 20 * time.Millisecond, simulate: behaves}
	c := p.play(ctx, sample("blocks"))
	if c.Verdict() != reports.Inconclusive || c.Fault == nil {
		t.Fatalf("verdict %v, fault %+v", c.Verdict(), c.Fault)
	}
	for _, part := range []string{"blocks outside its RoundTrip", "syncproof.behaves at "} {
		if !strings.Contains(c.Fault.Message, part) {
			t.Errorf("the message does not say %q: %s", part, c.Fault.Message)
		}
	}
}

func TestPlayAllKeepsTheOrder(t *testing.T) {
	jobs := []job{sample("one"), sample("panics"), sample("two"), sample("broken"), sample("three")}
	for _, order := range [][]int{inOrder(5), {4, 3, 2, 1, 0}, permutation(5, 9)} {
		var out bytes.Buffer
		a := &app{out: &out, errors: &bytes.Buffer{}}
		p := &player{stall: time.Minute, simulate: behaves, quick: true}
		suite, err := a.playAll(context.Background(), jobs, order, &runFlags{jobs: 3}, p, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for i := range suite.Cases {
			got = append(got, suite.Cases[i].Name)
		}
		if strings.Join(got, " ") != "one panics two broken three" {
			t.Errorf("order %v: cases %v", order, got)
		}
		if suite.Cases[2].Fault != nil || suite.Cases[4].Fault != nil {
			t.Error("a fault of one scenario reached another")
		}
		if suite.Verdict() != reports.HarnessFailure {
			t.Errorf("verdict %v", suite.Verdict())
		}
	}
}

func TestFailFastSaysWhatWasLeftOut(t *testing.T) {
	var out bytes.Buffer
	a := &app{out: &out, errors: &bytes.Buffer{}}
	p := &player{stall: time.Minute, simulate: behaves}
	suite, err := a.playAll(context.Background(), []job{sample("broken"), sample("one"), sample("two")}, inOrder(3), &runFlags{jobs: 1, failFast: true}, p, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(suite.Cases) != 1 || suite.NotRun != 2 || !strings.Contains(out.String(), "2 not run") {
		t.Errorf("%d cases, %d not run:\n%s", len(suite.Cases), suite.NotRun, out.String())
	}
}

func TestShellWord(t *testing.T) {
	for in, want := range map[string]string{
		"plain-name.yaml": "plain-name.yaml", "a b": "'a b'", "it's": `'it'\''s'`, "": "''", "$(rm)": "'$(rm)'", "-x": "'-x'", "a;b": "'a;b'",
	} {
		if got := shellWord(in); got != want {
			t.Errorf("shellWord(%q) = %s, want %s", in, got, want)
		}
	}
}
