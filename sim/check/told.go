package check

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// lastingOutage is how long every request to a system must have failed before
// the model insists that a person was told; an engine may well do so earlier.
const lastingOutage = time.Hour

// told: everything that EV-11 names reached the sink at least once, with an
// identifier that makes repeats recognisable: one for two things tells of one of
// them, two for one thing tell of it twice.
func told(m *model) Result {
	t := &tally{m: m}
	topics := m.identifiers(t)
	m.toldAgain(t)
	idle := m.end >= 0 && m.ev[m.end].Code == "idle"
	for _, p := range m.people {
		m.toldOf(t, p, topics, idle)
	}
	m.toldOfDeletes(t, topics)
	m.toldOfFaults(t, topics)
	m.toldOfOutage(t, topics)
	return t.verdict(phrase{"cause or message, told", "causes and messages, all told"}, "nothing happened that a person must be told")
}

// identifiers checks every message's identifier, and returns the topics heard.
func (m *model) identifiers(t *tally) map[string]bool {
	topics, said := map[string]bool{}, map[string]string{}
	for _, e := range m.only(trace.Told) {
		t.seen++
		topics[e.Verb] = true
		about := e.Verb + " " + or(e.Alias, e.Record)
		switch old, again := said[e.External]; {
		case e.External == "":
			t.fail(m.nameOfTold(e), []uint64{e.Op}, "the message of topic %s at %s has no identifier: a repeat could not be recognised", e.Verb, clockText(e.At))
		case again && old != about:
			t.fail(m.nameOfTold(e), []uint64{e.Op}, "the identifier %s stands for two messages (%s, %s)", e.External, old, about)
		}
		said[e.External] = about
	}
	return topics
}

func (m *model) nameOfTold(e *trace.Event) string {
	if p := m.whom(e); p != nil {
		return p.name
	}
	return or(e.Alias, e.Record)
}

// toldOf asks for messages about one person: where the engine flagged or
// failed the record, and where the model leaves nothing but a flag.
func (m *model) toldOf(t *tally, p *person, topics map[string]bool, idle bool) {
	heard := map[string]bool{}
	if topics["mass-delete"] && everGoneAny(p) {
		heard["mass-delete"] = true // one question for all its deletions (CR-13)
	}
	for _, i := range p.story.told {
		heard[m.ev[i].Verb] = true
	}
	for _, w := range p.story.writes {
		status := m.who[w.ev].states[w.state].status
		topic := map[string]string{"FLAGGED": "flagged", "FAILED": "failed"}[status]
		if !w.status || topic == "" {
			continue
		}
		t.seen++
		if !heard[topic] && !heard["mass-delete"] && !heard["drift"] && !heard["permission"] {
			t.fail(p.name, m.chain(w.ev, p), "%s became %s at %s, and nobody was told", p.name, status, clockText(m.ev[w.ev].At))
			return
		}
	}
	if idle && p.simple() && (p.story.mustFlag() || p.story.mustAsk() || p.story.mustReview()) {
		t.seen++
		if len(heard) == 0 && len(p.story.persons) == 0 {
			x, y := p.node(cc).last(), p.node(crm).last()
			t.fail(p.name, []uint64{m.op(min(x.ev, y.ev)), m.op(max(x.ev, y.ev))},
				"%s's sides stay in a conflict that only a person can decide, and nobody was told", p.name)
		}
	}
}

// mustFlag says that the final states conflict and that every reading of the
// table gives review.
func (s *story) mustFlag() bool {
	if s.cur[cc] < 0 || s.cur[crm] < 0 || s.stored(cc).gone || s.stored(crm).gone || s.edits < 2 || s.m.deaf(s.p) {
		return false
	}
	if !s.compare([2]*state{s.stored(cc), s.stored(crm)}, int32(len(s.m.ev))).certain {
		return false
	}
	o := s.table(cc, s.cur[cc], s.cur[crm])
	return o.onlyFlag()
}

// mustAsk says that a user's deletion stands against a certain edit at the
// end, that the policy is review, and that the engine can know of both (CR-13).
func (s *story) mustAsk() bool {
	if s.cur[cc] < 0 || s.cur[crm] < 0 || s.m.set.deleteVsEdit != "review" || s.stored(cc).gone == s.stored(crm).gone || s.m.deaf(s.p) {
		return false
	}
	live := cc
	if s.stored(cc).gone {
		live = crm
	}
	gone, base := s.stored(1-live), &s.base[live]
	if gone.by != byUser || base.lost() || base.unsure {
		return false
	}
	for f, v := range s.stored(live).content {
		if surely, _ := base.changed(f, v); surely && !base.none(f) && s.p.fields.list[f].twoWay() {
			return true
		}
	}
	return false
}

