package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"github.com/syncproof/syncproof/mocks/host"
)

// keepEvery is how often a mock's state is written down while it changes. A
// mock that is killed loses what came since.
const keepEvery = 2 * time.Second

// keep writes a mock's state to a folder, and takes it up from there.
type keep struct {
	path string
	host *host.Host
	lock *flock.Flock
	once sync.Mutex // one save at a time
}

// openKeep takes up the state that the folder holds, if it holds one.
func openKeep(dir, kind string, h *host.Host) (*keep, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, misuse("", "--data %s: %w", dir, err)
	}
	lock := flock.New(filepath.Join(dir, kind+".lock"))
	switch held, err := lock.TryLock(); {
	case err != nil:
		return nil, misuse("", "--data %s: %w", dir, err)
	case !held:
		return nil, misuse("give it another folder", "--data %s: another %s mock keeps its state there", dir, kind)
	}
	k := &keep{path: filepath.Join(dir, kind+".json"), host: h, lock: lock}
	text, err := os.ReadFile(k.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return k, nil
	case err == nil:
		err = h.Load(text)
	}
	if err != nil {
		k.unlock()
		return nil, misuse("move the file away to begin anew", "%s: %w", k.path, err)
	}
	return k, nil
}

// run saves now and then until the context ends.
func (k *keep) run(ctx context.Context) {
	tick := time.NewTicker(keepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			// What cannot be written now is tried again, and at the end said.
			_ = k.save()
		}
	}
}

// save writes the state if it has changed, whole or not at all.
func (k *keep) save() error {
	k.once.Lock()
	defer k.once.Unlock()
	if !k.host.Changed() {
		return nil
	}
	text, err := k.host.Save()
	if err != nil {
		return broken("the state cannot be kept: %w", err)
	}
	return writeFile(k.path, func(w io.Writer) error {
		_, err := w.Write(text)
		return err
	})
}

// unlock lets another mock have the folder.
func (k *keep) unlock() { _ = k.lock.Unlock() }
