package incident

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/scenarios"
)

// incident is the scenario of the story.
func (s *story) incident() (*Incident, error) {
	s.choose()
	if len(s.people) == 0 {
		return nil, errNothing
	}
	sc := scenarios.New()
	sc.Title = cmp.Or(s.o.Title, "an incident")
	sc.Seed = max(s.life.Config.Seed, 1)
	sc.Start = time.Unix(0, int64(s.start)).UTC().Truncate(time.Millisecond)
	if err := s.settings(sc); err != nil {
		return nil, err
	}
	for _, p := range s.people {
		if r, ok := s.record(p); ok {
			sc.Records.List = append(sc.Records.List, r)
		}
	}
	s.timeline(sc)
	s.expect(sc)
	in := &Incident{Scenario: sc, Lives: s.lives, Events: s.events, Left: s.left}
	for _, p := range s.people {
		in.Names = append(in.Names, p.ids)
	}
	if err := sc.Complete(); err != nil {
		return nil, fmt.Errorf("what happened cannot be said in a scenario: %w", err)
	}
	return in, nil
}

// choose gives names to the people whose records were looked at, or to those
// that were asked for.
func (s *story) choose() {
	s.people = slices.DeleteFunc(s.people, func(p *person) bool {
		known := p.sides[0].known || p.sides[1].known
		asked := len(s.o.Only) == 0 || slices.Contains(s.o.Only, p.ids[0]) || slices.Contains(s.o.Only, p.ids[1])
		return !known || !asked
	})
	for i, p := range s.people {
		p.name = "r" + strconv.Itoa(i+1)
	}
	s.steps = slices.DeleteFunc(s.steps, func(d dated) bool { return d.person != nil && d.person.name == "" })
}

// settings are what the engine was configured with.
func (s *story) settings(sc *scenarios.Scenario) error {
	c := &s.life.Config
	sc.Systems.CRM.Kind = s.crmKind()
	for i, sys := range []*scenarios.System{&sc.Systems.CC, &sc.Systems.CRM} {
		own := &c.Systems[i]
		sys.Versioning = "none"
		if own.Traits.Versioning == trigger {
			sys.Versioning = "trigger"
		}
		sys.Priority, sys.PageSize = cmp.Or(own.Traits.Priority, sys.Priority), own.PageSize
		if len(own.Automation) > 0 {
			sys.Automation = own.Automation
		}
		sys.Latency = scenarios.Duration((median(s.trips[i]) / 2).Round(time.Millisecond))
	}
	conditional := c.Systems[mapping.CRM].Capabilities.Conditional != adapter.Unconditional
	sc.Systems.CRM.Conditional = &conditional
	hooked := s.hooked
	sc.Systems.CC.Webhooks = &hooked
	e := &sc.Engine
	e.WorkingSet = cmp.Or(c.WorkingSet, e.WorkingSet)
	e.Concurrency = scenarios.Pair[int]{
		CC: cmp.Or(c.Systems[0].Concurrency, e.Concurrency.CC), CRM: cmp.Or(c.Systems[1].Concurrency, e.Concurrency.CRM),
	}
	e.Poll = scenarios.Pair[scenarios.Duration]{CC: offOr(c.Systems[0].Poll), CRM: offOr(c.Systems[1].Poll)}
	e.Audit, e.Overlap = offOr(c.Audit), scenarios.Duration(max(c.Systems[0].Overlap, c.Systems[1].Overlap))
	e.Retry = scenarios.Retry{
		Base: cmp.Or(scenarios.Duration(c.Retry.Base), e.Retry.Base), Cap: cmp.Or(scenarios.Duration(c.Retry.Cap), e.Retry.Cap),
		Factor: cmp.Or(c.Retry.Factor, e.Retry.Factor), Jitter: cmp.Or(c.Retry.JitterPercent, e.Retry.Jitter),
		RetryAfterCap: cmp.Or(scenarios.Duration(c.Retry.RetryAfterCap), e.Retry.RetryAfterCap),
	}
	s.policy(sc)
	return s.mapping(sc)
}

func (s *story) policy(sc *scenarios.Scenario) {
	c, p := &s.life.Config, &sc.Policy
	if c.Policy.Tolerance >= 0 {
		own := scenarios.Duration(c.Policy.Tolerance)
		p.Tolerance = &own
	}
	p.Simultaneous = word(c.Policy.Simultaneous, []string{resolve.Review: "review", resolve.MergeFields: "merge", resolve.Hierarchy: "hierarchy"})
	p.DeleteVsEdit = word(c.Policy.DeleteVsEdit, []string{resolve.ReviewDelete: "review", resolve.DeleteWins: "delete", resolve.RestoreWins: "restore"})
	p.WrongSide = word(c.Policy.WrongSide, []string{resolve.OverwriteWrongSide: "overwrite", resolve.ReviewWrongSide: "review"})
	p.Granularity = word(c.Policy.Granularity, []string{resolve.ByField: "field", resolve.ByRecord: "record"})
	p.MassDelete = cmp.Or(c.MassDelete, p.MassDelete)
}

