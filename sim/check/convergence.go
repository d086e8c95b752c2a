package check

import (
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/sim/trace"
)

// convergence: after faults end and the system is idle, both sides agree on
// every mapped two-way field and the version of every record.
func convergence(m *model) Result {
	t := &tally{m: m}
	if m.end >= 0 && m.ev[m.end].Code != "idle" {
		t.doubt("the run ended by %s, not idle", or(m.ev[m.end].Code, "an unnamed cause"))
	}
	excused, idle := 0, m.end >= 0 && m.ev[m.end].Code == "idle"
	for _, p := range m.people {
		d := m.difference(p)
		if d == nil {
			continue
		}
		t.seen++
		if d.message == "" {
			if said, ops := m.finalStatus(p); said != "" && idle {
				t.fail(p.name, ops, "%s: %s", p.name, said)
			}
			continue
		}
		why := m.mayDiffer(p, d)
		switch {
		case why != "":
			excused++
			if said, ops := m.finalStatus(p); said != "" && idle {
				t.fail(p.name, ops, "%s: %s", p.name, said)
			}
		case !idle:
			// Still on its way, perhaps.
		case m.faultOpen():
			t.doubt("%s differs (%s), but a fault never ended", p.name, d.message)
		default:
			t.fail(p.name, d.ops, "%s: %s", p.name, d.message)
		}
	}
	passed := phrase{"record agrees", "records agree"}
	if excused > 0 {
		passed = phrase{"record looked at", "records looked at"}.with(strconv.Itoa(excused) + " excused by a flag, a refusal or an unreachable notice")
	}
	return t.verdict(passed, "no record exists on both sides")
}

// difference is how a person's two sides stand at the end; nil if the
// invariant does not speak of them.
type difference struct {
	message  string   // "" if they agree
	identity bool     // flags were looked at, record by record
	pair     [2]*node // that stand against each other, as far as they live
	ops      []uint64
}

func (m *model) difference(p *person) *difference {
	a, b := p.live(cc), p.live(crm)
	switch {
	case a == nil && b == nil:
		return nil
	case len(p.alive(cc)) > 1 || len(p.alive(crm)) > 1:
		return m.identities(p)
	case a == nil || b == nil:
		return m.oneSided(p, a, b)
	}
	return m.contents(a, b)
}

// contents is how two living records that are one identity stand, in the fields
// that both systems still show.
func (m *model) contents(a, b *node) *difference {
	x, y := a.last(), b.last()
	end := int32(len(m.ev))
	d := &difference{pair: [2]*node{a, b}, ops: []uint64{m.op(min(x.ev, y.ev)), m.op(max(x.ev, y.ev))}}
	for f, fd := range a.fields.list {
		if fd.twoWay() && !fd.agree(x.content[f], y.content[f]) && m.sees(a.fields, cc, f, end) && m.sees(a.fields, crm, f, end) {
			d.message = "cc holds " + fd.name + " " + shown(x.content[f]) + ", crm holds " + fd.name + " " + shown(y.content[f])
			return d
		}
	}
	for f, fd := range a.fields.list {
		if !fd.twoWay() && !fd.agree(x.content[f], y.content[f]) && (m.edited(a, f) || m.edited(b, f)) && m.sees(a.fields, cc, f, end) && m.sees(a.fields, crm, f, end) {
			d.message = fd.name + " travels from " + sideNames[fd.source] + " only: cc holds " + shown(x.content[f]) + ", crm holds " + shown(y.content[f])
			return d
		}
	}
	if x.version != y.version && !m.versionMoved(a) && !m.versionMoved(b) {
		d.message = "cc holds version " + number(x.version) + ", crm holds version " + number(y.version)
	}
	return d
}

// oneSided is a record that lives on one side only. One that nobody touched
// since before the run is left alone.
func (m *model) oneSided(p *person, a, b *node) *difference {
	n, missing := a, crm
	if a == nil {
		n, missing = b, cc
	}
	if p.spec != nil && !p.spec.Linked && p.spec.On != "cc" && p.spec.On != "crm" && len(p.nodes[missing]) == 0 {
		return nil
	}
	if len(p.nodes[missing]) == 0 && p.story.edits == 0 {
		return nil
	}
	d := &difference{pair: [2]*node{n}, ops: []uint64{m.op(n.last().ev)}}
	d.message = "it lives in " + sideNames[n.side] + ", and not in " + sideNames[missing]
	if other := p.node(missing); other != nil {
		d.ops = append(d.ops, m.op(other.last().ev))
	}
	return d
}

// edited says that a user changed a field of a record.
func (m *model) edited(n *node, f int) bool {
	for k := 1; k < len(n.states); k++ {
		if n.states[k].by == byUser && n.states[k].content[f] != n.states[k-1].content[f] {
			return true
		}
	}
	return false
}

