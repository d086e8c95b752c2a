package explore

import (
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// bytesDraw makes choices of bytes; where they end, all is simplest.
type bytesDraw struct{ left []byte }

// Int implements Draw.
func (b *bytesDraw) Int(_ string, lo, hi int) int {
	n := 0
	for most := hi - lo; most > 0 && len(b.left) > 0; most >>= 8 {
		n, b.left = n<<8|int(b.left[0]), b.left[1:]
	}
	if hi <= lo {
		return lo
	}
	return lo + n%(hi-lo+1)
}

// FuzzGeneratedWorld: whatever choices are made, the world can be written as a
// file, and the file is that world.
func FuzzGeneratedWorld(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte("a world of letters, in which most choices are somewhere in the middle of their range"))
	all := make([]byte, 4096)
	for i := range all {
		all[i] = byte(i * 37)
	}
	f.Add(all)
	f.Fuzz(func(t *testing.T, choices []byte) {
		sc := Generate(&bytesDraw{choices}, Size{Records: 6, Edits: 20, Faults: 6})
		text, err := sc.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := scenarios.Parse("again.yaml", text)
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		if second, err := again.Marshal(); err != nil || string(second) != string(text) {
			t.Fatalf("the world read back is another one (%v):\n%s\n%s", err, text, second)
		}
	})
}
