package live

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"github.com/syncproof/syncproof/engine"
)

type knownRecord = engine.Record

// contestant is the engine under test, in one of its forms. No method is called
// with the world's lock held but lay and setFull.
type contestant interface {
	// lay makes the engine's store know records and feed positions, where it
	// can, before the first start.
	lay(known []*engine.Record, cursors []engine.PutCursor) error
	// start begins a process on what the one before left on its disk, and
	// returns when it is ready.
	start(ctx context.Context) error
	// kill ends the process at once, and wipe empties its disk.
	kill()
	wipe()
	// setFull lets the engine's disk take no write from now on, or take them again.
	// The world's lock is held. It lasts over the next starts.
	setFull(full bool) error
	// idle says that the engine has nothing to do, as far as it can be asked.
	idle() bool
	// died tells once that the process ended by itself.
	died() <-chan error
	// stop ends the process for good; it may be called again.
	stop()
}

// newContestant makes the engine of the form that the options name.
func (w *world) newContestant() (contestant, error) {
	switch w.options.Form {
	case InProcess:
		return newInProcess(w)
	case Command, ByURL:
		return newForeign(w)
	default:
		return newServed(w)
	}
}

// worldName keeps the lines of several worlds apart at one Toxiproxy.
func worldName() string {
	var b [4]byte
	_, _ = rand.Read(b[:]) // it never fails
	return "syncproof-" + hex.EncodeToString(b[:]) + "."
}
