package recording

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
)

// DefaultMax is how many bytes a file may have before the next one is begun.
const DefaultMax = 256 << 20

// File is a service.Recorder that writes to a file. When it is full the
// service begins a new life, and with it a new file; the one before is kept
// beside it with .1 behind its name, and older ones are gone. So every file
// begins with the beginning of a life and can be replayed by itself.
type File struct {
	path  string
	most  int64
	file  *os.File
	out   *bufio.Writer
	size  int64
	asked bool // a new life was asked for
	kinds [2]string
}

// Systems says of what kinds the systems are, by side, for who reads the
// recording. It is called before the first life begins.
func (f *File) Systems(kinds [2]string) { f.kinds = kinds }

// Create begins a recording; the path must not exist yet. most bounds each
// file in bytes, roughly: what is under way at the end of a life is recorded.
func Create(path string, most int64) (*File, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	return &File{path: path, most: most, file: f, out: bufio.NewWriterSize(f, 1<<16)}, nil
}

// Begin implements service.Recorder.
func (f *File) Begin(c *engine.Config, specs []mapping.Spec) error {
	if f.size >= f.most {
		if err := f.rotate(); err != nil {
			return err
		}
	}
	f.asked = false
	return f.write(line{Head: headOf(c, specs, f.kinds)})
}

// Step implements service.Recorder.
func (f *File) Step(now engine.Instant, e engine.Event, out *engine.Effects) error {
	l, err := encode(now, e, out)
	if err != nil {
		return err
	}
	if err := f.write(l); err != nil {
		return err
	}
	switch {
	case f.size >= 2*f.most:
		return fmt.Errorf("%s has %d bytes, twice as many as it may", f.path, f.size)
	case f.size >= f.most && !f.asked:
		f.asked = true
		return service.ErrRecorderFull
	}
	return nil
}

func (f *File) write(l line) error {
	text, err := json.Marshal(l)
	if err != nil {
		return err
	}
	n, err := f.out.Write(append(text, '\n'))
	f.size += int64(n)
	if err != nil {
		return err
	}
	return f.out.Flush() // what came before the death of the process is what one wants to see
}

func (f *File) rotate() error {
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(f.path, f.path+".1"); err != nil {
		return err
	}
	fresh, err := Create(f.path, f.most)
	if err == nil {
		fresh.kinds = f.kinds
		*f = *fresh
	}
	return err
}

// Close writes out what is buffered. It may be called after the service ended.
func (f *File) Close() error {
	err := f.out.Flush()
	if closing := f.file.Close(); err == nil {
		err = closing
	}
	return err
}
