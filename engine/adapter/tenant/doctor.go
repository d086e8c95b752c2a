package tenant

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Options of an inspection.
type Options struct {
	// Probe allows writes that no tenant can carry out (see adapter.Inspector).
	Probe bool
	// Statuses are the values that the engine writes to the status field.
	Statuses []string
	// PublicURL is where the vendors reach the engine; "" skips that check.
	PublicURL string
	// Post sends an unsigned, empty POST and returns the answer's status.
	Post func(ctx context.Context, url string) (status int, err error)
	// Tolerance is the policy's: clocks that differ by more decide wrongly.
	Tolerance time.Duration
}

// Line is one finding about one system.
type Line struct {
	System string `json:"system"`
	Object string `json:"object,omitempty"` // "" is contacts, or the system itself
	adapter.Finding
}

// Worst is the worst level of the lines, OK for none.
func Worst(lines []Line) adapter.Level {
	worst := adapter.OK
	for i := range lines {
		switch lines[i].Level {
		case adapter.Fail:
			return adapter.Fail
		case adapter.Warn:
			worst = adapter.Warn
		}
	}
	return worst
}

// Inspect checks both systems, and each object in them. A system that cannot be
// reached, or into which the account cannot log in, is one line: what follows
// from that is not said.
func Inspect(ctx context.Context, sides []Side, o Options) []Line {
	var lines []Line
	var systems []*Side // the first side of each
	shut := map[string]bool{}
	for i := range sides {
		s := &sides[i]
		first := !slices.ContainsFunc(sides[:i], func(other Side) bool { return other.Name == s.Name })
		if first {
			systems = append(systems, s)
		}
		if shut[s.Name] {
			continue
		}
		schema, err := s.System.Describe(ctx)
		if err != nil {
			f := s.unfit(err)
			shut[s.Name] = f.Check == "reach" || f.Check == "token"
			lines = append(lines, Line{s.Name, s.about(), f})
			continue
		}
		for _, f := range s.inspect(ctx, schema, o) {
			lines = append(lines, Line{s.Name, s.about(), f})
		}
		if first {
			for _, f := range s.whole(ctx, feeds(sides, s.Name), o) {
				lines = append(lines, Line{System: s.Name, Finding: f})
			}
		}
	}
	if len(systems) == 2 {
		if f, known := apart(systems[0].Meter, systems[1].Meter, o.Tolerance); known {
			lines = append(lines, Line{System: "both", Finding: f})
		}
	}
	return lines
}

// feeds is how many objects are polled in a system.
func feeds(sides []Side, system string) int {
	n := 0
	for i := range sides {
		if sides[i].Name == system {
			n++
		}
	}
	return n
}

// whole is what concerns the system and not one object in it.
func (s *Side) whole(ctx context.Context, feeds int, o Options) []adapter.Finding {
	all := []adapter.Finding{s.limits(feeds), s.clock()}
	if hook, has := s.webhook(ctx, o); has {
		all = append(all, hook)
	}
	return all
}

// inspect is what concerns one object, whose schema could be read.
func (s *Side) inspect(ctx context.Context, schema adapter.Schema, o Options) []adapter.Finding {
	all := []adapter.Finding{ok("token", "obtained, and the schema of the object is readable")}
	all = append(all, s.fields(schema)...)
	all = append(all, s.own(schema, o)...)
	if inspector, can := s.System.(adapter.Inspector); can {
		found, err := inspector.Inspect(ctx, o.Probe)
		all = append(all, found...)
		if err != nil {
			return append(all, s.unfit(err))
		}
	} else {
		all = append(all, adapter.Finding{
			Check: "permission", Level: adapter.Warn, Found: "rights and rules of " + s.Kind + " are not looked at",
			Remedy: "create, edit and delete a test record with the engine's account",
		})
	}
	return append(all, s.feed(ctx), s.versioning(ctx))
}

func ok(check, format string, args ...any) adapter.Finding {
	return adapter.Finding{Check: check, Level: adapter.OK, Found: fmt.Sprintf(format, args...)}
}

// unfit is the one line of a system about which nothing more can be learnt.
func (s *Side) unfit(err error) adapter.Finding {
	e := adapter.As(err)
	f := adapter.Finding{Level: adapter.Fail, Found: e.Error()}
	switch {
	case e.Kind == adapter.Unauthorized:
		f.Check, f.Remedy = "token", "check client_id and client_secret, and that the client may use client credentials"
	case e.Kind == adapter.Limited:
		f.Check, f.Remedy = "limits", "wait for the limit to pass, and look who uses it up"
	case e.Kind == adapter.Forbidden:
		f.Check, f.Remedy = "permission", "let the account describe the object"
		if e.Permission != "" {
			f.Remedy = "give the account " + e.Permission
		}
	case e.Kind == adapter.Unavailable && e.Status == 0:
		f.Check, f.Remedy = "reach", "check base_url and login_url, name resolution, proxy and firewall"
	case e.Kind == adapter.Unavailable:
		f.Check, f.Remedy = "reach", "the system answers with its own failure: look at its status page and try again"
	default:
		f.Check, f.Remedy = "schema", "check that base_url is the API of "+s.Kind
	}
	return f
}

