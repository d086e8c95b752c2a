package mocks

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
)

// Print appends the encoding of a fingerprint to Buf: unambiguous, with
// instants relative to Now.
type Print struct {
	Now time.Time
	Buf []byte
}

// Int appends a number.
func (p *Print) Int(n int64) { p.Buf = binary.AppendVarint(p.Buf, n) }

// Text appends a text with its length.
func (p *Print) Text(s string) {
	p.Int(int64(len(s)))
	p.Buf = append(p.Buf, s...)
}

// Texts appends a list of texts; a nil list is not an empty one.
func (p *Print) Texts(list []string) {
	if list == nil {
		p.Int(-1)
		return
	}
	p.Int(int64(len(list)))
	for _, s := range list {
		p.Text(s)
	}
}

// Flag appends truths.
func (p *Print) Flag(flags ...bool) {
	for _, f := range flags {
		b := byte(0)
		if f {
			b = 1
		}
		p.Buf = append(p.Buf, b)
	}
}

// Age appends an instant by its distance from now, for instants that are
// compared with others or shown.
func (p *Print) Age(t time.Time) { p.Int(int64(p.Now.Sub(t))) }

// Due appends an instant that counts only until it comes: what lies behind
// now is all the same.
func (p *Print) Due(t time.Time) { p.Int(max(0, int64(t.Sub(p.Now)))) }

// Set appends the values of an Edit or Seed.
func (p *Print) Set(set map[string]any) {
	p.Int(int64(len(set)))
	for _, name := range slices.Sorted(maps.Keys(set)) {
		p.Text(name)
		p.value(set[name])
	}
}

func (p *Print) value(v any) {
	switch v := v.(type) {
	case nil:
		p.Int(0)
	case string:
		p.Int(1)
		p.Text(v)
	case bool:
		p.Int(2)
		p.Flag(v)
	case int64:
		p.Int(3)
		p.Int(v)
	case json.Number:
		p.Int(4)
		p.Text(v.String())
	case []string:
		p.Int(5)
		p.Texts(v)
	default:
		p.Int(6)
		p.Text(fmt.Sprintf("%T %v", v, v))
	}
}
