package resolve_test

import (
	"fmt"
	"sort"

	"github.com/syncproof/syncproof/engine/resolve"
)

// outcome is a decision as the model states it: what each side ends with,
// not how it gets there.
type outcome struct {
	Action, Winner, Rule, Status string
	Version                      int64    // 0 where no write carries one
	After                        []string // "cc.notes=a", or "cc gone"
	Written                      []string // "cc", "crm"
	Lost                         []string // "cc.notes=a by CR-4"
}

// model decides by trying: it lists every assignment of values to fields and
// keeps those that no rule of the specification forbids. There must be
// exactly one. It is written from the specification and shares no code with
// the package.
type model struct {
	in resolve.Input
	n  int
}

const (
	keep    = 2 // each side keeps its value
	choices = 3 // cc's value, crm's value, keep
)

func decideByModel(in resolve.Input) (outcome, error) {
	m := &model{in: in, n: len(in.Fields)}
	if !in.Sides[0].Present || !in.Sides[1].Present {
		return m.absent(), nil
	}
	if m.needsPersonForWrongSide() {
		return m.flagged("FC-2"), nil
	}
	if m.tableAsked() {
		if _, rule, person := m.champion(); person {
			return m.flagged(rule), nil
		}
	}
	var allowed [][]int
	for code := range pow(choices, m.n) {
		candidate := make([]int, m.n)
		for i := range candidate {
			candidate[i] = code % choices
			code /= choices
		}
		if m.allows(candidate) {
			allowed = append(allowed, candidate)
		}
	}
	if len(allowed) != 1 {
		return outcome{}, fmt.Errorf("the rules allow %d outcomes: %v", len(allowed), allowed)
	}
	return m.carryOut(allowed[0]), nil
}

// tableAsked: CR-3 leaves something for CR-4 to CR-7.
func (m *model) tableAsked() bool {
	if m.oneEdited() >= 0 {
		return false
	}
	if !m.lost() && m.in.Policy.Granularity == resolve.ByRecord {
		return m.any(func(i int) bool { return !m.oneWay(i) && m.differs(i) })
	}
	return m.any(m.claimed)
}

// champion goes down the table as a list of keys: the first that differs
// decides.
func (m *model) champion() (side int, rule string, person bool) {
	eff := m.effective()
	stronger := 0
	if m.in.Traits[1].Priority < m.in.Traits[0].Priority {
		stronger = 1
	}
	if eff[0] != eff[1] {
		return index(eff[1] > eff[0]), "CR-4", false
	}
	step := max(int64(m.in.Traits[0].Resolution), int64(m.in.Traits[1].Resolution), 1)
	limit := int64(m.in.Policy.Tolerance)
	if limit < 0 {
		limit = max(1_000_000_000, 2*step)
	}
	known := !m.in.Sides[0].Time.IsZero() && !m.in.Sides[1].Time.IsZero()
	var ticks [2]int64
	for s := range ticks {
		if known {
			ticks[s] = m.in.Sides[s].Time.UnixNano() / step
		}
	}
	apart := (ticks[1] - ticks[0]) * step
	switch {
	case known && apart == 0, !known && limit == 0:
		return stronger, "CR-7", false
	case known && (apart >= limit || -apart >= limit):
		return index(apart > 0), "CR-5", false
	case m.in.Policy.Simultaneous == resolve.Review:
		return -1, "CR-6", true
	case m.in.Sides[0].Origin != m.in.Sides[1].Origin:
		return index(m.in.Sides[1].Origin > m.in.Sides[0].Origin), "CR-6", false
	}
	return stronger, "CR-6", false
}

func (m *model) effective() [2]int64 {
	changed := [2]bool{}
	for s := range changed {
		changed[s] = m.in.Sides[s].Present && m.changedAlone(s)
	}
	trusted := true
	common := int64(0)
	for s, b := range m.in.Bases {
		v := int64(0)
		if b.Known {
			v = b.Version
		}
		common = max(common, v)
		trusted = trusted && m.in.Traits[s].Versioning == resolve.Trigger
		trusted = trusted && (!changed[s] || m.in.Sides[s].Version > v)
	}
	var eff [2]int64
	for s, b := range m.in.Bases {
		switch {
		case !changed[s] && b.Known:
			eff[s] = b.Version
		case !changed[s]:
		case trusted:
			eff[s] = m.in.Sides[s].Version
		default:
			eff[s] = common + 1
		}
	}
	return eff
}

// allows says whether no rule forbids the assignment.
func (m *model) allows(candidate []int) bool {
	for i, choice := range candidate {
		if !m.allowsField(i, choice) {
			return false
		}
	}
	return true
}

func (m *model) allowsField(i, choice int) bool {
	if !m.differs(i) {
		return choice == keep
	}
	if m.oneWay(i) {
		source := 1 - int(m.in.Fields[i].OneWay)
		travels := m.moved(0, i) || m.moved(1, i)
		if m.lost() {
			travels = m.now(source, i) != ""
		}
		return choice == source && travels || choice == keep && !travels
	}
	if choice == keep {
		return false // the sides must agree
	}
	if m.lost() && (m.now(0, i) == "" || m.now(1, i) == "") {
		return m.now(choice, i) != "" // CR-12
	}
	if one := m.oneEdited(); one >= 0 {
		return choice == one // CR-2
	}
	if !m.claimed(i) && !m.wholeRecord() {
		return m.moved(choice, i) // CR-3
	}
	side, _, _ := m.champion()
	return choice == side
}

