package main

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/syncproof/syncproof/sim/explore"
)

// newSearchProgress is a bar over a search's time or runs, whichever bounds
// it; a search without bounds shows what it has done so far.
func (a *app) newSearchProgress(span time.Duration, runs int) *progress {
	total := -1
	switch {
	case runs > 0:
		total = runs
	case span > 0:
		total = int(span / time.Second)
	}
	p := a.newProgress(total)
	if make := p.make; make != nil && total < 0 {
		p.make = func() *progressbar.ProgressBar {
			bar := make()
			progressbar.OptionSpinnerType(14)(bar)
			return bar
		}
	}
	p.byTime = runs <= 0 && span > 0
	return p
}

// searched says how far a search has come.
func (p *progress) searched(t *explore.Tally) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.visible() {
		return
	}
	pairs, of := t.Coverage.Reached()
	p.bar.Describe(fmt.Sprintf("%d worlds, %.0f/s, %d situations, %d/%d fault-state pairs, %d failures",
		t.Runs, float64(t.Runs)/max(t.Wall.Seconds(), 0.001), t.Coverage.Seen.Distinct(), pairs, of, len(t.Found)))
	at := t.Runs
	if p.byTime {
		at = int(t.Wall / time.Second)
	}
	_ = p.bar.Set(at)
}
