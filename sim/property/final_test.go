package property

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

var sideNames = [2]string{"cc", "crm"}

// stored is what one system holds of one record, as its journal tells.
type stored struct {
	id, alias, external string
	side                int
	version             int64
	fields              map[string]string // by the mapping's labels, as the system writes them
	status              string
	gone                bool
}

// storedAtEnd plays the journals' commits.
func storedAtEnd(c check.Case) []*stored {
	var all []*stored
	known := map[string]*stored{}
	labels := labelsOf(c.Scenario)
	for i := range c.Events {
		e := &c.Events[i]
		if e.Kind != trace.Commit {
			continue
		}
		side := int(e.On - trace.CC)
		s := known[sideNames[side]+e.Record]
		if s == nil {
			s = &stored{id: e.Record, side: side, fields: map[string]string{}}
			known[sideNames[side]+e.Record] = s
			all = append(all, s)
		}
		s.commit(e, labels[side])
	}
	for _, s := range all {
		for _, other := range all {
			if s.alias == "" && other.side != s.side && (other.id == s.external || other.external == s.id) {
				s.alias = other.alias
			}
		}
	}
	return all
}

func (s *stored) commit(e *trace.Event, labels map[string]scenarios.MappingField) {
	s.version, s.external = e.Version, e.External
	if e.Alias != "" {
		s.alias = e.Alias
	}
	switch e.Verb {
	case trace.Delete, trace.Merge:
		s.gone = true
	case trace.Undelete:
		s.gone = false
	}
	for _, ch := range e.Changes {
		f, mapped := labels[ch.Field]
		switch {
		case !mapped:
		case f.Role() == scenarios.RoleStatus:
			s.status = ch.After
		case f.Role() == scenarios.RoleBusiness && ch.Has:
			s.fields[f.Label()] = ch.After
		default:
			delete(s.fields, f.Label())
		}
	}
}

// labelsOf finds mapped fields by their native names on each side.
func labelsOf(sc *scenarios.Scenario) [2]map[string]scenarios.MappingField {
	var out [2]map[string]scenarios.MappingField
	for side, name := range sideNames {
		out[side] = map[string]scenarios.MappingField{}
		for _, f := range sc.MappingOrDefault().Fields {
			if native := f.Native(name); native != "" {
				out[side][native] = f
			}
		}
	}
	return out
}

// outcome is the end of a run: for each record by its name in the scenario what
// each side holds of it.
type outcome map[string][2][]held

// held is one record of one system at the end.
type held struct {
	gone    bool
	version string
	linked  bool
	status  string
	content string
}

func (h held) String() string {
	if h.gone {
		return "gone"
	}
	return fmt.Sprintf("version %s, linked %v, status %q: %s", h.version, h.linked, h.status, h.content)
}

// outcomeOf compares what the systems hold, as they write it.
func outcomeOf(c check.Case) outcome { return outcomeIn(c, nil) }

// outcomeIn calls fields by other names than the mapping does.
func outcomeIn(c check.Case, names map[string]string) outcome {
	return tell(c, func(all []*stored, s *stored, h *held) {
		var content []string
		for label, value := range s.fields {
			content = append(content, fmt.Sprintf("%s=%q", cmp.Or(names[label], label), value))
		}
		slices.Sort(content)
		h.content, h.status = strings.Join(content, " "), statusOf(all, s)
	})
}

// canonicalOutcomeOf compares what the systems mean: the same on both sides
// for the same values, so that it can be mirrored. The status is the one that
// the engine claims: the side that stores it may be the one that is gone.
func canonicalOutcomeOf(t failer, c check.Case) outcome {
	explained := map[string]*check.Explanation{}
	claimed := map[string]string{}
	for i := range c.Events {
		if e := &c.Events[i]; e.Kind == trace.ClaimStatus {
			claimed[e.Alias] = e.Code
		}
	}
	return tell(c, func(_ []*stored, s *stored, h *held) {
		x := explained[s.alias]
		if x == nil {
			var err error
			if x, err = check.Explain(c, s.alias); err != nil {
				t.Fatalf("the end cannot be told: %v", err)
			}
			explained[s.alias] = x
		}
		var content []string
		for _, f := range x.Fields {
			if value := [2]string{f.CC, f.CRM}[s.side]; value != "" && value != "false" {
				content = append(content, fmt.Sprintf("%s=%q", f.Field, value))
			}
		}
		h.content, h.status = strings.Join(content, " "), claimed[s.alias]
	})
}

// tell gathers the ends of all records; describe adds content and status.
func tell(c check.Case, describe func(all []*stored, s *stored, h *held)) outcome {
	all := storedAtEnd(c)
	out := outcome{}
	for _, s := range all {
		h := held{gone: s.gone}
		if !s.gone {
			h.version, h.linked = strconv.FormatInt(s.version, 10), linked(all, s)
			describe(all, s, &h)
		}
		row := out[s.alias]
		row[s.side] = append(row[s.side], h)
		out[s.alias] = row
	}
	return out
}

// linked: both records name each other.
func linked(all []*stored, s *stored) bool {
	return slices.ContainsFunc(all, func(o *stored) bool {
		return o.side != s.side && o.id == s.external && o.external == s.id && !o.gone
	})
}

// statusOf is the record's status, on whichever side it is kept.
func statusOf(all []*stored, s *stored) string {
	status := s.status
	for _, o := range all {
		if o.side != s.side && o.alias == s.alias && o.status != "" && !o.gone {
			status = o.status
		}
	}
	return status
}

// mirrored exchanges the sides.
func (o outcome) mirrored() outcome {
	out := outcome{}
	for name, sides := range o {
		out[name] = [2][]held{sides[1], sides[0]}
	}
	return out
}

// decided leaves of the status only whether a person is waited for: how a
// record that is not was decided last is said with a write to the one side
// that holds the status, and only if there is one (DM-9, CR-10).
func (o outcome) decided() outcome {
	return o.each(func(h, _ held) held {
		if h.status != "FLAGGED" && h.status != "FAILED" {
			h.status = "decided"
		}
		return h
	})
}

// numberless leaves of the version only whether both sides have the same.
func (o outcome) numberless() outcome {
	return o.each(func(h, opposite held) held {
		if h.version == opposite.version {
			h.version = "of both"
		}
		return h
	})
}

// each changes what every record is said to hold; opposite is the other side's.
func (o outcome) each(change func(h, opposite held) held) outcome {
	out := outcome{}
	for name, sides := range o {
		var row [2][]held
		for side, of := range sides {
			for i, h := range of {
				var opposite held
				if i < len(sides[1-side]) {
					opposite = sides[1-side][i]
				}
				if h.gone {
					row[side] = append(row[side], h)
					continue
				}
				row[side] = append(row[side], change(h, opposite))
			}
		}
		out[name] = row
	}
	return out
}

// renamed gives every record another name.
func (o outcome) renamed(name func(string) string) outcome {
	out := outcome{}
	for old, sides := range o {
		out[name(old)] = sides
	}
	return out
}

// and is this outcome and another, of other records.
func (o outcome) and(other outcome) outcome {
	out := outcome{}
	for name, sides := range o {
		out[name] = sides
	}
	for name, sides := range other {
		out[name] = sides
	}
	return out
}

func (o outcome) String() string {
	var lines []string
	for name, sides := range o {
		for side, of := range sides {
			for _, line := range of {
				lines = append(lines, name+" in "+sideNames[side]+": "+line.String())
			}
		}
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}