// mustReview says that a one-way field was certainly edited on the wrong side
// and stands so at the end, where the policy is review (FC-2).
func (s *story) mustReview() bool {
	if s.m.set.wrongSide != "review" || s.cur[cc] < 0 || s.cur[crm] < 0 || s.stored(cc).gone || s.stored(crm).gone || s.m.deaf(s.p) {
		return false
	}
	for f, fd := range s.p.fields.list {
		if fd.twoWay() {
			continue
		}
		target := 1 - fd.source
		v := s.stored(target).content[f]
		surely, _ := s.base[target].changed(f, v)
		if surely && !s.base[target].none(f) && !fd.agree(v, s.stored(fd.source).content[f]) {
			return true
		}
	}
	return false
}

// toldOfDeletes asks for a question before a mass delete travels (CR-13): before
// more deletions than allowed are carried over within an hour. One that was
// heard of much later, with no notice of it, travels alone.
func (m *model) toldOfDeletes(t *tally, topics map[string]bool) {
	d := m.deletions()
	if d.first < 0 {
		return
	}
	t.seen++
	approved, deletes, carried := false, 0, hourly{}
	for _, e := range m.only(trace.Person, trace.Commit) {
		switch {
		case e.Kind == trace.Person && (e.Verb == "approve" || e.Alias == "mass-delete"):
			approved = true
		case e.Kind == trace.Commit && e.Verb == trace.Delete && e.Actor == trace.ActorEngine:
			deletes = max(deletes, carried.count(e.At))
		}
	}
	if topics["mass-delete"] || approved {
		return
	}
	switch {
	case deletes > m.set.massDelete && len(m.faults) == 0:
		t.fail("", []uint64{m.op(d.first)}, "%d records were deleted within an hour, the engine carried %d deletions over and asked nobody; the threshold is %d",
			d.most, deletes, m.set.massDelete)
	case deletes > m.set.massDelete:
		t.doubt("a mass delete was carried over without a question, while faults may have spread it out")
	}
}

// toldOfFaults asks for messages about drift and lost permissions that the
// engine ran into.
func (m *model) toldOfFaults(t *tally, topics map[string]bool) {
	for k := range m.faults {
		f := &m.faults[k]
		var met int32
		var topic string
		switch f.code {
		case string(scenarios.Drift):
			met, topic = m.metRefusal(f, func(e *trace.Event) bool { return e.Status == 400 && formRefusal(e) }), "drift"
		case string(scenarios.Permission):
			met, topic = m.metRefusal(f, func(e *trace.Event) bool { return e.Status == 403 && !limited(e) }), "permission"
		default:
			continue
		}
		if met < 0 {
			continue
		}
		t.seen++
		if !topics[topic] && !(topic == "drift" && topics["failed"]) {
			t.fail("", []uint64{m.op(f.begin), m.op(met)}, "%s refused a request after the %s began at %s, and nobody was told of it",
				f.on, or(map[string]string{"drift": "drift"}[topic], "loss of a permission"), clockText(m.ev[f.begin].At))
		}
	}
}

// metRefusal is the first refusal within a fault that the engine received whole
// and outlived, -1 if there was none: an answer that came to nobody, was cut, or
// died with its process says nothing of a fault that may be over since.
func (m *model) metRefusal(f *fault, is func(*trace.Event) bool) int32 {
	for i := f.begin; int(i) < len(m.ev) && (f.end < 0 || i < f.end); i++ {
		e := &m.ev[i]
		if e.Kind != trace.Answer || e.On != f.on || !is(e) || !m.byEngine(e) {
			continue
		}
		if c := m.exchange(e.Call); c == nil || c.receive > 0 && !m.bodyFaultAt(c.receive-1) && !m.diedKnowing(c.receive-1) {
			return i
		}
	}
	return -1
}

// diedKnowing says that the engine died before what it received can have been
// durable.
func (m *model) diedKnowing(received int32) bool {
	return m.crashBetween(received, m.ev[received].At+m.set.durableIn())
}

// toldOfOutage asks for a message where a system gave nothing but failures
// for longer than lastingOutage while the engine kept asking.
func (m *model) toldOfOutage(t *tally, topics map[string]bool) {
	var since, failures, fewest = [2]int64{-1, -1}, [2]int{}, patience
	var first [2]int32
	for i, e := range m.only(trace.Crash, trace.Receive, trace.Lose) {
		if e.Kind == trace.Crash {
			since = [2]int64{-1, -1}
			continue
		}
		if e.On != trace.CC && e.On != trace.CRM {
			continue
		}
		side := sideOf(e.On)
		if e.Kind == trace.Receive && e.Status < 500 {
			since[side] = -1
			continue
		}
		if since[side] < 0 {
			since[side], failures[side], first[side] = e.At, 0, i
		}
		failures[side]++
		if failures[side] >= fewest && e.At-since[side] > int64(lastingOutage) {
			t.seen++
			if !topics["outage"] {
				t.fail("", []uint64{m.op(first[side]), e.Op}, "%s answered nothing from %s to %s, and nobody was told",
					e.On, clockText(since[side]), clockText(e.At))
				return
			}
			since[side] = -1
		}
	}
}
