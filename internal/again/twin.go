package again

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// patience is added to twice the stall before a process that says nothing at
// all is given up: its own watchdog speaks sooner and knows more.
const patience = 10 * time.Second

// Command is how the other process is started.
type Command struct {
	// Path is the binary, Args its arguments with the name first; it must call
	// Serve on its standard input and output.
	Path string
	Args []string
}

// Self is the running binary with other arguments.
func Self(args ...string) (Command, error) {
	path, err := os.Executable()
	if err != nil {
		return Command{}, fmt.Errorf("find the running binary, to play again with it: %w", err)
	}
	return Command{Path: path, Args: append([]string{os.Args[0]}, args...)}, nil
}

// Twin is another process that plays worlds again. It is started when it is
// first needed and, should it die, for the next world. It is for one goroutine
// at a time.
type Twin struct {
	command  Command
	settings []string
	child    *child
}

// New makes a Twin. Close it.
func New(c Command) *Twin {
	return &Twin{command: c, settings: otherSettings(runtime.GOMAXPROCS(0), os.Getenv("GOGC"))}
}

// otherSettings differ from this process's in everything that the runtime
// lets choose and that must not matter.
func otherSettings(procs int, gogc string) []string {
	other := []string{"GOMAXPROCS=1", "GOGC=30"}
	if procs == 1 {
		other[0] = "GOMAXPROCS=2"
	}
	if gogc == "30" {
		other[1] = "GOGC=400"
	}
	return other
}

// Settings of the other process, as they would be written before a command.
func (t *Twin) Settings() string { return strings.Join(t.settings, " ") }

// Compare plays the world again and compares what happened with events, whose
// hash is given. It returns nil if the journals are the same, else the first
// event that differs. An error is the context's or a *Trouble.
func (t *Twin) Compare(ctx context.Context, w World, events []trace.Event, hash string) (*Difference, error) {
	if t.child == nil {
		child, err := start(t.command, t.settings)
		if err != nil {
			return nil, troublef("%s did not start: %v", t.command.Path, err)
		}
		t.child = child
	}
	d, err := t.compare(ctx, &w, events, hash)
	if err != nil {
		t.abandon()
	}
	return d, err
}

func (t *Twin) compare(ctx context.Context, w *World, events []trace.Event, hash string) (*Difference, error) {
	limit := 2*w.Stall + patience
	second, err := t.child.ask(ctx, limit, &request{Ask: askPlay, World: *w})
	if err != nil || second.Hash == hash {
		return nil, err
	}
	checks, err := t.child.ask(ctx, limit, &request{Ask: askCheckpoints})
	if err != nil {
		return nil, err
	}
	from := differingBlock(trace.Checkpoints(events), checks.Checkpoints)
	to := from + trace.CheckpointEvery
	block, err := t.child.ask(ctx, limit, &request{Ask: askBlock, From: from, To: to})
	if err != nil {
		return nil, err
	}
	d := differenceIn(from, slices.Clone(events[min(from, len(events)):min(to, len(events))]), block.Block)
	if d == nil {
		return nil, troublef("its hash is %s, not %s, and yet no event differs", second.Hash, hash)
	}
	d.Settings = t.Settings()
	return d, nil
}

// abandon ends a process that cannot be used any more.
func (t *Twin) abandon() {
	t.child.kill()
	t.child = nil
}

// Close ends the other process.
func (t *Twin) Close() {
	if t.child != nil {
		t.child.end()
		t.child = nil
	}
}
