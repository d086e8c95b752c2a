package jsonread

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// Limits bound a document. Zero means unlimited bytes and DefaultDepth.
type Limits struct {
	Bytes int
	Depth int // of nested objects and arrays
}

// DefaultDepth is more than any vendor nests.
const DefaultDepth = 64

// Error is a document that was refused. It holds no value of the document.
type Error struct {
	Offset int // in bytes
	Reason string
}

func (e *Error) Error() string { return fmt.Sprintf("JSON at byte %d: %s", e.Offset, e.Reason) }

// Reader is a cursor over one document.
type Reader struct {
	data  []byte
	text  string // a copy of data, once strings are taken of it
	at    int
	depth int // the deepest level allowed
	err   error
	open  []level
	keys  [][]byte // of the objects that are open, innermost last

	// Room for an ordinary record, so that reading one allocates once.
	openRoom [4]level
	keysRoom [32][]byte
}

// level is one object or array that is open.
type level struct {
	close byte
	fresh bool // nothing of it was read yet
	base  int  // where its keys begin in Reader.keys
	many  map[string]struct{}
}

// manyKeys is where a linear search for a duplicate gives way to a map.
const manyKeys = 48

// New checks size and encoding and places the cursor at the beginning.
func New(data []byte, l Limits) *Reader {
	r := &Reader{data: data, depth: l.Depth}
	r.open, r.keys = r.openRoom[:0], r.keysRoom[:0]
	if r.depth == 0 {
		r.depth = DefaultDepth
	}
	if l.Bytes > 0 && len(data) > l.Bytes {
		r.fail(fmt.Sprintf("%d bytes, at most %d are accepted", len(data), l.Bytes))
	} else if !utf8.Valid(data) {
		r.fail("not UTF-8")
	}
	return r
}

// Err is the first error, nil if there was none.
func (r *Reader) Err() error { return r.err }

// End requires that nothing but white space is left and returns the first error.
func (r *Reader) End() error {
	if r.err == nil {
		if r.space(); r.at < len(r.data) {
			r.fail("more follows after the value")
		}
	}
	return r.err
}

// Refuse records a caller's objection to the value at the cursor.
func (r *Reader) Refuse(reason string) { r.fail(reason) }

func (r *Reader) fail(reason string) {
	if r.err == nil {
		r.err = &Error{Offset: r.at, Reason: reason}
	}
}

func (r *Reader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// Kind is the kind of the next value without reading it: one of { [ " 0 t f n,
// where 0 stands for any number and t, f, n for true, false and null; 0x00
// after an error or where no value is.
func (r *Reader) Kind() byte {
	if r.err != nil {
		return 0
	}
	r.space()
	if r.at == len(r.data) {
		return 0
	}
	switch c := r.data[r.at]; c {
	case '{', '[', '"', 't', 'f', 'n':
		return c
	case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		return '0'
	}
	return 0
}

// Members opens the object at the cursor and returns its first key; a null is
// read as an object without members. Every value must be read or skipped
// before Member is called for the next key. The key is valid until then.
func (r *Reader) Members() (key []byte, ok bool) {
	if r.Kind() == 'n' {
		r.word("null")
		return nil, false
	}
	if !r.enter('{', '}') {
		return nil, false
	}
	return r.Member()
}

// Member returns the next key of the object opened last.
func (r *Reader) Member() (key []byte, ok bool) {
	if !r.more() {
		return nil, false
	}
	if r.Kind() != '"' {
		r.fail("expected a key")
		return nil, false
	}
	key = r.Bytes()
	r.unique(key)
	if r.space(); r.err == nil && (r.at == len(r.data) || r.data[r.at] != ':') {
		r.fail("expected a colon")
	}
	if r.err != nil {
		return nil, false
	}
	r.at++
	return key, true
}

// Elements opens the array at the cursor and says whether it has a first
// element; a null is read as an empty array.
func (r *Reader) Elements() bool {
	if r.Kind() == 'n' {
		r.word("null")
		return false
	}
	return r.enter('[', ']') && r.Element()
}

// Element says whether the array opened last has one more element.
func (r *Reader) Element() bool { return r.more() }

func (r *Reader) enter(opening, closing byte) bool {
	if r.Kind() != opening {
		r.fail("expected " + string(opening))
		return false
	}
	if len(r.open) == r.depth {
		r.fail(fmt.Sprintf("nested deeper than %d", r.depth))
		return false
	}
	r.at++
	if r.open == nil {
		r.open = make([]level, 0, 8)
		r.keys = make([][]byte, 0, 32)
	}
	r.open = append(r.open, level{close: closing, fresh: true, base: len(r.keys)})
	return true
}

// more moves over a comma, or leaves the innermost level at its end.
func (r *Reader) more() bool {
	if r.err != nil || len(r.open) == 0 {
		return false
	}
	top := &r.open[len(r.open)-1]
	r.space()
	if r.at == len(r.data) {
		r.fail("ends in the middle")
		return false
	}
	switch c := r.data[r.at]; {
	case c == top.close:
		r.at++
		r.keys = r.keys[:top.base]
		r.open = r.open[:len(r.open)-1]
		return false
	case top.fresh:
		top.fresh = false
	case c == ',':
		r.at++
	default:
		r.fail("expected a comma")
		return false
	}
	if r.Kind() == 0 {
		r.fail("expected a value")
		return false
	}
	return true
}

// unique refuses a key that the innermost object already has.
func (r *Reader) unique(key []byte) {
	top := &r.open[len(r.open)-1]
	if top.many != nil {
		if _, twice := top.many[string(key)]; twice {
			r.fail("duplicate key")
			return
		}
		top.many[string(key)] = struct{}{}
		return
	}
	mine := r.keys[top.base:]
	for _, k := range mine {
		if bytes.Equal(k, key) {
			r.fail("duplicate key")
			return
		}
	}
	r.keys = append(r.keys, key)
	if len(mine)+1 == manyKeys {
		top.many = make(map[string]struct{}, 2*manyKeys)
		for _, k := range r.keys[top.base:] {
			top.many[string(k)] = struct{}{}
		}
	}
}
