package explore

import (
	"strings"

	"github.com/syncproof/syncproof/scenarios"
)

// values that people give to fields: few, so that the same one is often given
// twice, and in both systems. "" clears.
var values = map[string][]string{
	"notes": {"a", "b", "c", ""}, "title": {"x", "y", ""}, "city": {"p", "q", ""},
	"tier": {"gold", "silver", ""}, "do_not_call": {"true", "false", ""}, "score": {"1", "2", ""},
	"phone":     {"+14155550123", "+14155550124", "+14155550123;ext=5", ""},
	"mobile":    {"+442079460000", "+14155550199", ""},
	"interests": {"golf", "golf;music", ""}, "birthday": {"1990-01-02", "1991-02-03", ""},
	"email":     {"a@example.com", "b@example.com", ""},
	"last_name": {"Kay", "Lee"}, "first_name": {"Al", "Bo", ""},
}

var fields = []string{
	"notes", "title", "city", "tier", "do_not_call", "score", "phone", "mobile", "interests", "birthday", "email",
	"last_name", "first_name",
}

// set draws what an edit changes: one field or a few.
func (g *generator) set(most int) []scenarios.FieldSet {
	var out []scenarios.FieldSet
	for _, f := range some(g.drawer, "field", g.fields, g.Int("fields", 1, most)) {
		v := pick(g.drawer, f, values[f]...)
		out = append(out, scenarios.FieldSet{Field: f, Value: v, Clear: v == ""})
	}
	return out
}

// filled draws what a record holds: present values only, with the last name
// that systems insist on where the whole record is meant.
func (g *generator) filled(most int, whole bool) []scenarios.FieldSet {
	var out []scenarios.FieldSet
	named := false
	for _, set := range g.set(most) {
		if !set.Clear {
			out = append(out, set)
			named = named || set.Field == "last_name"
		}
	}
	if whole && !named {
		out = append(out, scenarios.FieldSet{Field: "last_name", Value: pick(g.drawer, "last name", "Kay", "Lee")})
	}
	return out
}

// records draws those that exist before the run; the rest are created in it.
func (g *generator) records() {
	g.fields = some(g.drawer, "edited", fields, g.Int("edited fields", 1, 4))
	for i := range g.size.Records {
		if g.on["create"] && g.chance("created", 30) {
			g.create(i)
			continue
		}
		g.record(i)
	}
}

func (g *generator) record(i int) {
	version := int64(pick(g.drawer, "version", 1, 0, 5, 41))
	r := scenarios.Record{ID: nameOf(i), On: "both", Linked: true, Base: "known", Version: &version, Fields: g.filled(3, true)}
	switch {
	case g.on["onesided"] && g.chance("one side", 30):
		r.On, r.Linked, r.Base = pick(g.drawer, "side", "cc", "crm"), false, "lost"
		unique := g.sc.Systems.CRM.Kind != "salesforce" && r.On == "crm"
		if g.on["mirror"] && !unique && len(g.people) > 0 && g.people[0].on == "both" && g.people[0].created < 0 && g.chance("mirrors", 60) {
			r.Mirrors = g.people[0].id
		}
	case g.on["base"] && g.chance("base lost", 50):
		r.Base = "lost"
		if g.chance("cc differs", 40) {
			r.CC = g.filled(2, false)
		}
		if g.chance("crm differs", 40) {
			r.CRM = g.filled(2, false)
		}
	}
	g.sc.Records.List = append(g.sc.Records.List, r)
	g.people = append(g.people, person{r.ID, r.On, -1})
}

func (g *generator) create(i int) {
	at := g.instant()
	s := scenarios.NewStep(scenarios.Create)
	s.At, s.Record, s.On, s.Set = millis(at), nameOf(i), pick(g.drawer, "side", "cc", "crm"), g.filled(3, true)
	g.by(&s, 0)
	g.add(s)
	g.people = append(g.people, person{s.Record, "both", at})
}

// by settles who acts.
func (g *generator) by(s *scenarios.Step, automation int) {
	s.As, s.By = "agent", "maria"
	if s.On == "crm" {
		s.As, s.By = "user", "sam"
	}
	if g.on["automation"] && g.chance("automation", automation) {
		s.As, s.By = "automation", "flow"
	}
}

// deed is something that a person does, with how often beside an edit.
type deed struct {
	feature string
	draw    func(g *generator, p person, at int)
}