func (m *model) wholeRecord() bool {
	_, rule, _ := m.champion()
	merging := rule == "CR-6" && m.in.Policy.Simultaneous == resolve.MergeFields
	return m.in.Policy.Granularity == resolve.ByRecord && !merging && !m.lost()
}

// carryOut states the outcome of the only allowed assignment.
func (m *model) carryOut(candidate []int) outcome {
	var o outcome
	var gets [2]bool
	final := [2][]string{}
	var winner int
	winner, o.Rule = m.credit()
	for i, choice := range candidate {
		for s := range final {
			v := m.now(s, i)
			if choice != keep && choice != s {
				gets[s] = true
				if m.wrong(i) {
					o.Lost = append(o.Lost, m.loss(s, i, "FC-2"))
				} else if m.claimed(i) || !m.oneWay(i) && !m.lost() && m.moved(s, i) {
					o.Lost = append(o.Lost, m.loss(s, i, o.Rule))
				}
				v = m.now(choice, i)
			}
			final[s] = append(final[s], v)
		}
	}
	stored := [2]int64{m.in.Sides[0].Version, m.in.Sides[1].Version}
	o.Winner, o.Action, o.Status = sideName(winner), "merge", "RESOLVED"
	switch {
	case !gets[0] && !gets[1]:
		o.Winner, o.Action, o.Status, o.Rule = "none", "nothing", "IN_SYNC", "CR-1"
		if m.lost() {
			o.Rule = "CR-12"
		}
		o.Version = stored[0]
		if stored[0] != stored[1] {
			o.Action, o.Version = "align", m.floor()
		}
	default:
		eff := m.effective()
		o.Version = max(m.floor(), eff[0], eff[1])
		if m.changed(0) && m.changed(1) || m.oneEdited() < 0 && m.any(m.claimed) {
			o.Version++
		}
		if winner >= 0 && !gets[winner] {
			o.Action = "push"
		}
		if o.Rule == "CR-2" {
			o.Status = "IN_SYNC"
		}
		if len(o.Lost) > 0 {
			o.Status = "OVERWRITTEN"
		}
	}
	for s := range final {
		for i, v := range final[s] {
			o.After = append(o.After, m.named(s, i, v))
		}
		if gets[s] || stored[s] != o.Version {
			o.Written = append(o.Written, sideName(s))
		}
	}
	sort.Strings(o.Lost)
	return o
}

// credit names the winner and the rule of an outcome that writes something.
func (m *model) credit() (int, string) {
	if m.tableAsked() {
		side, rule, _ := m.champion()
		if rule == "CR-6" && m.in.Policy.Simultaneous == resolve.MergeFields && !m.any(m.claimed) {
			side = -1
		}
		return side, rule
	}
	corrects := [2]bool{}
	fills := false
	for i := range m.n {
		if m.wrong(i) {
			corrects[1-int(m.in.Fields[i].OneWay)] = true
		} else if m.lost() && m.differs(i) && (!m.oneWay(i) || m.now(1-int(m.in.Fields[i].OneWay), i) != "") {
			fills = true
		}
	}
	only := func(pair [2]bool) int {
		if pair[0] == pair[1] {
			return -1
		}
		return index(pair[1])
	}
	gives := [2]bool{m.gives(0), m.gives(1)}
	switch {
	case m.lost() && fills:
		return -1, "CR-12"
	case m.lost():
		return only(corrects), "FC-2"
	case m.oneEdited() >= 0 && m.any(m.claimed):
		return m.oneEdited(), "CR-2"
	case gives[0] && gives[1]:
		return -1, "CR-3"
	case gives[0] || gives[1]:
		return only(gives), "CR-2"
	}
	return only(corrects), "FC-2"
}

func (m *model) flagged(rule string) outcome {
	o := outcome{Action: "flag", Winner: "none", Rule: rule, Status: "FLAGGED"}
	for s := range 2 {
		o.After = append(o.After, m.after(s)...)
	}
	return o
}

// floor is the highest version ever seen.
func (m *model) floor() int64 {
	v := max(m.in.Sides[0].Version, m.in.Sides[1].Version)
	for _, b := range m.in.Bases {
		if b.Known {
			v = max(v, b.Version)
		}
	}
	return v
}

func (m *model) after(s int) []string {
	if !m.in.Sides[s].Present {
		return []string{sideName(s) + " gone"}
	}
	var list []string
	for i := range m.n {
		list = append(list, m.named(s, i, m.now(s, i)))
	}
	return list
}

func (m *model) named(s, i int, v string) string {
	return sideName(s) + "." + m.in.Fields[i].Name + "=" + v
}

func (m *model) loss(s, i int, rule string) string {
	return m.named(s, i, m.now(s, i)) + " by " + rule
}
