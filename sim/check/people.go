package check

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// gatherPeople ties the records of both systems together: by the external
// ids that they carried at any time, by merges, and by the scenario's names
// for what it laid as linked. What names a record of another object links nothing.
func (m *model) gatherPeople() {
	m.nameCreated()
	for _, n := range m.nodes {
		n.group = n
	}
	join := func(a, b *node) {
		if b != nil && b.fields == a.fields {
			a.root().group = b.root()
		}
	}
	merged := map[*node]bool{}
	specs := m.specs()
	named := map[string]*node{}
	for _, n := range m.nodes {
		seen := ""
		for i := range n.states {
			s := &n.states[i]
			if s.external != seen && s.external != "" {
				join(n, m.find(systemOf(1-n.side), s.external))
			}
			seen = s.external
			if e := &m.ev[s.ev]; e.Verb == trace.Merge {
				join(n, m.find(n.on, e.External))
				merged[n] = true
			}
		}
		if n.alias == "" {
			continue
		}
		if other := named[n.alias]; other == nil {
			named[n.alias] = n
		} else if spec := specs[n.alias]; spec == nil || spec.Linked {
			join(n, other)
		}
	}
	for _, n := range m.nodes {
		r := n.root()
		p := r.person
		if p == nil {
			p = &person{}
			r.person = p
			m.people = append(m.people, p)
		}
		p.adopt(n)
		p.merged = p.merged || merged[n]
	}
	for _, p := range m.people {
		m.settle(p, specs)
	}
	m.spread()
}

// root stands for all records that were joined with this one.
func (n *node) root() *node {
	for n.group != n {
		n.group = n.group.group
		n = n.group
	}
	return n
}

func (p *person) adopt(n *node) {
	n.person = p
	if p.fields == nil {
		p.fields = n.fields
	}
	p.nodes[n.side] = append(p.nodes[n.side], n)
	p.log = append(p.log, n.log...)
	if p.alias == "" {
		p.alias = n.alias
	}
}

// settle names a person and orders the log.
func (m *model) settle(p *person, specs map[string]*scenarios.Record) {
	p.name = p.alias
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			if p.name == "" {
				p.name = n.id
			}
			m.byKey[n.id] = p
			if n.alias != "" && m.byAlias[n.alias] == nil {
				m.byAlias[n.alias] = p
				m.byKey[n.alias] = p
			}
		}
	}
	if p.alias != "" {
		m.namesakes[p.alias] = append(m.namesakes[p.alias], p)
	}
	p.spec = specs[p.alias]
	slices.Sort(p.log)
}

// specs are the scenario's records by name.
func (m *model) specs() map[string]*scenarios.Record {
	out := make(map[string]*scenarios.Record, len(m.sc.Records.List))
	for i := range m.sc.Records.List {
		out[m.sc.Records.List[i].ID] = &m.sc.Records.List[i]
	}
	return out
}

// nameCreated gives the records that users created the names that the
// timeline calls them: the n-th creation on a side is the n-th create step.
func (m *model) nameCreated() {
	var steps [2][2][]*scenarios.Step // by object and side
	for i := range m.sc.Timeline {
		if s := &m.sc.Timeline[i]; s.Verb == scenarios.Create {
			side := cc
			if s.On == "crm" {
				side = crm
			}
			object := objectOf(s.Object)
			steps[object][side] = append(steps[object][side], s)
		}
	}
	var next [2][2]int
	for object := range steps {
		for side := range steps[object] {
			slices.SortStableFunc(steps[object][side], func(a, b *scenarios.Step) int { return int(a.At/1e6) - int(b.At/1e6) })
		}
	}
	for _, n := range m.nodes {
		first := &n.states[0]
		if first.by != byUser || m.ev[first.ev].Verb != trace.Create {
			continue
		}
		object := n.fields.object
		if k := next[object][n.side]; k < len(steps[object][n.side]) {
			if n.alias == "" {
				n.alias = steps[object][n.side][k].Record
			}
			next[object][n.side]++
		}
	}
}

// spread gives each person the events that name records by alias or by the
// engine's own key, in a second pass over only those kinds. Who acts by a name
// alone, and not by a native id, may mean each person that has it.
func (m *model) spread() {
	touched := map[*person]bool{}
	give := func(p *person, i int32) {
		p.log = append(p.log, i)
		touched[p] = true
	}
	for i, e := range m.only(trace.Person, trace.Told, trace.ClaimDecision, trace.ClaimStatus) {
		if all := m.namesakes[e.Alias]; len(all) > 1 && e.Record == "" {
			for _, p := range all {
				give(p, i)
			}
		} else if p := m.whom(e); p != nil {
			give(p, i)
		}
	}
	for _, p := range m.people {
		if touched[p] {
			slices.Sort(p.log)
		}
	}
}

// whom resolves the person that a claim, a message or a person's action names:
// by a native id, for several may go by one name of the scenario.
func (m *model) whom(e *trace.Event) *person {
	if e.Record != "" {
		at := strings.LastIndexFunc(e.Record, inKey) + 1
		if p := m.byID(e.Record[at:]); p != nil {
			return p
		}
	}
	if p := m.byAlias[e.Alias]; p != nil && e.Alias != "" {
		return p
	}
	if e.Record == "" {
		return nil
	}
	if p := m.byKey[e.Record]; p != nil {
		return p
	}
	for _, part := range strings.FieldsFunc(e.Record, inKey) {
		if p := m.byKey[part]; p != nil {
			return p
		}
	}
	return nil
}

// inKey says that a sign parts a native id from the rest of a key such as
// "contact/ID" or "cc:ID".
func inKey(r rune) bool { return strings.ContainsRune("/:|#, ", r) }

func (m *model) byID(id string) *person {
	for side := range m.index {
		if n := m.index[side][id]; n != nil {
			return n.person
		}
	}
	return nil
}

func containsAny(s string, words ...string) bool {
	for _, w := range words {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}