var deeds = []deed{
	{"save", (*generator).save},
	{"delete", func(g *generator, p person, at int) { g.plain(scenarios.Delete, p, at) }},
	{"undelete", func(g *generator, p person, at int) { g.plain(scenarios.Undelete, p, at) }},
	{"merge", (*generator).merge},
	{"review", (*generator).review},
	{"review", (*generator).review},
	{"restore", (*generator).restore},
}

// actions draws what people do: edits, and what else this world has.
func (g *generator) actions() {
	if len(g.people) == 0 {
		return
	}
	var others []deed
	for _, d := range deeds {
		if g.on[d.feature] {
			others = append(others, d)
		}
	}
	for range g.size.Edits {
		p := pick(g.drawer, "who", g.people...)
		at := g.instant()
		if at <= p.created {
			at = p.created + pick(g.drawer, "after", 8000, 1200, 400, 50, 1)
		}
		if len(others) > 0 && g.chance("no edit", 35) {
			pick(g.drawer, "deed", others...).draw(g, p, at)
			continue
		}
		g.edit(p, at)
	}
}

func (g *generator) sideOf(p person) string {
	if p.on != "both" {
		return p.on
	}
	return pick(g.drawer, "side", "cc", "crm")
}

func (g *generator) edit(p person, at int) {
	s := scenarios.NewStep(scenarios.Edit)
	s.At, s.Record, s.On, s.Set = millis(at), p.id, g.sideOf(p), g.set(2)
	if g.on["misfit"] && g.chance("misfit", 15) {
		s.Set = []scenarios.FieldSet{{Field: "title", Value: strings.Repeat("T", 200)}}
		if s.On == "crm" { // which holds less than that, and would refuse its own user
			s.Set[0].Value = s.Set[0].Value[:90]
		}
	}
	s.Bypass = g.on["bypass"] && g.chance("bypass", 35)
	if g.on["version"] && g.chance("version", 35) {
		version := int64(pick(g.drawer, "version", 7, 0, 1, 3, 42, 100))
		s.Version = &version
	}
	if g.on["late"] && g.chance("late", 35) {
		s.Late = pick(g.drawer, "late", millis(400), second, 10*second, 40*second)
	}
	g.by(&s, 40)
	if g.on["repeat"] && g.chance("repeat", 20) {
		s.Every, s.Times = pick(g.drawer, "every", second, millis(100), 7*second), pick(g.drawer, "times", 2, 4)
		s.Set = []scenarios.FieldSet{{Field: "notes", Value: "n{n}"}}
	}
	g.add(s)
}

func (g *generator) plain(v scenarios.Verb, p person, at int) {
	s := scenarios.NewStep(v)
	s.At, s.Record, s.On = millis(at), p.id, g.sideOf(p)
	g.by(&s, 0)
	g.add(s)
}

func (g *generator) save(p person, at int) {
	s := scenarios.NewStep(scenarios.Save)
	s.At, s.Record, s.On = millis(at), p.id, g.sideOf(p)
	g.by(&s, 40)
	g.add(s)
}

func (g *generator) merge(p person, at int) {
	other := pick(g.drawer, "with", g.people...)
	if other.id == p.id || other.on == "crm" || p.on == "crm" {
		g.edit(p, at)
		return
	}
	s := scenarios.NewStep(scenarios.Merge)
	s.At, s.Record, s.Other, s.On = millis(max(at, other.created+500)), p.id, other.id, "cc"
	g.by(&s, 0)
	g.add(s)
}

// soonOrLater is when a person comes to the console: often some time after.
func (g *generator) soonOrLater(at int) scenarios.Duration {
	if g.chance("later", 60) {
		at += pick(g.drawer, "later", 20_000, 60_000, 120_000)
	}
	return millis(at)
}

func (g *generator) review(p person, at int) {
	s := scenarios.NewStep(scenarios.Review)
	s.At, s.Record, s.By = g.soonOrLater(at), p.id, "admin"
	if g.on["mass"] && g.chance("mass delete", 40) {
		s.Record, s.Choose = "mass-delete", pick(g.drawer, "choose", "approve", "reject")
		g.add(s)
		return
	}
	if s.Choose = pick(g.drawer, "choose", "cc", "crm", "merge"); s.Choose == "merge" {
		s.Set = g.set(2)
	}
	g.add(s)
}

func (g *generator) restore(p person, at int) {
	s := scenarios.NewStep(scenarios.Restore)
	s.At, s.Record, s.By = g.soonOrLater(at), p.id, "admin"
	if g.chance("one field", 30) {
		s.Fields = []string{pick(g.drawer, "field", g.fields...)}
	}
	g.add(s)
}
