package trace

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
	"unicode/utf8"
)

// The bounds of what a Decoder reads.
const (
	LineBytesMax = 4 << 20    // of one line
	EventsMax    = 20_000_000 // of one journal, as the simulator's own bound
	JournalsMax  = 10_000     // of one file
)

// LineError is a line that is no event, or not the next one: where, what was
// found there, and what was expected. Column counts bytes from 1; 0 is the
// whole line.
type LineError struct {
	Path            string
	Line, Column    int
	Found, Expected string
}

func (e *LineError) Error() string {
	place := fmt.Sprintf("%s:%d", e.Path, e.Line)
	if e.Column > 0 {
		place += fmt.Sprintf(":%d", e.Column)
	}
	return fmt.Sprintf("%s: found %s; expected %s", place, e.Found, e.Expected)
}

// Decoder reads the NDJSON form of one or several journals, one event at a
// time, in memory of a line. It is strict: keys and kinds that it does not know
// are refused, and so is an event that is not the one after the last, since a
// journal with gaps shows nothing.
type Decoder struct {
	path  string
	lines *bufio.Scanner
	line  int
	// written is memory for asWritten.
	written bytes.Buffer

	scenario string
	last     uint64 // Op of the last event
	ended    map[string]bool
}

// NewDecoder reads from r; path is what messages call it.
func NewDecoder(path string, r io.Reader) *Decoder {
	d := &Decoder{path: path, lines: bufio.NewScanner(r), ended: map[string]bool{}}
	d.lines.Buffer(nil, LineBytesMax)
	return d
}

// Next gives the next event and the scenario that its journal belongs to, "" if
// the line names none. The journals of a file follow one another. At the end
// the error is io.EOF; a *LineError says what is wrong with the file, anything
// else comes from its reader.
func (d *Decoder) Next() (scenario string, e Event, err error) {
	if !d.lines.Scan() {
		d.line++
		switch err := d.lines.Err(); {
		case errors.Is(err, bufio.ErrTooLong):
			return "", Event{}, d.refuse(0, "a longer line", fmt.Sprintf("at most %d bytes", LineBytesMax))
		case err != nil:
			return "", Event{}, fmt.Errorf("%s: %w", d.path, err)
		}
		return "", Event{}, io.EOF
	}
	d.line++
	text := d.lines.Bytes()
	if !utf8.Valid(text) {
		return "", Event{}, d.refuse(0, "bytes that are not UTF-8", "an event as a JSON object")
	}
	l, ok := d.asWritten(text)
	if !ok {
		l = Line{}
		if bad := readObject(text, 0, &l); bad != nil {
			return "", Event{}, d.refuse(bad.at+1, bad.found, bad.expected)
		}
	}
	e, bad := l.event()
	if bad != nil {
		return "", Event{}, d.refuse(0, bad.found, bad.expected)
	}
	return l.Scenario, e, d.follows(&l)
}

// asWritten reads a line that is what our own writer makes of its event, byte
// for byte: nothing can be in it that is not known, or is there twice. Other
// lines are read key by key, which takes several times as long.
func (d *Decoder) asWritten(text []byte) (l Line, ok bool) {
	if json.Unmarshal(text, &l) != nil {
		return l, false
	}
	d.written.Reset()
	enc := json.NewEncoder(&d.written)
	enc.SetEscapeHTML(false)
	return l, enc.Encode(&l) == nil && bytes.Equal(bytes.TrimSuffix(d.written.Bytes(), []byte("\n")), text)
}

// follows refuses an event that is not the next one.
func (d *Decoder) follows(l *Line) error {
	if d.last > 0 && l.Scenario != d.scenario {
		d.ended[d.scenario] = true
		d.last = 0
	}
	d.scenario = l.Scenario
	switch {
	case d.last == 0 && d.ended[l.Scenario]:
		return d.refuse(0, fmt.Sprintf("a second journal of %q", l.Scenario), "one journal for each scenario, whose events follow one another")
	case len(d.ended) >= JournalsMax:
		return d.refuse(0, "another journal", fmt.Sprintf("at most %d", JournalsMax))
	case l.Op != d.last+1:
		return d.refuse(0, fmt.Sprintf("op %d after %d", l.Op, d.last), fmt.Sprintf("op %d: a whole journal, every event in its order", d.last+1))
	case l.Op > EventsMax:
		return d.refuse(0, "another event", fmt.Sprintf("at most %d in one journal", EventsMax))
	}
	d.last = l.Op
	return nil
}

func (d *Decoder) refuse(column int, found, expected string) *LineError {
	return &LineError{Path: d.path, Line: d.line, Column: column, Found: found, Expected: expected}
}

// event is what the line says.
func (l *Line) event() (Event, *misread) {
	e := Event{
		Op: l.Op, At: l.AtNS, Cause: l.Cause, Call: l.Call, Status: l.Status, Attempt: l.Attempt, Notice: l.Notice,
		Actor: l.Actor, Origin: l.Origin, Verb: l.Verb, Code: l.Code, Method: l.Method, Path: l.Path,
		Record: l.Record, Object: l.Object, External: l.External, Text: l.Text, Version: l.Version, Before: l.Before,
		RetryAfter: l.Retry, Date: l.Date, Records: l.Records,
	}
	if !l.Inferred {
		e.Alias = l.Name
	}
	kind, on := slices.Index(kindNames[:], l.Kind), slices.Index(systemNames[:], l.On)
	switch {
	case kind <= int(KindNone):
		return e, &misread{found: fmt.Sprintf("the kind %.40q", l.Kind), expected: "a kind of event that this version knows"}
	case l.AtNS < 0:
		return e, &misread{found: fmt.Sprintf("at_ns %d", l.AtNS), expected: "nanoseconds since the start of the run"}
	case on < 0:
		return e, &misread{found: fmt.Sprintf("on %.40q", l.On), expected: "world, cc, crm or engine"}
	}
	e.Kind, e.On = Kind(kind), System(on)
	var ok bool
	if e.Stamp, ok = nanoseconds(l.Stamp); !ok {
		return e, &misread{found: fmt.Sprintf("the stamp %.40q", l.Stamp), expected: "an instant such as 2026-03-02T09:00:10.5Z"}
	}
	if e.Clock, ok = nanoseconds(l.Clock); !ok {
		return e, &misread{found: fmt.Sprintf("the clock %.40q", l.Clock), expected: "an instant such as 2026-03-02T09:00:10.5Z"}
	}
	for _, c := range l.Changes {
		change := Change{Field: c.Field, Had: c.Before != nil, Has: c.After != nil}
		if change.Had {
			change.Before = *c.Before
		}
		if change.Has {
			change.After = *c.After
		}
		e.Changes = append(e.Changes, change)
	}
	return e, nil
}

// nanoseconds reads what instant writes. Years outside of 1678 to 2261 do not
// fit into nanoseconds.
func nanoseconds(text string) (int64, bool) {
	if text == "" {
		return 0, true
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil || t.UTC().Year() < 1678 || t.UTC().Year() > 2261 {
		return 0, false
	}
	return t.UnixNano(), true
}
