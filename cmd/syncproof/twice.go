package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// determinism is the relation between two runs that --twice judges.
var determinism = check.Invariant{
	Name:     "determinism",
	Sentence: "the same scenario and seed give the same journal, byte for byte, in another process",
	Rules:    []string{"CR-8"},
}

// againVerb is the hidden verb of the other process.
const againVerb = "again"

func newAgain(a *app) *cobra.Command {
	var engine engineFlag
	cmd := &cobra.Command{
		Use:    againVerb,
		Short:  "the other process of run --twice",
		Hidden: true,
		Long: `Plays the worlds that another syncproof process asks for on standard input, and
answers on standard output. It is started by --twice and of no use by itself.`,
		Example: `  syncproof run --twice`,
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			simulate := a.simulate
			if simulate == nil {
				simulate = sim.Run
			}
			varied := func(ctx context.Context, sc *scenarios.Scenario, o sim.Options) (*sim.Result, error) {
				o.Variation = engine.variation()
				return simulate(ctx, sc, o)
			}
			if err := again.Serve(cmd.Context(), a.in, a.out, varied); err != nil {
				return misuse("it is started by `syncproof run --twice`", "%w", err)
			}
			return nil
		},
	}
	engine.addTo(cmd.Flags())
	return cmd
}

// twin judges the determinism of one worker's cases. The nil twin judges none.
type twin struct {
	p       *player
	process *again.Twin
	missing error // why there is no process
}

func (p *player) twin() *twin {
	if !p.twice {
		return nil
	}
	self, err := again.Self(againVerb, "--engine", p.engine.String())
	return &twin{p: p, process: again.New(self), missing: err}
}

func (t *twin) close() {
	if t != nil {
		t.process.Close()
	}
}

// judge plays the case's world again and adds the result of the comparison. A
// second run that cannot be had is the harness's fault, never the engine's.
func (t *twin) judge(ctx context.Context, j job, c *reports.Case) {
	if t == nil || c.Fault != nil {
		return
	}
	began := time.Now()
	d, err := t.compare(ctx, j, c)
	c.Wall += time.Since(began)
	var trouble *again.Trouble
	switch {
	case errors.As(err, &trouble):
		c.Fault = &reports.Fault{Inconclusive: trouble.Inconclusive, Message: trouble.Message, Stack: trouble.Stack}
	case err != nil:
		c.Fault = faultOf(err)
	case d == nil:
		c.Results = append(c.Results, check.Result{
			Name: determinism.Name, Verdict: check.Pass, Seen: c.Events,
			Reason: fmt.Sprintf("%d events, the same in another process with %s", c.Events, t.process.Settings()),
		})
	default:
		c.Results = append(c.Results, different(c.Journal, d))
	}
}

func (t *twin) compare(ctx context.Context, j job, c *reports.Case) (*again.Difference, error) {
	if t.missing != nil {
		return nil, t.missing
	}
	text, err := j.sc.Marshal()
	if err != nil {
		return nil, fmt.Errorf("hand %s to another process: %w", c.Name, err)
	}
	return t.process.Compare(ctx, again.World{
		Path: j.sc.Path, Scenario: text, Seed: c.Seed, Fidelity: t.p.fidelity,
		Until: t.p.until, EventsMax: t.p.eventsMax, Stall: t.p.stall,
	}, c.Journal, c.Hash)
}

// different is the failed check, with both events as a journal prints them.
func different(journal []trace.Event, d *again.Difference) check.Result {
	here, there := shared(journal, d.Op, d.First), shared(journal, d.Op, d.Second)
	message := fmt.Sprintf("event #%d is the first that differs", d.Op)
	if len(d.Fields) > 0 {
		message += ", in " + strings.Join(d.Fields, ", ")
	}
	message += fmt.Sprintf("; here: %s; in another process with %s: %s", here, d.Settings, there)
	r := check.Result{
		Name: determinism.Name, Verdict: check.Fail, Seen: len(journal), Reason: message,
		Findings: []check.Finding{{Message: message}},
	}
	if d.First != nil {
		r.Findings[0].Ops = []uint64{d.Op}
	}
	return r
}

// shared prints an event as the one after those that both runs share.
func shared(journal []trace.Event, op uint64, e *trace.Event) string {
	if e == nil {
		return "the run has ended"
	}
	before := journal[:op-1]
	return reports.NewJournal(append(before[:len(before):len(before)], *e)).Line(e)
}
