package check

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// settings is the scenario's configuration with the documented defaults.
type settings struct {
	tolerance    time.Duration
	resolution   time.Duration // the coarser of the two systems'
	simultaneous string
	byRecord     bool // granularity: record
	deleteVsEdit string
	wrongSide    string
	massDelete   int
	priority     [2]int
	trigger      [2]bool
	versionsOpen bool // a side does not say who moves its version: both readings are allowed
	conditional  [2]bool
	byTag        [2]bool // conditional by a tag that any change moves
	poll         [2]time.Duration
	pollOff      [2]bool
	feedsDeletes [2]bool
	beginsBlind  [2]bool // a feed from its beginning lists nothing of what was deleted
	namesAuthor  [2]bool // a record shows who changed it last
	// hidesAutomation: what automation did moves a stamp and not the author.
	hidesAutomation [2]bool
	audit           time.Duration
	overlap         time.Duration
	concurrency     [2]int
	fsync           time.Duration
	timeout         time.Duration
	base, cap       time.Duration
	factor          int
	jitter          int // percent
	afterCap        time.Duration
}

func newSettings(sc *scenarios.Scenario) settings {
	e, p := &sc.Engine, &sc.Policy
	s := settings{
		resolution:      time.Millisecond,
		simultaneous:    or(p.Simultaneous, "review"),
		byRecord:        p.Granularity == "record",
		deleteVsEdit:    or(p.DeleteVsEdit, "review"),
		wrongSide:       or(p.WrongSide, "overwrite"),
		massDelete:      or(p.MassDelete, 20),
		priority:        [2]int{or(sc.Systems.CC.Priority, 1), or(sc.Systems.CRM.Priority, 2)},
		trigger:         [2]bool{sc.Systems.CC.Versioning == "trigger", sc.Systems.CRM.Versioning == "trigger"},
		versionsOpen:    sc.Systems.CC.Versioning == "" || sc.Systems.CRM.Versioning == "",
		conditional:     [2]bool{false, sc.Systems.CRM.Conditional == nil || *sc.Systems.CRM.Conditional},
		byTag:           [2]bool{false, sc.Systems.CRM.Kind == "rest" || sc.Systems.CRM.Kind == "dynamics"},
		feedsDeletes:    [2]bool{false, true}, // Genesys Cloud lists what lives
		beginsBlind:     [2]bool{true, sc.Systems.CRM.Kind == "dynamics"},
		namesAuthor:     [2]bool{false, true}, // and does not say who made it so
		hidesAutomation: [2]bool{false, sc.Systems.CRM.Kind == "salesforce"},
		audit:           lasting(e.Audit, 24*time.Hour),
		overlap:         lasting(e.Overlap, 2*time.Minute),
		concurrency:     [2]int{or(e.Concurrency.CC, 8), or(e.Concurrency.CRM, 8)},
		fsync:           lasting(e.Fsync, time.Millisecond),
		timeout:         lasting(e.Timeout, 30*time.Second),
		base:            lasting(e.Retry.Base, time.Second),
		cap:             lasting(e.Retry.Cap, 5*time.Minute),
		factor:          or(e.Retry.Factor, 2),
		jitter:          or(e.Retry.Jitter, 10),
		afterCap:        lasting(e.Retry.RetryAfterCap, 15*time.Minute),
		pollOff:         [2]bool{e.Poll.CC == scenarios.Off, e.Poll.CRM == scenarios.Off},
		poll:            [2]time.Duration{lasting(e.Poll.CC, 30*time.Second), lasting(e.Poll.CRM, 30*time.Second)},
	}
	if kind := sc.Systems.CRM.Kind; kind != "rest" {
		s.resolution = time.Second
	}
	s.tolerance = max(time.Second, 2*s.resolution)
	if p.Tolerance != nil {
		s.tolerance = time.Duration(*p.Tolerance)
	}
	return s
}

// durableIn is how long, in nanoseconds, an engine may take until what it
// received is on its disk.
func (s *settings) durableIn() int64 { return int64(50*s.fsync + 100*time.Millisecond) }

// or is the value, or its default where the scenario says nothing.
func or[T comparable](v, def T) T {
	var zero T
	if v == zero {
		return def
	}
	return v
}

// lasting is or for durations; Off counts as nothing.
func lasting(d scenarios.Duration, def time.Duration) time.Duration {
	switch {
	case d == scenarios.Off:
		return 0
	case d == 0:
		return def
	}
	return time.Duration(d)
}
