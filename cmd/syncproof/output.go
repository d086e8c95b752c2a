package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// output is a file being written. It appears under its name only when it is
// complete: until then it is a temporary neighbour.
type output struct {
	*os.File
	path   string
	direct bool // a device or pipe, which cannot be replaced
}

// createOutput begins a file. It fails here, before anything runs, if the
// place cannot be written.
func createOutput(path string) (*output, error) {
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return nil, misuse("", "%s is a folder, not a file to write", path)
	}
	if err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return nil, misuse("", "cannot write: %w", err)
		}
		return &output{File: f, path: path, direct: true}, nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return nil, misuse("create the folder first", "cannot write %s: %w", path, err)
	}
	return &output{File: f, path: path}, nil
}

// canKeep refuses a folder in which no file can be made, before anything runs.
// It makes nothing that stays: a search that finds nothing leaves no folder.
func canKeep(dir string) error {
	place := filepath.Clean(dir)
	info, err := os.Stat(place)
	for errors.Is(err, fs.ErrNotExist) && place != filepath.Dir(place) {
		place = filepath.Dir(place)
		info, err = os.Stat(place)
	}
	if err == nil && !info.IsDir() {
		return misuse("give another folder with --dir", "cannot keep failures in %s: %s is a file", dir, place)
	}
	if err == nil {
		var probe *os.File
		if probe, err = os.CreateTemp(place, ".syncproof.*"); err == nil {
			err = errors.Join(probe.Close(), os.Remove(probe.Name()))
		}
	}
	if err != nil {
		return misuse("give another folder with --dir", "cannot keep failures in %s: %w", dir, err)
	}
	return nil
}

// commit makes the file visible under its name.
func (o *output) commit() error {
	if o.direct {
		return o.Close()
	}
	err := errors.Join(o.Chmod(0o644), o.Sync(), o.Close())
	if err == nil {
		err = os.Rename(o.Name(), o.path)
	}
	if err != nil {
		_ = os.Remove(o.Name())
		return broken("cannot write %s: %w", o.path, err)
	}
	return nil
}

// discard leaves no trace of a file that will not be finished.
func (o *output) discard() {
	_ = o.Close()
	if !o.direct {
		_ = os.Remove(o.Name())
	}
}

// writeFile writes a whole file atomically.
func writeFile(path string, write func(io.Writer) error) error {
	o, err := createOutput(path)
	if err != nil {
		return err
	}
	if err := write(o); err != nil {
		o.discard()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return o.commit()
}
