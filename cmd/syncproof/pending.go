package main

import (
	"io"
	"path/filepath"

	"github.com/spf13/pflag"
)

// wanted is a file that a verb was asked to write of its document, "" if it
// was not.
type wanted[T any] struct {
	flag string
	path string
	fill func(T, io.Writer) error
}

// pending are files that are begun before anything runs, and appear under
// their names once they are complete.
type pending[T any] struct {
	files []*output
	fill  []func(T, io.Writer) error
}

// onlyLists refuses the flags for files beside --list, which plays nothing
// that could be written to them.
func onlyLists(list bool, flags *pflag.FlagSet, files ...string) error {
	for _, name := range files {
		if list && flags.Changed(name) {
			return misuse("leave --list out, or redirect its --json", "--%s does not go with --list, which plays nothing", name)
		}
	}
	return nil
}

// openAll begins all files that are wanted, or none. Two under one name are
// refused: one would take the place of the other.
func openAll[T any](all []wanted[T]) (*pending[T], error) {
	p := &pending[T]{}
	named := map[string]string{}
	for _, want := range all {
		if want.path == "" {
			continue
		}
		begun, err := createOutput(want.path)
		if err != nil {
			p.discard()
			return nil, err
		}
		p.files, p.fill = append(p.files, begun), append(p.fill, want.fill)
		if begun.direct {
			continue
		}
		place, err := filepath.Abs(begun.path)
		if err != nil {
			p.discard()
			return nil, broken("cannot write %s: %w", want.path, err)
		}
		if other := named[place]; other != "" {
			p.discard()
			return nil, misuse("give each a file of its own", "%s and %s both name %s", other, want.flag, want.path)
		}
		named[place] = want.flag
	}
	return p, nil
}

// write fills and commits the files. Each is tried, whatever became of the others.
func (p *pending[T]) write(doc T) error {
	var first error
	for i, f := range p.files {
		err := p.fill[i](doc, f)
		if err != nil {
			f.discard()
			err = broken("cannot write %s: %w", f.path, err)
		} else {
			err = f.commit()
		}
		if first == nil {
			first = err
		}
	}
	p.files = nil
	return first
}

// discard drops what was not written.
func (p *pending[T]) discard() {
	for _, f := range p.files {
		f.discard()
	}
	p.files = nil
}