// word is a policy as a scenario spells it, the first for one that is not known.
func word[P ~uint8](p P, words []string) string {
	if int(p) < len(words) {
		return words[p]
	}
	return words[0]
}

// mapping is the recorded one, unless it is the scenario's own for that CRM.
func (s *story) mapping(sc *scenarios.Scenario) error {
	own := &scenarios.Mapping{}
	text, err := json.Marshal(s.life.Mapping)
	if err == nil {
		err = json.Unmarshal(text, own)
	}
	if err != nil {
		return fmt.Errorf("the recorded mapping cannot be said in a scenario: %w", err)
	}
	if preset, err := json.Marshal(scenarios.DefaultMapping(sc.Systems.CRM.Kind)); err != nil || string(preset) != string(text) {
		sc.Mapping = own
	}
	return nil
}

func offOr(d time.Duration) scenarios.Duration {
	if d <= 0 {
		return scenarios.Off
	}
	return scenarios.Duration(d)
}

// record is a person's records as they stood before, false if there were none.
func (s *story) record(p *person) (scenarios.Record, bool) {
	cc, crm := &p.first[mapping.CC], &p.first[mapping.CRM]
	r := scenarios.Record{ID: p.name, On: "both", Linked: true, Base: "known"}
	one := cc
	switch {
	case cc.present && crm.present:
		if !p.known {
			r.Base = "lost"
		}
		r.CRM = s.changes(cc.content, crm.content)
	case cc.present:
		r.On, r.Linked, r.Base = "cc", false, "lost"
	case crm.present:
		r.On, r.Linked, r.Base, one = "crm", false, "lost", crm
	default:
		return r, false
	}
	version := max(cc.version, crm.version)
	r.Version = &version
	for i, value := range one.content {
		if value != s.m.Fields[i].Empty() {
			r.Fields = append(r.Fields, scenarios.FieldSet{Field: s.m.Fields[i].Name, Value: value})
		}
	}
	return r, true
}

// timeline puts what was done and what went wrong in its order.
func (s *story) timeline(sc *scenarios.Scenario) {
	wrong := s.skews(sc)
	all := slices.Clone(s.steps)
	for _, t := range s.faults {
		if t.parting(s.last) {
			continue
		}
		all = append(all, dated{at: t.begin, step: t.step(s.last)})
	}
	origin := engine.Instant(sc.Start.UnixNano())
	for i := range all {
		d := &all[i]
		if d.stamp {
			d.at -= engine.Instant(wrong[d.side])
		}
		d.step.At = scenarios.Duration(max(d.at.Sub(origin), 0).Truncate(time.Microsecond))
		if d.person != nil {
			d.step.Record = d.person.name
		}
	}
	slices.SortStableFunc(all, func(a, b dated) int { return cmp.Compare(a.step.At, b.step.At) })
	for i := range all {
		sc.Timeline = append(sc.Timeline, all[i].step)
	}
}

// skews are how far the systems' clocks were ahead of the engine's, at least:
// what a system stamped must have been there when the engine heard of it.
func (s *story) skews(sc *scenarios.Scenario) [2]time.Duration {
	var skew [2]time.Duration
	for _, d := range s.steps {
		if d.stamp {
			skew[d.side] = max(skew[d.side], d.at.Sub(d.seen))
		}
	}
	sc.Systems.CC.Clock.Skew, sc.Systems.CRM.Clock.Skew = scenarios.Duration(skew[0]), scenarios.Duration(skew[1])
	return skew
}

// expect says how it ended.
func (s *story) expect(sc *scenarios.Scenario) {
	say := func(format string, a ...any) {
		sc.Expect = append(sc.Expect, scenarios.Expect{Text: fmt.Sprintf(format, a...)})
	}
	for _, p := range s.people {
		switch {
		case p.flags:
			say("%s.winner == %q", p.name, "flagged")
		case p.entry != nil && p.entry.Winner != resolve.None:
			say("%s.winner == %q and %s.rule == %q", p.name, mapping.Side(p.entry.Winner).String(), p.name, p.entry.Rule)
		}
		for i := range p.sides {
			s.expectSide(p, mapping.Side(i), say)
		}
	}
}

// expectSide says what one side held when the engine looked at it last.
func (s *story) expectSide(p *person, at mapping.Side, say func(string, ...any)) {
	d := &p.sides[at]
	switch {
	case !d.known:
		return
	case !d.present:
		say("not %s.%s.exists", p.name, at)
		return
	}
	say("%s.%s.version == %d", p.name, at, d.version)
	for _, set := range s.changes(p.first[at].content, d.content) {
		say("%s.%s.%s == %s", p.name, at, set.Field, strconv.Quote(set.Value))
	}
}

func median(all []time.Duration) time.Duration {
	if len(all) == 0 {
		return 40 * time.Millisecond // of the scenarios' own
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[len(sorted)/2]
}
