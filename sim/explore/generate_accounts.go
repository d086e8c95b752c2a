package explore

import (
	"slices"

	"github.com/syncproof/syncproof/scenarios"
)

// accounts turns some contacts of a world into accounts. It draws after all
// else, so that a world without them is the one that it was.
func (g *generator) accounts() {
	if g.size.Accounts == 0 || !g.chance("accounts", g.size.Accounts) {
		return
	}
	kept := g.contactsOnly()
	become := map[string]bool{}
	for i := range g.sc.Records.List {
		r := &g.sc.Records.List[i]
		if kept[r.ID] || !g.chance("account", 50) {
			continue
		}
		become[r.ID] = true
		r.Object = scenarios.Account
		r.Fields, r.CC, r.CRM = ofAccount(r.Fields), ofAccount(r.CC), ofAccount(r.CRM)
	}
	for i := range g.sc.Timeline {
		s := &g.sc.Timeline[i]
		if s.Verb == scenarios.Create && !kept[s.Record] && g.chance("account", 50) {
			become[s.Record] = true
			s.Object = scenarios.Account
		}
	}
	for i := range g.sc.Timeline {
		if s := &g.sc.Timeline[i]; become[s.Record] && s.Verb.Group() == scenarios.People {
			toAccount(s)
		}
	}
	if len(become) > 0 {
		g.sc.Objects.Account = &scenarios.Object{}
	}
}

// contactsOnly are the records that must stay contacts: those that are merged
// and those that mirror each other.
func (g *generator) contactsOnly() map[string]bool {
	kept := map[string]bool{}
	for i := range g.sc.Records.List {
		if r := &g.sc.Records.List[i]; r.Mirrors != "" {
			kept[r.ID], kept[r.Mirrors] = true, true
		}
	}
	for i := range g.sc.Timeline {
		if s := &g.sc.Timeline[i]; s.Verb == scenarios.Merge {
			kept[s.Record], kept[s.Other] = true, true
		}
	}
	return kept
}

// accountFields are an account's fields in the place of a contact's; those that
// it has not are left out.
var accountFields = map[string]string{
	"last_name": "name", "phone": "phone", "city": "city", "notes": "notes", "tier": "tier", "title": "industry", "score": "employees",
}

func ofAccount(sets []scenarios.FieldSet) []scenarios.FieldSet {
	var own []scenarios.FieldSet
	for _, set := range sets {
		if name := accountFields[set.Field]; name != "" {
			set.Field = name
			own = append(own, set)
		}
	}
	return own
}

func toAccount(s *scenarios.Step) {
	empty := len(s.Set) == 0
	s.Set = ofAccount(s.Set)
	if !empty && len(s.Set) == 0 {
		s.Set = []scenarios.FieldSet{{Field: "notes", Value: "a"}}
	}
	if s.Fields == nil {
		return
	}
	var fields []string
	for _, f := range s.Fields {
		if name := accountFields[f]; name != "" && !slices.Contains(fields, name) {
			fields = append(fields, name)
		}
	}
	s.Fields = fields
}
