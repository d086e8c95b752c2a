package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
)

// playAll plays the jobs in the given order of starting, several at once, and
// reports them in their own order. journal, if not nil, gets all their events.
func (a *app) playAll(ctx context.Context, jobs []job, order []int, f *runFlags, p *player, journal *output) (*reports.Suite, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	bar := a.newProgress(len(jobs))
	defer bar.finish()
	p.moved = bar.moved
	results := start(ctx, jobs, order, f.jobs, p)
	suite := &reports.Suite{Tool: version(), Invariants: check.Invariants(), NotApplicable: p.left}
	if p.twice {
		suite.Invariants = append(suite.Invariants, determinism)
	}
	style := a.style()
	style.Decisions = f.decisions
	table := reports.NewConsole(a.out, style, namesOf(jobs))
	began := time.Now()
	for i := range jobs {
		c := <-results[i]
		if journal != nil {
			if err := reports.Records(journal, c.Name, c.Journal); err != nil {
				return nil, broken("cannot write %s: %w", journal.path, err)
			}
		}
		if c.Verdict() == reports.Pass {
			c.Journal = nil // nothing points into it any more
		}
		suite.Cases = append(suite.Cases, c)
		bar.print(func() {
			if !a.json {
				table.Case(&c)
			}
		})
		if f.failFast && c.Verdict() != reports.Pass {
			break
		}
	}
	bar.finish()
	suite.NotRun = len(jobs) - len(suite.Cases)
	suite.Wall = time.Since(began)
	if !p.drilled {
		suite.RerunOne = p.rerun("NAME", p.seed)
		suite.RerunFailed = p.rerunFailed(suite)
	}
	if a.json {
		return suite, reports.JSON(a.out, suite)
	}
	return suite, table.Close(suite)
}

// rerunMost bounds the names of a command that a reader is to copy.
const rerunMost = 12

// rerunFailed is the command that repeats what is no pass.
func (p *player) rerunFailed(s *reports.Suite) string {
	var names []string
	for i := range s.Cases {
		if c := &s.Cases[i]; c.Verdict() != reports.Pass {
			names = append(names, shellWord(c.Name))
		}
	}
	if len(names) > rerunMost {
		return ""
	}
	return p.rerun(strings.Join(names, " "), p.seed)
}

// start plays all jobs, at most n at once, and gives a channel for the result
// of each.
func start(ctx context.Context, jobs []job, order []int, n int, p *player) []chan reports.Case {
	results := make([]chan reports.Case, len(jobs))
	for i := range results {
		results[i] = make(chan reports.Case, 1)
	}
	var mu sync.Mutex
	next := 0
	take := func() (int, bool) {
		mu.Lock()
		defer mu.Unlock()
		if next == len(order) {
			return 0, false
		}
		next++
		return order[next-1], true
	}
	for range min(n, len(jobs)) {
		go func() {
			twin := p.twin()
			defer twin.close()
			for i, ok := take(); ok; i, ok = take() {
				c := p.play(ctx, jobs[i])
				twin.judge(ctx, jobs[i], &c)
				results[i] <- c
			}
		}()
	}
	return results
}

func inOrder(n int) []int {
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	return order
}

func permutation(n int, seed uint64) []int {
	return rand.New(rand.NewPCG(seed, 0)).Perm(n)
}

func namesOf(jobs []job) []string {
	names := make([]string, len(jobs))
	for i, j := range jobs {
		names[i] = j.name
	}
	return names
}

// writeJSON writes any value as indented JSON to standard output.
func (a *app) writeJSON(v any) error {
	enc := json.NewEncoder(a.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
