package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
)

// progressAfter is how long a run stays silent before a bar appears.
const progressAfter = time.Second

// progress is a bar on standard error for runs that take longer than a
// moment. Its zero value shows nothing: that is what a pipe gets.
type progress struct {
	mu    sync.Mutex
	bar   *progressbar.ProgressBar
	make  func() *progressbar.ProgressBar
	began time.Time
	done  int
	// byTime: the bar counts seconds.
	byTime bool
}

// newProgress makes a bar over total scenarios if somebody is there to see it:
// the terminal of a CI system (CI is set) only goes into a log.
func (a *app) newProgress(total int) *progress {
	f, ok := terminal(a.errors)
	ci := os.Getenv("CI")
	if !ok || a.quiet || ci != "" && ci != "false" {
		return &progress{}
	}
	return &progress{began: time.Now(), make: func() *progressbar.ProgressBar {
		return progressbar.NewOptions(total,
			progressbar.OptionSetWriter(f),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionShowCount(),
			progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetWidth(20),
			progressbar.OptionSetTheme(progressbar.Theme{Saucer: "=", SaucerHead: ">", SaucerPadding: " ", BarStart: "[", BarEnd: "]"}),
			progressbar.OptionClearOnFinish(),
		)
	}}
}

// visible reports whether the bar is up, and puts it up when it is time.
func (p *progress) visible() bool {
	if p.bar == nil && p.make != nil && time.Since(p.began) >= progressAfter {
		p.bar = p.make()
		_ = p.bar.Set(p.done)
	}
	return p.bar != nil
}

// moved says which scenario is where. It may be called from any goroutine.
func (p *progress) moved(name string, at scenarios.Duration, events int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.visible() {
		p.bar.Describe(fmt.Sprintf("%s at %s, %d events", reports.Fit(reports.Plain(name), 30), reports.Clock(time.Duration(at)), events))
	}
}

// print runs write with the bar out of the way, and counts one scenario done.
func (p *progress) print(write func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
	if p.visible() {
		_ = p.bar.Clear()
		write()
		_ = p.bar.Set(p.done)
		return
	}
	write()
}

// finish takes the bar away.
func (p *progress) finish() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar != nil {
		_ = p.bar.Clear()
		p.bar, p.make = nil, nil
	}
}
