package property

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

const (
	milli  = scenarios.Duration(time.Millisecond)
	minute = 60 * second
	// rest is between two bursts: long enough for whatever a burst led to, and
	// for what healing faults delayed, to come to its end.
	rest = 40 * minute
)

// A quiet world is one that relations between runs speak of: people act in
// bursts, all at one instant, and then leave the systems alone until all is
// done. So no edit commits between a record's first read and its last write.
// No limit acts that is of a whole system: neither a quota nor the threshold
// of mass deletes. Times of edits still differ, as the rules of conflicts want
// them to: an edit that is committed late bears the time at which it began.
type quiet struct {
	explore.Draw
	sc     *scenarios.Scenario
	prefix string          // of the records' names
	gone   map[string]bool // records that nobody can act on any more
	values []fieldValues
}

// fieldValues are what people give to one field, "" to clear it.
type fieldValues struct {
	field string
	from  []string
}

// quietValues can be held by the contact center and by both kinds of CRM.
var quietValues = []fieldValues{
	{"notes", []string{"a", "b", ""}}, {"title", []string{"x", "y", ""}}, {"city", []string{"p", "q", ""}},
	{"tier", []string{"gold", "silver", ""}}, {"phone", []string{"+14155550123", "+14155550124", ""}},
	{"score", []string{"1", "2", ""}}, {"interests", []string{"golf", "golf;music", ""}},
	{"do_not_call", []string{"true", "false"}}, {"last_name", []string{"Kay", "Lee"}},
}

func quietWorld(d explore.Draw) *scenarios.Scenario {
	q := newQuiet(d)
	q.people("")
	return q.done()
}

func newQuiet(d explore.Draw) *quiet {
	q := &quiet{Draw: d, sc: scenarios.New(), gone: map[string]bool{}, values: quietValues}
	q.sc.Title = "a quiet world"
	q.sc.Policy.MassDelete = 1000
	q.settings()
	return q
}

// of draws one of a list.
func of[T any](d explore.Draw, label string, from ...T) T { return from[d.Int(label, 0, len(from)-1)] }

func (q *quiet) settings() {
	cc, crm, p := &q.sc.Systems.CC, &q.sc.Systems.CRM, &q.sc.Policy
	crm.Kind = of(q.Draw, "kind", "rest", "salesforce")
	cc.Versioning, crm.Versioning = of(q.Draw, "cc versions", "trigger", "none"), of(q.Draw, "crm versions", "trigger", "none")
	cc.Priority = of(q.Draw, "priority", 1, 3)
	*crm.Conditional = q.Int("unconditional", 0, 1) == 0
	*cc.Webhooks = q.Int("no webhooks", 0, 3) < 3
	p.Simultaneous = of(q.Draw, "simultaneous", "review", "merge", "hierarchy")
	p.Granularity = of(q.Draw, "granularity", "field", "record")
	p.DeleteVsEdit = of(q.Draw, "delete vs edit", "review", "delete", "restore")
	tolerance := of(q.Draw, "tolerance", second, 2*second, 5*second, 0)
	p.Tolerance = &tolerance
	crm.Clock.Skew = of(q.Draw, "skew", 0, 700*milli, -2*second)
}

// people draws records and bursts of edits; their names begin with the prefix.
func (q *quiet) people(prefix string) {
	q.prefix = prefix
	var names []string
	for i := range q.Int("records", 1, 3) {
		names = append(names, q.record(i))
	}
	for burst := range q.Int("bursts", 1, 3) {
		// With a poll, between two, or just before one.
		at := rest*scenarios.Duration(burst+1) + of(q.Draw, "from poll", 11*second, 0, 29_990*milli)
		for _, name := range names {
			q.act(name, at)
		}
		if q.Int("somebody new", 0, 4) == 4 {
			names = append(names, q.create(burst, at))
		}
	}
}

// create makes a record that is there from the next burst on.
func (q *quiet) create(burst int, at scenarios.Duration) string {
	s := scenarios.NewStep(scenarios.Create)
	s.At, s.Record, s.On = at, q.prefix+"new"+strconv.Itoa(burst+1), of(q.Draw, "created on", sideNames[:]...)
	s.Set = q.filled()
	q.by(&s)
	q.sc.Timeline = append(q.sc.Timeline, s)
	return s.Record
}

// filled is a whole record, with the last name that systems insist on.
func (q *quiet) filled() []scenarios.FieldSet {
	set := append(q.set(2, true), scenarios.FieldSet{Field: "first_name", Value: "Al"})
	if !slices.ContainsFunc(set, func(f scenarios.FieldSet) bool { return f.Field == "last_name" }) {
		set = append(set, scenarios.FieldSet{Field: "last_name", Value: "Kay"})
	}
	return set
}

