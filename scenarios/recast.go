package scenarios

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// NotApplicable says why a scenario tells nothing of a kind of CRM.
type NotApplicable struct {
	Kind   string
	Reason string
}

func (e *NotApplicable) Error() string { return "not applicable to " + e.Kind + ": " + e.Reason }

// CRMKinds lists the kinds of CRM.
func CRMKinds() []string { return slices.Clone(kindsOf["crm"]) }

// Recast is the scenario with a CRM of another kind in the place of its own:
// the same story, in the names and values that the other CRM has for the
// mapped fields. A scenario that says itself that it is about one kind only, or
// that the other kind cannot show, is a *NotApplicable; a kind that there is
// not, and a result that no file could express, are errors of other types.
// The scenario itself is not changed.
func (s *Scenario) Recast(kind string) (*Scenario, error) {
	if !slices.Contains(kindsOf["crm"], kind) {
		return nil, fmt.Errorf("there is no CRM of kind %q: it is one of %s", kind, strings.Join(kindsOf["crm"], ", "))
	}
	crm := &s.Systems.CRM
	if crm.Kind == kind {
		return s, nil
	}
	if crm.Only != "" && !slices.Contains(crm.Kinds, kind) {
		return nil, &NotApplicable{kind, crm.Only}
	}
	if reason := s.beyond(kind); reason != "" {
		return nil, &NotApplicable{kind, reason}
	}
	r := &recasting{from: s.MappingOrDefault(), kind: kind, defaults: [2]*Mapping{DefaultMapping(crm.Kind), DefaultMapping(kind)}}
	accounts := &recasting{from: s.MappingOf(Account), kind: kind, defaults: [2]*Mapping{DefaultAccounts(crm.Kind), DefaultAccounts(kind)}}
	out := *s
	out.Systems.CRM.Kind = kind
	if kind != "dynamics" {
		silent := false // no other CRM sends notices
		out.Systems.CRM.Webhooks = &silent
	}
	if s.Mapping != nil {
		out.Mapping = r.mapping()
		r.to = out.Mapping
	} else {
		r.to = r.defaults[1]
	}
	accounts.to = accounts.defaults[1]
	if a := s.Objects.Account; a != nil && a.Mapping != nil {
		accounts.to = accounts.mapping()
		out.Objects.Account = &Object{Mapping: accounts.to}
	}
	out.Timeline = slices.Clone(s.Timeline)
	for i := range out.Timeline {
		if step := &out.Timeline[i]; step.Object == Account {
			accounts.step(step)
		} else {
			r.step(step)
		}
	}
	if _, err := out.Marshal(); err != nil {
		return nil, fmt.Errorf("%s as a scenario of %s: %w", s.Path, kind, err)
	}
	return &out, nil
}

// beyond says what of the scenario a kind of CRM cannot show, "" if nothing.
func (s *Scenario) beyond(kind string) string {
	if kind == "salesforce" {
		return ""
	}
	for i := range s.Records.List {
		if r := &s.Records.List[i]; r.Mirrors != "" && r.On == "crm" && s.carried(r) {
			return "two records carry one external id, which this CRM keeps unique"
		}
	}
	return ""
}

// recasting translates the CRM's names and values.
type recasting struct {
	from, to *Mapping
	kind     string
	defaults [2]*Mapping // of the old and the new kind
}

// mapping is the scenario's own mapping in the new CRM's names.
func (r *recasting) mapping() *Mapping {
	m := *r.from
	m.Fields = slices.Clone(r.from.Fields)
	for i := range m.Fields {
		f := &m.Fields[i]
		if f.CRMField == "" {
			continue
		}
		known, ok := twin(r.defaults[0], r.defaults[1], f.CRMField)
		if ok {
			f.CRMField = known.CRMField
		} else {
			f.CRMField = r.coined(f.CRMField)
		}
		if len(f.Values) > 0 {
			f.CRMValues = r.choices(f.Values, known.CRMValues)
		}
		if role := r.from.Fields[i].Role(); role != f.Role() {
			f.Purpose = map[Role]string{RoleVersion: "Version", RoleStatus: "Status", RoleAudit: "Audit_Timestamp"}[role]
		}
	}
	return &m
}

// twin is the field of the second mapping that is called like the one that
// has a native name in the first.
func twin(from, to *Mapping, native string) (MappingField, bool) {
	for _, f := range from.Fields {
		if f.CRMField == native {
			return to.Field(f.Label())
		}
	}
	return MappingField{}, false
}

// choices are what the new CRM calls the canonical values: in Dynamics 365
// they are numbers.
func (r *recasting) choices(values []string, known map[string]string) map[string]string {
	if r.kind != "dynamics" {
		return nil
	}
	names := make(map[string]string, len(values))
	taken := map[string]bool{}
	for _, v := range values {
		if name := known[v]; name != "" {
			names[v], taken[name] = name, true
		}
	}
	number := 100_000_000 // where the numbers of a publisher's own choices begin
	for _, v := range values {
		for names[v] == "" {
			if name := strconv.Itoa(number); !taken[name] {
				names[v] = name
			}
			number++
		}
	}
	return names
}

// coined is a name for a field that no default mapping has.
func (r *recasting) coined(native string) string {
	plain := strings.ToLower(strings.TrimPrefix(strings.TrimSuffix(native, "__c"), "new_"))
	switch r.kind {
	case "dynamics":
		return "new_" + strings.ReplaceAll(plain, "_", "")
	case "salesforce":
		return strings.ToUpper(plain[:1]) + plain[1:] + "__c"
	}
	return plain
}

// step translates what a step says of the CRM's own names and values.
func (r *recasting) step(s *Step) {
	if s.On != "crm" || s.Verb != Drift && s.Verb != Permission {
		return
	}
	field, ok := r.native(s.What)
	if !ok {
		return
	}
	before := s.What
	s.What = field.CRMField
	if s.Verb != Drift {
		return
	}
	if s.Drift.Rename != "" {
		s.Drift.Rename = r.coined(s.Drift.Rename)
	}
	s.Drift.Values = r.values(before, field, s.Drift.Values)
}

// native is the new mapping's field for a native name of the old one.
func (r *recasting) native(name string) (MappingField, bool) {
	for _, f := range r.from.Fields {
		if f.CRMField == name {
			return r.to.Field(f.Label())
		}
	}
	return MappingField{}, false
}

// values are native values of the old CRM as the new one calls them.
func (r *recasting) values(before string, to MappingField, natives []string) []string {
	if natives == nil {
		return nil
	}
	i := slices.IndexFunc(r.from.Fields, func(f MappingField) bool { return f.CRMField == before })
	old, now := r.from.Fields[i].NativeValues("crm"), to.NativeValues("crm")
	out := slices.Clone(natives)
	for k, v := range natives {
		if at := slices.Index(old, v); at >= 0 && at < len(now) {
			out[k] = now[at]
		}
	}
	return out
}
