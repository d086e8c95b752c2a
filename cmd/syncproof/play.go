package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
)

// player runs scenarios one at a time.
type player struct {
	seed     *uint64
	until    uint64
	fidelity sim.Fidelity
	// eventsMax bounds a run's journal, 0 for the simulator's own bound.
	eventsMax int
	// stall is how long a run may stand still, in wall time.
	stall time.Duration
	// moved is told how far a run has come; it is called from any goroutine.
	moved func(name string, at scenarios.Duration, events int)
	// engine is the engine under test.
	engine engineFlag
	// crm is the kind of CRM in the place of the scenarios' own.
	crm crmFlag
	// left are the scenarios that this CRM cannot take part in, or that cannot be
	// made live.
	left []reports.NotApplicable
	// quick leaves the judging out.
	quick bool
	// twice plays each scenario again in another process.
	twice bool
	// simulate plays the world; nil is sim.Run.
	simulate again.Simulate
	// manner is the verb that repeats a run, with its flags; "" is run.
	manner string
	// drilled: the seed alone names a case.
	drilled bool
}

// play runs and judges one scenario. Whatever goes wrong with the harness
// becomes the case's fault, so that other cases are none the worse for it.
func (p *player) play(ctx context.Context, j job) reports.Case {
	began := time.Now()
	c := p.attempt(ctx, j)
	c.Wall = time.Since(began)
	return c
}

// blank is a case of which nothing is known yet.
func (p *player) blank(j job) reports.Case {
	seed := j.sc.Seed
	if p.seed != nil {
		seed = *p.seed
	}
	fidelity := p.fidelity.String()
	if p.manner != "" {
		fidelity = "live"
	}
	return reports.Case{
		Name: j.name, Title: j.sc.Title, Path: j.sc.Path, Seed: seed, Fidelity: fidelity,
		Rerun: p.rerun(shellWord(j.name), &seed),
	}
}

// rerun is the command that plays names again; without a seed each by its own.
func (p *player) rerun(names string, seed *uint64) string {
	command := "syncproof " + cmp.Or(p.manner, "run")
	if !p.drilled {
		command += " " + names
	}
	if seed != nil {
		command += fmt.Sprintf(" --seed %d", *seed)
	}
	command += p.crm.arg() + p.engine.arg()
	if p.fidelity != sim.Wire {
		command += " --fidelity " + p.fidelity.String()
	}
	if p.eventsMax > 0 {
		command += fmt.Sprintf(" --max-events %d", p.eventsMax)
	}
	if p.twice {
		command += " --twice"
	}
	return command
}

// attempt plays the scenario under watch, and judges it.
func (p *player) attempt(ctx context.Context, j job) (c reports.Case) {
	c = p.blank(j)
	defer func() {
		if v := recover(); v != nil {
			c.Fault = &reports.Fault{Message: fmt.Sprintf("panic: %v", v), Stack: string(debug.Stack())}
		}
	}()
	options := sim.Options{Seed: p.seed, Fidelity: p.fidelity, Until: p.until, EventsMax: p.eventsMax, Variation: p.engine.variation()}
	if p.moved != nil {
		options.Progress = func(at scenarios.Duration, events int) { p.moved(j.name, at, events) }
	}
	result, err := vigil{p.stall, p.simulate}.play(ctx, j.sc, options)
	if err != nil {
		c.Fault = faultOf(err)
		return c
	}
	c.Hash, c.Ended, c.Exchanges = result.Hash, result.Ended, result.Exchanges
	c.Journal, c.Events = result.Events, len(result.Events)
	if n := len(result.Events); n > 0 {
		c.Virtual = time.Duration(result.Events[n-1].At)
	}
	if !p.quick {
		judged := check.Case{Scenario: result.Scenario, Events: result.Events, Reaction: result.Reaction}
		c.Results, c.Decisions = check.Judge(judged), check.Decisions(judged)
	}
	return c
}

func faultOf(err error) *reports.Fault {
	var h *sim.HarnessError
	switch {
	case errors.As(err, &h):
		return &reports.Fault{Inconclusive: h.Inconclusive, Message: h.Message, Stack: h.Stack}
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return &reports.Fault{Inconclusive: true, Message: "interrupted before the scenario ended"}
	}
	return &reports.Fault{Message: err.Error()}
}

// shellWord quotes a word for a POSIX shell where it has to be.
func shellWord(s string) string {
	safe := s != "" && s[0] != '-' && !strings.ContainsFunc(s, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		return !letter && !strings.ContainsRune("-_./=:@%+,", r)
	})
	if safe {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
