package incident

import (
	"bytes"
	"testing"
)

// FuzzRead: no recording makes the reader panic, and what becomes a scenario is
// one that can be written.
func FuzzRead(f *testing.F) {
	f.Add([]byte(nil))
	f.Fuzz(func(t *testing.T, data []byte) {
		s := newStory(&Options{})
		if s.read(bytes.NewReader(data)) != nil {
			return
		}
		in, err := s.incident()
		if err != nil {
			return
		}
		if _, err := in.Text(); err != nil {
			t.Error(err)
		}
	})
}
