package scenarios

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// defaultStart is the instant of the guide's own example: a working Friday.
var defaultStart = time.Date(2023, time.October, 27, 10, 0, 0, 0, time.UTC)

// Names of those who act, by origin.
const (
	defaultAgent      = "maria"
	defaultUser       = "sam"
	defaultAutomation = "flow"
	defaultAdmin      = "admin"
)

// New is a scenario without records and steps, with every default filled in.
// Parse decodes on top of it, so that a zero that a file says is kept.
func New() *Scenario {
	second := Duration(time.Second)
	system := func(kind string, priority int, webhooks, conditional bool) System {
		return System{
			Kind: kind, Versioning: "trigger", Latency: 20 * Duration(time.Millisecond),
			Conditional: &conditional, Webhooks: &webhooks, Priority: priority,
			Automation: []string{defaultAutomation}, Times: "UTC",
		}
	}
	return &Scenario{
		Seed:  1,
		Start: defaultStart,
		Systems: Systems{
			CC:  system("genesys", 1, true, false),
			CRM: system("salesforce", 2, false, true),
		},
		Engine: Engine{
			WorkingSet:  64,
			Concurrency: Pair[int]{8, 8},
			Poll:        Pair[Duration]{300 * second, 30 * second},
			Audit:       24 * 3600 * second,
			Overlap:     120 * second,
			Retry:       Retry{Base: second, Factor: 2, Cap: 300 * second, Jitter: 10, RetryAfterCap: 900 * second},
			Fsync:       Duration(time.Millisecond),
			Timeout:     30 * second,
		},
		Policy: Policy{Simultaneous: "review", Granularity: "field", DeleteVsEdit: "review", WrongSide: "overwrite", MassDelete: 20},
	}
}

func newGenerate(count int) *Generate {
	return &Generate{Count: count, Dataset: "people", On: "both"}
}

// applyDefaults fills in what depends on other parts of the scenario.
func (s *Scenario) applyDefaults() {
	for _, side := range [...]*System{&s.Systems.CC, &s.Systems.CRM} {
		if q := side.Quota; q != nil {
			q.RetryAfter = cmp.Or(q.RetryAfter, "reset")
			if q.Headers == nil {
				yes := true
				q.Headers = &yes
			}
		}
	}
	for i := range s.Timeline {
		s.Timeline[i].applyDefaults()
	}
}

// applyDefaults settles who acts: an agent on the contact center, a user on
// the CRM, each with a name.
func (s *Step) applyDefaults() {
	spec := verbIndex[s.Verb]
	if spec == nil || spec.group != People {
		return
	}
	if s.Record == "*" && (s.Verb == Edit || s.Verb == Delete) {
		s.All = true
	}
	if spec.key("as") == nil {
		s.By = cmp.Or(s.By, defaultAdmin)
		return
	}
	s.As = cmp.Or(s.As, defaultAs(s.On))
	s.By = cmp.Or(s.By, defaultBy(s.As))
}

func defaultAs(on string) string {
	if on == "crm" {
		return "user"
	}
	return "agent"
}

func defaultBy(as string) string {
	switch as {
	case "user":
		return defaultUser
	case "automation":
		return defaultAutomation
	}
	return defaultAgent
}

// MappingOrDefault is the scenario's own mapping, else the embedded one for
// its kind of CRM.
func (s *Scenario) MappingOrDefault() *Mapping {
	if s.Mapping != nil {
		return s.Mapping
	}
	return DefaultMapping(s.Systems.CRM.Kind)
}

// Field finds a field of the scenario's mapping of contacts by its label.
func (s *Scenario) Field(label string) (MappingField, bool) {
	return s.MappingOrDefault().Field(label)
}

// Account is the name of the one object beside contacts, which are "".
const Account = "account"