// fields compares the mapping with the described schema, field by field.
func (s *Side) fields(schema adapter.Schema) []adapter.Finding {
	if s.Mapping == nil {
		return nil
	}
	var all []adapter.Finding
	engines := []string{s.Mapping.VersionName[s.At], s.Mapping.StatusName[s.At]}
	for _, p := range s.Mapping.Drift(s.At, schema.Fields) {
		if slices.Contains(engines, p.Field) {
			continue // they have lines of their own
		}
		f := adapter.Finding{Check: "field", Level: adapter.Fail, Found: p.Field + " is " + p.Shape, Remedy: "create the field, correct its name in the mapping, or let the account see it"}
		if p.Rule == mapping.RuleType {
			f.Remedy = "change the field's type in " + s.Kind + " or in the mapping"
		}
		all = append(all, f)
	}
	good := 0
	for i := range s.Mapping.Fields {
		m := &s.Mapping.Fields[i]
		at := slices.IndexFunc(schema.Fields, func(c mapping.Constraint) bool { return c.Name == m.Native[s.At] })
		if m.Native[s.At] == "" || at < 0 {
			continue
		}
		if found := s.field(m, schema.Fields[at]); found.Check != "" {
			all = append(all, found)
		} else {
			good++
		}
	}
	return append(all, ok("field", "%d mapped fields are there, with types, values and rights that fit", good))
}

// field is what is wrong with one field that is there; no Check for nothing.
func (s *Side) field(m *mapping.Field, c mapping.Constraint) adapter.Finding {
	away := mapping.ToCRM // the direction in which this side is only read
	if s.At == mapping.CRM {
		away = mapping.ToCC
	}
	written := m.Direction != away
	if written && !c.Writable {
		return adapter.Finding{
			Check: "field", Level: adapter.Fail, Found: c.Name + " cannot be written by this account",
			Remedy: "let the account edit the field, or map it in one direction, from " + s.Name,
		}
	}
	if wanted := m.Choices(s.At); written && c.Values != nil && wanted != nil {
		for _, v := range wanted {
			if !slices.Contains(c.Values, v) {
				return adapter.Finding{
					Check: "field", Level: adapter.Fail, Found: c.Name + " has no value " + v + ", but " + strings.Join(c.Values, ", "),
					Remedy: "add the value in " + s.Kind + ", or map it to one that is there",
				}
			}
		}
	}
	if written && c.MaxLength > 0 && m.MaxLength > c.MaxLength {
		return adapter.Finding{
			Check: "field", Level: adapter.Warn,
			Found:  fmt.Sprintf("%s takes %d characters, and the mapping allows %d", c.Name, c.MaxLength, m.MaxLength),
			Remedy: "lengthen the field or set maxLength in the mapping: longer values go to the dead letters",
		}
	}
	return adapter.Finding{}
}

// own checks the engine's version and status fields.
func (s *Side) own(schema adapter.Schema, o Options) []adapter.Finding {
	const provision = "run `syncproof provision`"
	var all []adapter.Finding
	look := func(check, name string, judge func(c mapping.Constraint) (found, remedy string)) {
		at := slices.IndexFunc(schema.Fields, func(c mapping.Constraint) bool { return c.Name == name })
		f := adapter.Finding{Check: check, Level: adapter.Fail, Found: name + " does not exist, or the account cannot see it", Remedy: provision}
		if at >= 0 {
			f.Found, f.Remedy = judge(schema.Fields[at])
			if f.Found == "" && !schema.Fields[at].Writable {
				f.Found, f.Remedy = name+" cannot be written by this account", "let the account edit the field"
			}
			if f.Found == "" {
				f = ok(check, "%s is there, of type %s, and can be written", name, schema.Fields[at].Type)
			}
		}
		all = append(all, f)
	}
	if name := s.Config.VersionField; name != "" {
		look("version", name, func(c mapping.Constraint) (string, string) {
			if c.Type != mapping.TypeInteger && c.Type != mapping.TypeDecimal {
				return name + " is of type " + c.Type.String() + " and no number", "name a whole-number field as the version, or delete this one and " + provision
			}
			return "", ""
		})
	}
	if name := s.Config.StatusField; name != "" {
		look("status", name, func(c mapping.Constraint) (string, string) { return status(c, o.Statuses) })
	}
	return all
}

func status(c mapping.Constraint, statuses []string) (found, remedy string) {
	if c.Type != mapping.TypeString && c.Type != mapping.TypePicklist {
		return c.Name + " is of type " + c.Type.String() + " and no text", "name a text field as the status"
	}
	for _, v := range statuses {
		switch {
		case c.Values != nil && !slices.Contains(c.Values, v):
			return c.Name + " has no value " + v, "add the values " + strings.Join(statuses, ", ") + " to the picklist"
		case c.MaxLength > 0 && c.MaxLength < len(v):
			return fmt.Sprintf("%s takes %d characters, too few for %s", c.Name, c.MaxLength, v), "lengthen the field"
		}
	}
	return "", ""
}
