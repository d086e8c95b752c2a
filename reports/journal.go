package reports

import (
	"fmt"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Journal renders events for people, with the scenario's names of records in
// place of native ids.
type Journal struct {
	events []trace.Event
	alias  map[key]string
	digits int               // of the largest operation number
	lines  map[uint64]string // what is left of events that were read from a report
}

type key struct {
	on trace.System
	id string
}

// NewJournal indexes the names in events, which must not change afterwards.
func NewJournal(events []trace.Event) *Journal {
	j := &Journal{events: events, alias: map[key]string{}, digits: 1}
	if n := len(events); n > 0 {
		j.digits = len(fmt.Sprint(events[n-1].Op))
	}
	for i := range events {
		e := &events[i]
		if e.Alias == "" || e.Record == "" || (e.On != trace.CC && e.On != trace.CRM) {
			continue
		}
		if _, known := j.alias[key{e.On, e.Record}]; !known {
			j.alias[key{e.On, e.Record}] = e.Alias
		}
	}
	return j
}

// Name is what the scenario calls the event's record, else its native id.
func (j *Journal) Name(e *trace.Event) string {
	if e.Alias != "" {
		return e.Alias
	}
	if name, ok := j.alias[key{e.On, e.Record}]; ok {
		return name
	}
	return e.Record
}

// At returns the event with this operation number, nil if there is none.
func (j *Journal) At(op uint64) *trace.Event {
	if op == 0 || op > uint64(len(j.events)) {
		return nil
	}
	if e := &j.events[op-1]; e.Op == op { // dense from 1
		return e
	}
	for i := range j.events {
		if j.events[i].Op == op {
			return &j.events[i]
		}
	}
	return nil
}

// Line is one event on one line: its number, the virtual time, the system,
// the kind, and what happened.
func (j *Journal) Line(e *trace.Event) string {
	line := fmt.Sprintf("#%-*d %s  %-6s  %-14s  %s",
		j.digits, e.Op, Clock(time.Duration(e.At)), e.On, e.Kind, j.phrase(e))
	return strings.TrimRight(Plain(line), " ")
}

// Chain renders the events of a causal chain, oldest first as given.
func (j *Journal) Chain(ops []uint64) []string {
	lines := make([]string, 0, len(ops))
	for _, op := range ops {
		if e := j.At(op); e != nil {
			lines = append(lines, j.Line(e))
		} else if line, ok := j.lines[op]; ok {
			lines = append(lines, line)
		} else {
			lines = append(lines, fmt.Sprintf("#%d is not in this journal", op))
		}
	}
	return lines
}

// Clock writes an offset from the run's start as [Nd]hh:mm:ss.mmm.
func Clock(d time.Duration) string {
	sign := ""
	if d < 0 {
		sign, d = "-", -d
	}
	days := ""
	if n := d / (24 * time.Hour); n > 0 {
		days = fmt.Sprintf("%dd", n)
		d -= n * 24 * time.Hour
	}
	return fmt.Sprintf("%s%s%02d:%02d:%02d.%03d", sign, days,
		d/time.Hour, d/time.Minute%60, d/time.Second%60, d/time.Millisecond%1000)
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
