package check

import (
	"math"
	"slices"

	"github.com/syncproof/syncproof/sim/trace"
)

// Decision is one result that shows in the journals: a row of the reports'
// table.
type Decision struct {
	Record string `json:"record"`
	// Winner is cc, crm, merged or flagged.
	Winner string `json:"winner"`
	// Rule is the engine's own word, "" if it claimed none; ModelRule is what
	// this package found, and Agrees says whether the two are the same.
	Rule      string   `json:"rule,omitempty"`
	ModelRule string   `json:"model_rule"`
	Agrees    bool     `json:"agrees"`
	Conflict  bool     `json:"conflict"`         // both sides had been edited
	Fields    []string `json:"fields,omitempty"` // what was written, by the mapping's names
	At        int64    `json:"at"`               // nanoseconds since the run's start
	Op        uint64   `json:"op"`               // of the first write
	Wrong     string   `json:"wrong,omitempty"`  // why the model refuses it
}

// Decisions lists what was decided in a run, in the order of the journal.
func Decisions(c Case) []Decision {
	m := newModel(c)
	var all []Decision
	for _, p := range m.people {
		all = append(all, m.decisionsOf(p)...)
	}
	slices.SortStableFunc(all, func(a, b Decision) int { return int(int64(a.Op) - int64(b.Op)) })
	return all
}

// decisionsOf groups a person's writes by what led to them: writes to both
// sides with no edit or word of a person in between are one decision.
func (m *model) decisionsOf(p *person) []Decision {
	g := gatherer{m: m, p: p, since: -1, writes: p.story.writes, flags: p.story.flags}
	for _, i := range p.log {
		g.flag(i)
		switch e := &m.ev[i]; {
		case e.Kind == trace.Person, e.Kind == trace.Commit && e.Actor != trace.ActorEngine && e.Verb != trace.Touch:
			g.begin(i)
		case e.Kind == trace.Commit && e.Actor == trace.ActorEngine:
			g.write(i)
		}
	}
	g.flush(math.MaxInt32)
	return g.out
}

// gatherer goes through one person's log.
type gatherer struct {
	m      *model
	p      *person
	out    []Decision
	open   *grouping
	person string // the rule by which a person decided last, "" if none did
	since  int32  // the last event that asked for a decision
	writes []*write
	flags  []flagging
}

// flush ends the decision being gathered.
func (g *gatherer) flush(until int32) {
	if g.open == nil {
		return
	}
	d := g.open.close(g.m, g.p, g.since, until)
	if g.open.person != "" {
		d.ModelRule = g.open.person
		d.Agrees = d.Rule == "" || d.Rule == d.ModelRule
	}
	g.out, g.open = append(g.out, d), nil
}

// flag takes event i for a decision if it flagged the record.
func (g *gatherer) flag(i int32) {
	for len(g.flags) > 0 && g.flags[0].ev < i {
		g.flags = g.flags[1:]
	}
	if len(g.flags) == 0 || g.flags[0].ev != i || (len(g.out) > 0 && g.out[len(g.out)-1].Winner == "flagged") {
		return
	}
	g.flush(i)
	e := &g.m.ev[i]
	d := Decision{
		Record: g.p.name, Winner: "flagged", ModelRule: g.m.flagRule(g.p, i),
		Rule: g.m.claimed(g.p, g.since, i, g.m.nextAct(g.p, i)), At: e.At, Op: e.Op, Conflict: true,
	}
	d.Agrees = d.Rule == "" || d.Rule == d.ModelRule
	g.out = append(g.out, d)
}

// begin notes that event i asks for a new decision.
func (g *gatherer) begin(i int32) {
	g.flush(i)
	g.person, g.since = "", i
	if e := &g.m.ev[i]; e.Kind == trace.Person && slices.Contains(g.p.story.persons, i) {
		g.person = personRule(e)
	}
}

// write adds the engine's commit i, if it carried something.
func (g *gatherer) write(i int32) {
	for len(g.writes) > 0 && g.writes[0].ev < i {
		g.writes = g.writes[1:]
	}
	if len(g.writes) == 0 || g.writes[0].ev != i {
		return
	}
	w := g.writes[0]
	if len(w.changes) == 0 && (w.verb == trace.Update || w.verb == trace.Touch) {
		return
	}
	if g.open == nil {
		g.open = &grouping{first: i, person: g.person}
	}
	g.open.writes = append(g.open.writes, w)
}

// grouping is a decision being gathered.
type grouping struct {
	first  int32
	person string // the rule by which a person decided, "" if none did
	writes []*write
}

// personRule is the rule of what a person did: a restore, or a decision.
func personRule(e *trace.Event) string {
	if e.Verb == "restore" {
		return "CR-11"
	}
	return "CR-10"
}

// close makes the decision of what was gathered between two events.
func (g *grouping) close(m *model, p *person, since, until int32) Decision {
	e := &m.ev[g.first]
	d := Decision{Record: p.name, At: e.At, Op: e.Op}
	var towards, contested [2]bool // a side whose content was carried over
	open := false                  // CR-2 and CR-3 explain it alike
	for _, w := range g.writes {
		towards[1-w.side] = true
		contested[1-w.side] = contested[1-w.side] || w.conflict
		d.Conflict = d.Conflict || w.conflict
		open = open || w.open
		if d.Wrong == "" {
			d.Wrong = w.wrong
		}
		if d.ModelRule == "" || w.conflict {
			d.ModelRule = or(w.rule, d.ModelRule)
		}
		for k := range w.changes {
			if name := p.fields.list[w.changes[k].field].name; !slices.Contains(d.Fields, name) {
				d.Fields = append(d.Fields, name)
			}
		}
	}
	switch {
	case towards[cc] && towards[crm]:
		d.Winner = "merged"
		if !d.Conflict && d.ModelRule != "CR-12" {
			d.ModelRule = "CR-3"
		}
	case towards[crm]:
		d.Winner = "crm"
	default:
		d.Winner = "cc"
	}
	d.Rule = m.claimed(p, since, g.first, until)
	if open && (d.Rule == "CR-2" || d.Rule == "CR-3") {
		d.ModelRule = d.Rule
	}
	d.Agrees = d.Wrong == "" && (d.Rule == "" || d.Rule == d.ModelRule)
	return d
}

// nextAct is the first event after another by which somebody but the engine
// acted on a record.
func (m *model) nextAct(p *person, after int32) int32 {
	for _, i := range p.log {
		if e := &m.ev[i]; i > after && (e.Kind == trace.Person || e.Kind == trace.Commit && e.Actor != trace.ActorEngine) {
			return i
		}
	}
	return math.MaxInt32
}

// claimed is the rule of the engine's own first decision between a decision's
// first write and the next act, else of the nearest before that write, back to
// the act before. The engine may have claimed nothing.
func (m *model) claimed(p *person, since, at, until int32) string {
	before := ""
	for _, i := range p.story.claims {
		switch {
		case i <= since:
		case i <= at:
			before = m.ev[i].Code
		case i < until:
			return m.ev[i].Code
		default:
			return before
		}
	}
	return before
}

func (m *model) flagRule(p *person, at int32) string {
	switch {
	case everGoneAny(p):
		return "CR-13"
	case !p.simple():
		return "CR-14"
	case m.flagCause(p, at) != "":
		return "CR-6"
	}
	return ""
}