// versionMoved says that the last foreign change of a record moved its
// version and no content: that is aligned at most once (CR-1), so it may stay.
func (m *model) versionMoved(n *node) bool {
	for k := len(n.states) - 1; k > 0; k-- {
		if s := &n.states[k]; s.by == byUser && s.version != n.states[k-1].version {
			return sameContent(n, k)
		}
	}
	return false
}

// identities is a person with more than one living record on a side: each is
// one of a pair that agrees, or waits for a person (CR-14).
func (m *model) identities(p *person) *difference {
	d := &difference{identity: true}
	if n := m.unmatched(p); n != nil {
		d.pair[cc] = n
		d.ops = []uint64{m.op(n.last().ev)}
		d.message = or(n.alias, n.id) + " of " + sideNames[n.side] + " is linked with no record of its own, and no flag names it (CR-14)"
		return d
	}
	at := int32(len(m.ev))
	for _, a := range p.alive(cc) {
		for _, b := range p.alive(crm) {
			if !m.tied(a, b, at) || m.waits(a) || m.waits(b) {
				continue
			}
			if d := m.contents(a, b); d.message != "" {
				d.identity = true
				return d
			}
		}
	}
	return d
}

// mayDiffer is why the model lets a person's two sides differ at the end, ""
// if it does not. A cause for a flag is no excuse by itself: the flag must
// stand.
func (m *model) mayDiffer(p *person, d *difference) string {
	s := p.story
	flagged := m.stands(p)
	switch {
	case flagged && s.flagCause >= 0:
		return "it waits for a person"
	case flagged && !d.identity && m.doubted(p, int32(len(m.ev))):
		return "its identity waits for a person"
	case flagged && !d.identity && everGoneAny(p) && s.baseless:
		return "a record that is gone, and no base, wait for a person"
	case everGoneAny(p) && m.massDelete() && m.massWaits():
		return "a mass delete waits for a person"
	case (m.deadNow(p) || failed(d.pair)) && m.deadCause(p, d.pair[:]...) != "":
		return m.deadCause(p, d.pair[:]...)
	case m.refusedLast(p) && m.schemaOpen() && m.faultTold():
		return "a system refuses requests for it, and a person was told why"
	}
	if m.deaf(p) {
		return "its last notice never arrived and polling is off"
	}
	if m.deletionForgotten(p) {
		return "its deletion was forgotten with the store, which the feed does not list again, and polling is off"
	}
	if m.hidden(p) {
		return "no notice and no feed showed a change of it, and audits are off"
	}
	return ""
}

// failed says that a record which stands against another says so itself.
func failed(pair [2]*node) bool {
	return pair[cc] != nil && pair[cc].last().status == "FAILED" || pair[crm] != nil && pair[crm].last().status == "FAILED"
}

// deaf says that the engine cannot know how a person's records stand.
func (m *model) deaf(p *person) bool {
	return m.set.pollOff[cc] && m.unheard(p, cc) || m.set.pollOff[crm] && m.unheard(p, crm)
}

// faultTold says that a person was told of a drift or a lost permission.
func (m *model) faultTold() bool { return m.topics["drift"] || m.topics["permission"] }

// unheard says that the last foreign change of one of a side's records never
// reached the engine, or was lost with its store.
func (m *model) unheard(p *person, side int) bool {
	return slices.ContainsFunc(p.nodes[side], m.unheardOf)
}

func (m *model) unheardOf(n *node) bool {
	since := n.foreign()
	if since < 0 {
		return false
	}
	for k := range m.outages {
		if o := &m.outages[k]; o.wipe {
			since = max(since, o.crash)
		}
	}
	for k := len(n.log) - 1; k >= 0 && n.log[k] > since; k-- {
		if e := &m.ev[n.log[k]]; e.Kind == trace.Ack && e.Status/100 == 2 || e.Kind == trace.Read && e.Actor == trace.ActorEngine && m.heard(e.Call) {
			return false
		}
	}
	return true
}

// foreign is the index of the last change that was not the engine's, -1 if it
// made them all.
func (n *node) foreign() int32 {
	for k := len(n.states) - 1; k >= 0; k-- {
		if n.states[k].by != byEngine {
			return n.states[k].ev
		}
	}
	return -1
}

func everGoneAny(p *person) bool {
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			if everGone(n) {
				return true
			}
		}
	}
	return false
}

// alive are the records of a side that were not deleted or merged away.
func (p *person) alive(side int) []*node {
	var out []*node
	for _, n := range p.nodes[side] {
		if !n.last().gone {
			out = append(out, n)
		}
	}
	return out
}

func (p *person) live(side int) *node {
	if a := p.alive(side); len(a) > 0 {
		return a[len(a)-1]
	}
	return nil
}

func (m *model) faultOpen() bool {
	for k := range m.faults {
		if m.faults[k].end < 0 {
			return true
		}
	}
	return false
}
