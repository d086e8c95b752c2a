package main

import (
	"errors"
	"io"
	"os"

	"github.com/syncproof/syncproof/sim/trace"
)

// recorded is one journal of a file.
type recorded struct {
	// scenario is the name under which it was played, "" if the file has none.
	scenario string
	events   []trace.Event
}

// readJournals reads all journals of a file, that `run --journal` or `replay
// --json` wrote; - is standard input. A file without any event is refused.
func (a *app) readJournals(path string) ([]recorded, error) {
	in := a.in
	if path != "-" {
		f, err := os.Open(path)
		if err != nil {
			return nil, unreadable(path, err)
		}
		defer func() { _ = f.Close() }() // it was only read
		in = f
	}
	var all []recorded
	d := trace.NewDecoder(path, in)
	for {
		scenario, e, err := d.Next()
		var line *trace.LineError
		switch {
		case errors.Is(err, io.EOF) && len(all) == 0:
			return nil, misuse(journalHint, "%s: found no event; expected a journal", path)
		case errors.Is(err, io.EOF):
			return all, nil
		case errors.As(err, &line):
			return nil, misuse(journalHint, "%w", err)
		case err != nil:
			return nil, broken("cannot read: %w", err)
		}
		if e.Op == 1 {
			all = append(all, recorded{scenario: scenario})
		}
		last := &all[len(all)-1]
		last.events = append(last.events, e)
	}
}

const journalHint = "`syncproof run --journal FILE` writes journals; `syncproof replay --json` prints one, if nothing is filtered"
