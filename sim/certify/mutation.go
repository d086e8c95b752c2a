package certify

import (
	"slices"

	"github.com/syncproof/syncproof/sim/check"
)

// Mutation is a change of a journal that breaks one rule of one invariant.
type Mutation struct {
	Name      string
	Invariant string
	Rule      string // the requirement that is broken
	Breaks    string // what a reader of the journal sees, in a sentence
	// Doubt says that evidence was taken away and nothing else: honesty demands
	// unknown, and a failure is as good. Everywhere else it must be a failure.
	Doubt bool
	// Passes names the journals that the invariant rightly lets pass after such
	// a change, or wrongly and known, each with the reason.
	Passes map[string]string
	apply  func(*draft) bool // false: the journal has no place for it
}

// Mutations lists all in the order of the specification's invariants.
func Mutations() []Mutation {
	all := slices.Concat(contents, decisions, flags, writes, acks, limits, identities, endings, leaks)
	order := map[string]int{}
	for i, inv := range check.Invariants() {
		order[inv.Name] = i
	}
	slices.SortStableFunc(all, func(a, b Mutation) int { return order[a.Invariant] - order[b.Invariant] })
	return all
}

// Outcome is what the invariants made of one journal that a mutation changed.
type Outcome struct {
	Journal string
	Noticed bool
	Result  check.Result // of the invariant whose rule was broken
	// Also are the other invariants that no longer pass.
	Also []string
}

// Apply breaks a journal. It returns false if there is no place in it.
func (m *Mutation) Apply(j *Journal) (Outcome, bool) {
	d := newDraft(j)
	if !m.apply(d) {
		return Outcome{}, false
	}
	verdicts := j.judge(d.settle(j.Events))
	o := Outcome{Journal: j.Name, Result: verdicts[m.Invariant]}
	v := o.Result.Verdict
	o.Noticed = v == check.Fail || v == check.Unknown && m.Doubt
	for _, r := range j.Results {
		now := verdicts[r.Name].Verdict
		if r.Name != m.Invariant && r.Line == 0 && (now == check.Fail || now == check.Unknown) {
			o.Also = append(o.Also, r.Name)
		}
	}
	return o, true
}
