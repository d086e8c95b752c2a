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
	var out []Decision
	s := p.story
	var open *grouping
	person := ""
	flush := func(until int32) {
		if open != nil {
			d := open.close(m, p, until)
			if open.person != "" {
				d.ModelRule = open.person
				d.Agrees = d.Rule == "" || d.Rule == d.ModelRule
			}
			out = append(out, d)
			open = nil
		}
	}
	next := 0
	flag := 0
	for _, i := range p.log {
		e := &m.ev[i]
		for flag < len(s.flags) && s.flags[flag].ev < i {
			flag++
		}
		if flag < len(s.flags) && s.flags[flag].ev == i && (len(out) == 0 || out[len(out)-1].Winner != "flagged") {
			flush(i)
			out = append(out, Decision{Record: p.name, Winner: "flagged", ModelRule: m.flagRule(p, i), Rule: m.claimed(p, i, i), At: e.At, Op: e.Op, Conflict: true})
			last := &out[len(out)-1]
			last.Agrees = last.Rule == "" || last.Rule == last.ModelRule
		}
		switch {
		case e.Kind == trace.Person, e.Kind == trace.Commit && e.Actor != trace.ActorEngine && e.Verb != trace.Touch:
			flush(i)
			person = ""
			if e.Kind == trace.Person && slices.Contains(s.persons, i) {
				person = personRule(e)
			}
		case e.Kind == trace.Commit && e.Actor == trace.ActorEngine:
			for next < len(s.writes) && s.writes[next].ev < i {
				next++
			}
			if next < len(s.writes) && s.writes[next].ev == i {
				w := s.writes[next]
				if len(w.changes) == 0 && (w.verb == trace.Update || w.verb == trace.Touch) {
					continue
				}
				if open == nil {
					open = &grouping{first: i, person: person}
				}
				open.writes = append(open.writes, w)
			}
		}
	}
	flush(math.MaxInt32)
	return out
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

// close makes the decision of what was gathered before the event until.
func (g *grouping) close(m *model, p *person, until int32) Decision {
	e := &m.ev[g.first]
	d := Decision{Record: p.name, At: e.At, Op: e.Op}
	var towards, contested [2]bool // a side whose content was carried over
	for _, w := range g.writes {
		towards[1-w.side] = true
		contested[1-w.side] = contested[1-w.side] || w.conflict
		d.Conflict = d.Conflict || w.conflict
		if d.Wrong == "" {
			d.Wrong = w.wrong
		}
		if d.ModelRule == "" || w.conflict {
			d.ModelRule = or(w.rule, d.ModelRule)
		}
		for k := range w.changes {
			if name := m.fields.list[w.changes[k].field].name; !slices.Contains(d.Fields, name) {
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
	d.Rule = m.claimed(p, g.first, until)
	d.Agrees = d.Wrong == "" && (d.Rule == "" || d.Rule == d.ModelRule)
	return d
}

// claimed is the rule of the engine's own first decision between two events,
// else of the nearest before them, else of the first at all.
func (m *model) claimed(p *person, at, until int32) string {
	before := ""
	for _, i := range p.story.claims {
		switch rule := m.ev[i].Code; {
		case i <= at:
			before = rule
		case i < until || before == "":
			return rule
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
