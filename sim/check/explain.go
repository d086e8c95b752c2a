package check

import (
	"fmt"
	"slices"
	"strings"
)

// Explanation says why a record holds what it holds.
type Explanation struct {
	Record    string             `json:"record"`
	Status    string             `json:"status,omitempty"`
	IDs       map[string]string  `json:"ids"`      // native ids by side
	Versions  map[string]int64   `json:"versions"` // by side
	Fields    []FieldExplanation `json:"fields"`
	Decisions []Decision         `json:"decisions,omitempty"`
}

// FieldExplanation is one field's final values and where they came from.
type FieldExplanation struct {
	Field  string    `json:"field"`
	CC     string    `json:"cc"`
	CRM    string    `json:"crm"`
	Origin *Edit     `json:"origin,omitempty"` // the edit that the value came from, nil: as laid before the run
	Rule   string    `json:"rule,omitempty"`   // the rule by which it travelled
	Lost   []Edit    `json:"lost,omitempty"`   // what it replaced
	Writes []WriteAt `json:"writes,omitempty"` // the engine's writes of this field
}

// Edit is one person's change of one field.
type Edit struct {
	Side    string `json:"side"`
	By      string `json:"by"`
	Value   string `json:"value"`
	Version int64  `json:"version"`
	Stamp   int64  `json:"stamp"` // what the system reported, nanoseconds since the Unix epoch
	At      int64  `json:"at"`    // nanoseconds since the run's start
	Op      uint64 `json:"op"`
}

// WriteAt is one write of the engine.
type WriteAt struct {
	Side  string `json:"side"`
	Value string `json:"value"`
	Rule  string `json:"rule,omitempty"`
	At    int64  `json:"at"`
	Op    uint64 `json:"op"`
}

// UnknownRecordError is an Explain for a name that the journal does not hold.
type UnknownRecordError struct {
	Record string
	Near   string // the nearest name, "" if none is near
}

func (e *UnknownRecordError) Error() string {
	s := fmt.Sprintf("the journal holds no record %q", e.Record)
	if e.Near != "" {
		s += "; did you mean " + e.Near + "?"
	}
	return s
}

// Explain tells, field by field, why a record holds its values: the edit that
// each came from, the rule that carried it over, and what lost. The record is
// named as the scenario does, or by a native id. The error is an
// *UnknownRecordError.
func Explain(c Case, record string) (*Explanation, error) {
	m := newModel(c)
	p := m.byKey[record]
	if p == nil {
		err := &UnknownRecordError{Record: record}
		best := 3
		for _, q := range m.people {
			if d := distance(record, q.name); d < best {
				best, err.Near = d, q.name
			}
		}
		return nil, err
	}
	x := &Explanation{Record: p.name, Status: m.statusOf(p, record), IDs: map[string]string{}, Versions: map[string]int64{}, Decisions: m.decisionsOf(p)}
	for side, name := range sideNames {
		if n := p.node(side); n != nil {
			x.IDs[name], x.Versions[name] = n.id, n.last().version
		}
	}
	for f := range p.fields.list {
		if fx, ok := m.explainField(p, f); ok {
			x.Fields = append(x.Fields, fx)
		}
	}
	return x, nil
}

// explainField is false for a field that was never filled.
func (m *model) explainField(p *person, f int) (FieldExplanation, bool) {
	fd := p.fields.list[f]
	x := FieldExplanation{Field: fd.name, CC: fd.empty(), CRM: fd.empty()}
	var edits []Edit
	for side := range sideNames {
		for _, n := range p.nodes[side] {
			edits = append(edits, m.editsOf(n, f)...)
		}
		if n := p.node(side); n != nil && !n.last().gone {
			*[2]*string{&x.CC, &x.CRM}[side] = n.last().content[f]
		}
	}
	slices.SortFunc(edits, func(a, b Edit) int { return int(int64(a.Op) - int64(b.Op)) })
	for _, w := range p.story.writes {
		for k := range w.changes {
			if ch := &w.changes[k]; ch.field == f {
				e := &m.ev[w.ev]
				x.Writes = append(x.Writes, WriteAt{Side: sideNames[w.side], Value: ch.after, Rule: w.rule, At: e.At, Op: e.Op})
				x.Rule = w.rule
			}
		}
	}
	for k := len(edits) - 1; k >= 0; k-- {
		switch e := edits[k]; {
		case x.Origin == nil && (e.Value == x.CC || e.Value == x.CRM):
			x.Origin = &e
		default:
			x.Lost = append(x.Lost, e)
		}
	}
	return x, x.CC != fd.empty() || x.CRM != fd.empty() || len(edits) > 0
}

// editsOf lists the users' changes of one field of a record.
func (m *model) editsOf(n *node, f int) []Edit {
	var out []Edit
	for k := range n.states {
		st := &n.states[k]
		if st.by != byUser || k > 0 && st.content[f] == n.states[k-1].content[f] || k == 0 && st.content[f] == n.fields.list[f].empty() {
			continue
		}
		e := &m.ev[st.ev]
		out = append(out, Edit{Side: sideNames[n.side], By: e.Actor, Value: st.content[f], Version: st.version, Stamp: e.Stamp, At: e.At, Op: e.Op})
	}
	return out
}

// String tells the explanation in lines.
func (x *Explanation) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s", x.Record)
	for _, side := range sideNames {
		if id := x.IDs[side]; id != "" {
			fmt.Fprintf(&b, ", %s %s version %d", side, id, x.Versions[side])
		}
	}
	if x.Status != "" {
		fmt.Fprintf(&b, ", %s", x.Status)
	}
	b.WriteByte('\n')
	for _, f := range x.Fields {
		f.tell(&b)
	}
	for _, d := range x.Decisions {
		fmt.Fprintf(&b, "decided at %s (op %d): %s by %s", clockText(d.At), d.Op, d.Winner, or(d.ModelRule, d.Rule))
		if d.Rule != "" && !d.Agrees {
			fmt.Fprintf(&b, ", the engine says %s", d.Rule)
		}
		if d.Wrong != "" {
			fmt.Fprintf(&b, ", which the model refuses: %s", d.Wrong)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (f *FieldExplanation) tell(b *strings.Builder) {
	if f.CC == f.CRM {
		fmt.Fprintf(b, "  %s is %s on both sides", f.Field, shown(f.CC))
	} else {
		fmt.Fprintf(b, "  %s is %s in cc and %s in crm", f.Field, shown(f.CC), shown(f.CRM))
	}
	if o := f.Origin; o != nil {
		fmt.Fprintf(b, ", from the edit of %s in %s at %s, version %d (op %d)", o.By, o.Side, clockText(o.At), o.Version, o.Op)
	} else {
		b.WriteString(", as before the run")
	}
	b.WriteByte('\n')
	for _, w := range f.Writes {
		fmt.Fprintf(b, "    written to %s at %s as %s", w.Side, clockText(w.At), shown(w.Value))
		if w.Rule != "" {
			fmt.Fprintf(b, " by %s", w.Rule)
		}
		fmt.Fprintf(b, " (op %d)\n", w.Op)
	}
	for _, e := range f.Lost {
		fmt.Fprintf(b, "    replaced %s by %s in %s at %s, version %d (op %d)\n", shown(e.Value), e.By, e.Side, clockText(e.At), e.Version, e.Op)
	}
}
