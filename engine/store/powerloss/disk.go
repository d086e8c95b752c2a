// Package powerloss is a disk below SQLite that loses what was not synced. It
// wraps the machine's own VFS and keeps a log of every write, truncation,
// deletion and sync. At a point that the test chooses the power goes: what the
// disk then holds is all that was synced, and of the rest any part, down to
// single sectors, in any order. It can also run full, or fail.
//
// It is for tests. Syncs are noted and not carried out, so that drills are fast.
package powerloss

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
)

// sector is what a disk writes whole or not at all, in bytes.
const sector = 512

// Disk is a VFS and its log.
type Disk struct {
	name string
	mu   sync.Mutex
	// base is what files held when they were first opened.
	base map[string][]byte
	log  []entry
	// cutAfter is how many entries the log takes before the power goes, -1
	// for any number.
	cutAfter int
	cut      bool
	// room is how many bytes may still be written, -1 for any number.
	room int64
	// broken makes every sync fail.
	broken bool
}

// entry is one change of a file.
type entry struct {
	kind   kind
	path   string
	at     int64
	data   []byte
	synced bool
}

type kind uint8

const (
	wrote kind = iota
	truncated
	deleted
)

// Name is how SQLite knows the disk (the vfs parameter of a file's address).
func (d *Disk) Name() string { return d.name }

// CutAfter lets the power go after n more changes.
func (d *Disk) CutAfter(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.cutAfter = len(d.log) + n
	d.cut = n == 0
}

// Cut reports whether the power is gone. What returned before was done before.
func (d *Disk) Cut() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cut
}

// Room bounds what can still be written, in bytes; -1 lifts the bound.
func (d *Disk) Room(bytes int64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.room = bytes
}

// Break makes every sync fail from now on, or no more.
func (d *Disk) Break(broken bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.broken = broken
}

// Changes counts what was changed so far.
func (d *Disk) Changes() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return len(d.log)
}

// note adds a change to the log, while there is power.
func (d *Disk) note(e entry) {
	if d.cut {
		return
	}
	d.log = append(d.log, e)
	d.cut = d.cutAfter >= 0 && len(d.log) >= d.cutAfter
}

// opened keeps what a file held before.
func (d *Disk) opened(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, known := d.base[path]; known {
		return nil
	}
	held, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	d.base[path] = held
	return nil
}

// synced marks what a sync of a file covers, and reports whether it succeeds.
func (d *Disk) sync(path string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.broken {
		return false
	}
	for i := range d.log {
		if !d.cut && d.log[i].path == path {
			d.log[i].synced = true
		}
	}
	return true
}

// Survivors writes the files into a folder as the disk holds them after the
// power went, and returns how many changes were lost, wholly or in part. The
// seed chooses what of the unsynced changes survives.
func (d *Disk) Survivors(seed uint64, folder string) (lost int, err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	draw := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // it must be repeatable
	files := map[string][]byte{}
	for path, held := range d.base {
		files[path] = append([]byte{}, held...)
	}
	for i := range d.log {
		if !d.log[i].survive(files, draw) {
			lost++
		}
	}
	for path, content := range files {
		if content == nil {
			continue
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(path)), content, 0o600); err != nil {
			return 0, err
		}
	}
	return lost, nil
}

// survive applies what is left of a change, and reports whether that is all.
func (e *entry) survive(files map[string][]byte, draw *rand.Rand) bool {
	fate := draw.IntN(3) // none of it, some of it, all of it
	if e.synced {
		fate = 2
	}
	switch {
	case e.kind == wrote && fate == 1:
		for at := 0; at < len(e.data); at += sector {
			if draw.IntN(2) == 0 {
				part := e.data[at:min(at+sector, len(e.data))]
				files[e.path] = written(files[e.path], e.at+int64(at), part)
			}
		}
	case fate < 2:
	case e.kind == wrote:
		files[e.path] = written(files[e.path], e.at, e.data)
	case e.kind == truncated:
		files[e.path] = resized(files[e.path], e.at)
	case e.kind == deleted:
		files[e.path] = nil
	}
	return fate == 2
}

func written(content []byte, at int64, data []byte) []byte {
	if end := at + int64(len(data)); end > int64(len(content)) {
		content = resized(content, end)
	}
	copy(content[at:], data)
	return content
}

func resized(content []byte, size int64) []byte {
	if size <= int64(len(content)) {
		return content[:size]
	}
	return append(content, make([]byte, size-int64(len(content)))...)
}
