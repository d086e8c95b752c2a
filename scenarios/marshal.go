package scenarios

import (
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// SchemaLine is the first line of every scenario file: editors read it.
const SchemaLine = "# yaml-language-server: $schema=../scenario.schema.json"

// Marshal writes the scenario as a tidy file that parses to an equal one:
// defaults are left out, records and steps stand on one line each, comments
// are lost. It fails for a scenario that no file can express.
func (s *Scenario) Marshal() ([]byte, error) {
	data, err := s.text()
	if err != nil {
		return nil, err
	}
	_, err = s.read(data)
	return data, err
}

// text writes the scenario with the defaults of its parts, unchecked.
func (s *Scenario) text() ([]byte, error) {
	if s.Records.Generate != nil && len(s.Records.List) > 0 {
		return nil, errTwoKindsOfRecords
	}
	own := *s
	own.Timeline = slices.Clone(s.Timeline)
	for _, side := range [...]*System{&own.Systems.CC, &own.Systems.CRM} {
		if side.Quota != nil {
			quota := *side.Quota
			side.Quota = &quota
		}
	}
	own.applyDefaults()
	return own.marshal(), nil
}

func (s *Scenario) marshal() []byte {
	w := &writer{}
	w.line(SchemaLine)
	w.line("scenario: " + quote(s.Title))
	if len(s.Requirements) > 0 {
		w.line("requirements: " + flowList(s.Requirements))
	}
	preset := New()
	if s.Seed != preset.Seed {
		w.line("seed: " + strconv.FormatUint(s.Seed, 10))
	}
	if !s.Start.Equal(preset.Start) {
		w.line("start: " + s.Start.UTC().Format(time.RFC3339Nano))
	}
	w.line("systems:")
	w.line("  cc:  " + flowSystem(&s.Systems.CC, &preset.Systems.CC))
	w.line("  crm: " + flowSystem(&s.Systems.CRM, &preset.Systems.CRM))
	w.section("engine", s.Engine, preset.Engine)
	w.section("policy", s.Policy, preset.Policy)
	if s.Mapping != nil {
		w.mapping("", s.Mapping)
	}
	if a := s.Objects.Account; a != nil && (a.Mapping != nil || len(s.Accounts()) == 0) {
		w.line("objects:")
		w.accounts(a)
	}
	w.records(s)
	if len(s.Timeline) > 0 {
		w.line("timeline:")
		accounts := s.Accounts()
		for i := range s.Timeline {
			w.line("  - " + s.Timeline[i].flow(s.mappingOfStep(&s.Timeline[i], accounts)))
		}
	}
	if len(s.Expect) > 0 {
		w.line("expect:")
		for _, e := range s.Expect {
			w.line("  - " + quote(e.Text))
		}
	}
	return []byte(w.String())
}

type writer struct{ strings.Builder }

func (w *writer) line(text string) {
	w.WriteString(text)
	w.WriteByte('\n')
}

// section writes one top-level struct, if anything differs from its default.
func (w *writer) section(name string, v, preset any) {
	if text := flowStruct(reflect.ValueOf(v), reflect.ValueOf(preset)); text != "{}" {
		w.line(name + ": " + text)
	}
}

// mappingOfStep is the mapping of the record that a step names first.
func (s *Scenario) mappingOfStep(step *Step, accounts map[string]bool) *Mapping {
	if step.Verb.Group() == People && accounts[step.Record] {
		return s.MappingOf(Account)
	}
	return s.MappingOrDefault()
}

func (w *writer) accounts(a *Object) {
	if a.Mapping == nil {
		w.line("  account: {}")
		return
	}
	w.line("  account:")
	w.mapping("    ", a.Mapping)
}

func (w *writer) mapping(indent string, m *Mapping) {
	w.line(indent + "mapping:")
	w.line(indent + "  object: " + quote(m.Object))
	w.line(indent + "  fields:")
	none := reflect.ValueOf(MappingField{})
	for _, f := range m.Fields {
		f.Line = 0
		w.line(indent + "    - " + flowStruct(reflect.ValueOf(f), none))
	}
}

func (w *writer) records(s *Scenario) {
	r := &s.Records
	if g := r.Generate; g != nil {
		if *g == *newGenerate(g.Count) {
			w.line("records: " + strconv.Itoa(g.Count))
			return
		}
		w.line("records: " + flowStruct(reflect.ValueOf(*g), reflect.ValueOf(*newGenerate(-1))))
		return
	}
	if len(r.List) == 0 {
		return
	}
	w.line("records:")
	for i := range r.List {
		w.line("  - " + r.List[i].flow(s.MappingOf(r.List[i].Object)))
	}
}

// flow writes a record on one line.
func (r *Record) flow(m *Mapping) string {
	parts := []string{"id: " + quote(r.ID)}
	add := func(name, text string) { parts = append(parts, name+": "+text) }
	if r.Object != "" {
		add("object", r.Object)
	}
	if r.On != "both" {
		add("on", r.On)
	}
	if r.Linked != (r.On == "both") {
		add("linked", strconv.FormatBool(r.Linked))
	}
	if r.Mirrors != "" {
		add("mirrors", r.Mirrors)
	}
	if (r.Base == "known") != r.Linked {
		add("base", r.Base)
	}
	if r.Version != nil {
		add("version", strconv.FormatInt(*r.Version, 10))
	}
	for _, set := range r.Fields {
		add(quote(set.Field), flowValue(set, m))
	}
	for side, sets := range map2("cc", r.CC, "crm", r.CRM) {
		if sets != nil {
			add(side, flowFields(sets, m))
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// map2 ranges over two named values in order.
func map2[T any](a string, x T, b string, y T) func(func(string, T) bool) {
	return func(yield func(string, T) bool) {
		if yield(a, x) {
			yield(b, y)
		}
	}
}

// String writes the step as the line of YAML that makes it, with the fields
// of the default mappings.
func (s Step) String() string { return s.flow(DefaultMapping("salesforce")) }

// flow writes the step on one line: at, the verb, and its keys in the order
// of the verb's table, defaults left out.
func (s Step) flow(m *Mapping) string {
	spec := verbIndex[s.Verb]
	if spec == nil {
		return fmt.Sprintf("{at: %s, %s: ?}", s.At, s.Verb)
	}
	preset := newStep(spec)
	preset.On, preset.As, preset.Record = s.On, s.As, s.Record
	preset.applyDefaults()
	preset.On, preset.As, preset.Record, preset.All = "", defaultAs(s.On), "", false
	parts := []string{"at: " + s.At.String()}
	for i := range spec.keys {
		key := &spec.keys[i]
		now := valueOf(key.slot(&s))
		if !key.Required && !key.always && reflect.DeepEqual(now.Interface(), valueOf(key.slot(&preset)).Interface()) {
			continue
		}
		parts = append(parts, key.Name+": "+flowSlot(key, &s, m))
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// flowSlot writes one argument of a step.
func flowSlot(key *Key, s *Step, m *Mapping) string {
	switch p := key.slot(s).(type) {
	case *[2]string:
		return "[" + p[0] + ", " + p[1] + "]"
	case *[]FieldSet:
		return flowFields(*p, m)
	case *string:
		if key.number && isNumber.MatchString(*p) {
			return *p
		}
		return quote(*p)
	default:
		return flowAny(valueOf(p), reflect.Value{})
	}
}

var isNumber = regexp.MustCompile(`^(0|[1-9][0-9]{0,9})$`)

// flowFields writes {field: value, ...}.
func flowFields(sets []FieldSet, m *Mapping) string {
	parts := make([]string, len(sets))
	for i, set := range sets {
		parts[i] = quote(set.Field) + ": " + flowValue(set, m)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// flowValue writes a field's value so that its type reads it back.
func flowValue(set FieldSet, m *Mapping) string {
	if set.Clear {
		return "null"
	}
	field, _ := m.Field(set.Field)
	switch field.Kind() {
	case "boolean", "integer", "decimal", "date":
		return set.Value
	case "multipicklist":
		return flowList(strings.Split(set.Value, ";"))
	}
	return quote(set.Value)
}

// flowSystem always names the kind: a reader wants to see it.
func flowSystem(s, preset *System) string {
	base := *preset
	base.Kind = ""
	return flowStruct(reflect.ValueOf(*s), reflect.ValueOf(base))
}

// flowStruct writes what differs from the preset, in the order of the type.
func flowStruct(v, preset reflect.Value) string {
	var parts []string
	t := v.Type()
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("yaml"), ",")
		if name == "-" || name == "" || reflect.DeepEqual(v.Field(i).Interface(), preset.Field(i).Interface()) {
			continue
		}
		text := flowAny(v.Field(i), preset.Field(i))
		if facts[t.Name()+"."+name].number && isNumber.MatchString(v.Field(i).String()) {
			text = v.Field(i).String()
		}
		parts = append(parts, name+": "+text)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// flowAny writes any value of a configuration struct.
func flowAny(v, preset reflect.Value) string {
	switch p := v.Interface().(type) {
	case *Quota:
		yes := true
		return flowStruct(v.Elem(), reflect.ValueOf(Quota{RetryAfter: "reset", Headers: &yes}))
	case Pair[int]:
		return flowPair(p, preset)
	case Pair[Duration]:
		return flowPair(p, preset)
	case fmt.Stringer:
		return p.String()
	case string:
		return quote(p)
	case []string:
		return flowList(p)
	case map[string]string:
		parts := make([]string, 0, len(p))
		for _, k := range slices.Sorted(maps.Keys(p)) {
			parts = append(parts, quote(k)+": "+quote(p[k]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	}
	switch v.Kind() {
	case reflect.Pointer:
		if preset.IsValid() {
			preset = reflect.Zero(v.Type().Elem())
		}
		return flowAny(v.Elem(), preset)
	case reflect.Interface:
		return flowAny(v.Elem(), reflect.Value{})
	case reflect.Struct:
		return flowStruct(v, preset)
	}
	return fmt.Sprint(v.Interface())
}

// flowPair writes one value where both sides have the same.
func flowPair[T comparable](p Pair[T], preset reflect.Value) string {
	if p.CC == p.CRM {
		return flowAny(reflect.ValueOf(p.CC), reflect.Value{})
	}
	return flowStruct(reflect.ValueOf(p), preset)
}

func flowList(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

var (
	// plainWord needs no quotes anywhere in a flow or block context.
	plainWord = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_./()<>=!&|+*' "-]*$`)
	// reserved words read as something else than text somewhere in YAML.
	reserved = regexp.MustCompile(`(?i)^(true|false|yes|no|on|off|y|n|null|nan|inf)$`)
)

// quote writes text so that YAML reads the same text back: plain where that is
// safe, else in double quotes.
func quote(text string) string {
	if plainWord.MatchString(text) && !reserved.MatchString(text) && !strings.HasSuffix(text, " ") {
		return text
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || (r >= 0x7f && r < 0xa0) || r == 0x2028 || r == 0x2029 || r == 0xfeff || r == 0xfffe || r == 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