// MappingOf is the mapping of an object, "" for contacts.
func (s *Scenario) MappingOf(object string) *Mapping {
	if object != Account {
		return s.MappingOrDefault()
	}
	if a := s.Objects.Account; a != nil && a.Mapping != nil {
		return a.Mapping
	}
	return DefaultAccounts(s.Systems.CRM.Kind)
}

// Named lists the objects that the world holds, contacts first.
func (s *Scenario) Named() []string {
	if s.Objects.Account == nil {
		return []string{""}
	}
	return []string{"", Account}
}

// Accounts are the ids of the records that are accounts, those that a step
// creates among them; nil where there is none.
func (s *Scenario) Accounts() map[string]bool {
	if s.Objects.Account == nil {
		return nil
	}
	all := map[string]bool{}
	for i := range s.Records.List {
		if r := &s.Records.List[i]; r.Object == Account {
			all[r.ID] = true
		}
	}
	for i := range s.Timeline {
		if step := &s.Timeline[i]; step.Verb == Create && step.Object == Account {
			all[step.Record] = true
		}
	}
	return all
}

// System is the side called "cc" or "crm", nil for any other name.
func (s *Scenario) System(name string) *System {
	switch name {
	case "cc":
		return &s.Systems.CC
	case "crm":
		return &s.Systems.CRM
	}
	return nil
}

// Resolution is that of the timestamps which a kind of system reports (DM-10).
func (s *System) Resolution() time.Duration {
	if s.Kind == "salesforce" || s.Kind == "dynamics" {
		return time.Second
	}
	return time.Millisecond
}

// Resolution is the coarser one of the two systems, at which times are
// compared (DM-10).
func (s *Scenario) Resolution() time.Duration {
	return max(s.Systems.CC.Resolution(), s.Systems.CRM.Resolution())
}

// Tolerance is the effective one of CR-5: the policy's, else 1 s or twice the
// coarser resolution where that is more.
func (s *Scenario) Tolerance() time.Duration {
	if s.Policy.Tolerance != nil {
		return s.Policy.Tolerance.Std()
	}
	return max(time.Second, 2*s.Resolution())
}

// Schedule is the timeline as it is played: repetitions written out, ordered
// by instant and, at one instant, by the order of the file. {n} in a value
// becomes the number of the repetition, from 1. A step for all records stays
// one step.
func (s *Scenario) Schedule() []Step {
	all := make([]Step, 0, s.Occurrences())
	for i := range s.Timeline {
		step := s.Timeline[i]
		for n := range max(step.Times, 1) {
			all = append(all, step.repetition(n))
		}
	}
	slices.SortStableFunc(all, func(a, b Step) int { return cmp.Compare(a.At, b.At) })
	return all
}

// Occurrences is how many steps Schedule has.
func (s *Scenario) Occurrences() int {
	n := 0
	for i := range s.Timeline {
		n += max(s.Timeline[i].Times, 1)
	}
	return n
}

// repetition is the n-th occurrence of a step, from 0.
func (s Step) repetition(n int) Step {
	if s.Every > 0 {
		s.At += Duration(n) * s.Every
		s.Every, s.Times = 0, 1
	}
	var own []FieldSet
	for i, set := range s.Set {
		if !strings.Contains(set.Value, "{n}") {
			continue
		}
		if own == nil {
			own = slices.Clone(s.Set)
		}
		own[i].Value = strings.ReplaceAll(set.Value, "{n}", strconv.Itoa(n+1))
	}
	if own != nil {
		s.Set = own
	}
	return s
}

// End is the last instant of which the timeline speaks: of its steps, their
// repetitions and their windows.
func (s *Scenario) End() Duration {
	var end Duration
	for i := range s.Timeline {
		step := &s.Timeline[i]
		last := step.At + Duration(max(step.Times-1, 0))*step.Every
		end = max(end, last+max(step.For, step.Late, step.Crash.Down, 0))
	}
	return end
}

// generatedID names the i-th generated record, from 0.
func generatedID(i int) string { return "r" + strconv.Itoa(i+1) }