func (q *quiet) record(i int) string {
	version := int64(of(q.Draw, "version", 1, 0, 41))
	r := scenarios.Record{ID: q.prefix + "rec" + strconv.Itoa(i+1), On: "both", Linked: true, Base: "known", Version: &version}
	r.Fields = q.filled()
	switch q.Int("side", 0, 5) {
	case 4:
		r.Base = "lost"
		r.CRM = q.set(2, true)
	case 5:
		r.On, r.Linked, r.Base = of(q.Draw, "on", sideNames[:]...), false, "lost"
	}
	q.sc.Records.List = append(q.sc.Records.List, r)
	return r.ID
}

// set draws what an edit changes.
func (q *quiet) set(most int, filled bool) []scenarios.FieldSet {
	var out []scenarios.FieldSet
	for range q.Int("fields", 1, most) {
		f := of(q.Draw, "field", q.values...)
		v := of(q.Draw, f.field, f.from...)
		again := slices.ContainsFunc(out, func(s scenarios.FieldSet) bool { return s.Field == f.field })
		if !again && (v != "" || !filled) {
			out = append(out, scenarios.FieldSet{Field: f.field, Value: v, Clear: v == ""})
		}
	}
	return out
}

// act draws what happens to a record at one instant, on one side or on both.
func (q *quiet) act(name string, at scenarios.Duration) {
	if q.gone[name] {
		return
	}
	first := q.Int("first side", 0, 1)
	switch q.Int("act", 0, 10) {
	case 0:
	case 1, 2:
		q.edit(name, at, first)
	case 3, 4:
		q.edit(name, at, first)
		q.edit(name, at, 1-first)
	case 5, 6:
		q.tie(name, at, first)
	case 7:
		q.plain(scenarios.Save, name, at, first)
	case 8:
		q.review(name, at)
	case 9:
		q.restore(name, at)
	case 10:
		q.plain(scenarios.Delete, name, at, first)
		if q.Int("edited as well", 0, 1) == 1 {
			q.edit(name, at, 1-first)
		}
		q.gone[name] = true
	}
}

// edit is committed at the instant, and bears the time at which it began.
func (q *quiet) edit(name string, at scenarios.Duration, side int) {
	set := q.set(2, false)
	if len(set) == 0 {
		return
	}
	s := scenarios.NewStep(scenarios.Edit)
	s.Late = of(q.Draw, "late", 0, 0, 300*milli, 999*milli, second, 1001*milli, 2*second, 5*second)
	s.At, s.Record, s.On, s.Set = at-s.Late, name, sideNames[side], set
	s.Bypass = q.Int("bypass", 0, 9) == 9
	q.by(&s)
	q.sc.Timeline = append(q.sc.Timeline, s)
}

// tie is an edit of one field on both sides, at the same time.
func (q *quiet) tie(name string, at scenarios.Duration, first int) {
	f := of(q.Draw, "field", q.values...)
	for i, side := range [...]int{first, 1 - first} {
		s := scenarios.NewStep(scenarios.Edit)
		s.At, s.Record, s.On = at, name, sideNames[side]
		s.Set = []scenarios.FieldSet{{Field: f.field, Value: f.from[i]}}
		q.by(&s)
		q.sc.Timeline = append(q.sc.Timeline, s)
	}
}

// by settles who acts.
func (q *quiet) by(s *scenarios.Step) {
	s.As, s.By = "agent", "maria"
	if s.On == "crm" {
		s.As, s.By = "user", "sam"
	}
	if q.Int("automation", 0, 4) == 4 {
		s.As, s.By = "automation", "flow"
	}
}

func (q *quiet) plain(v scenarios.Verb, name string, at scenarios.Duration, side int) {
	s := scenarios.NewStep(v)
	s.At, s.Record, s.On = at, name, sideNames[side]
	q.by(&s)
	q.sc.Timeline = append(q.sc.Timeline, s)
}

func (q *quiet) review(name string, at scenarios.Duration) {
	s := scenarios.NewStep(scenarios.Review)
	s.At, s.Record, s.By, s.Choose = at, name, "admin", of(q.Draw, "choose", sideNames[:]...)
	q.sc.Timeline = append(q.sc.Timeline, s)
}

// restore is a person who takes back what the last decision overwrote.
func (q *quiet) restore(name string, at scenarios.Duration) {
	s := scenarios.NewStep(scenarios.Restore)
	s.At, s.Record, s.By = at, name, "admin"
	q.sc.Timeline = append(q.sc.Timeline, s)
}

// done is the world, its steps in order.
func (q *quiet) done() *scenarios.Scenario {
	slices.SortStableFunc(q.sc.Timeline, func(a, b scenarios.Step) int { return cmp.Compare(a.At, b.At) })
	return q.sc
}
