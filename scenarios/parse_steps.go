package scenarios

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// massDelete is what `review` calls a paused mass delete.
const massDelete = "mass-delete"

// valueOf is the settable value behind a pointer.
func valueOf(p any) reflect.Value { return reflect.ValueOf(p).Elem() }

func (d *decoder) timeline(n *yaml.Node, into *[]Step) error {
	if n.Kind != yaml.SequenceNode {
		return d.fail(n, "write each step on a line that starts with -", "found %s for the timeline; expected a list of steps", describe(n))
	}
	if len(n.Content) > maxSteps {
		return d.fail(n, "use every and times", "found %d steps; expected at most %d", len(n.Content), maxSteps)
	}
	for _, c := range n.Content {
		if object := keyNode(c, "object"); object != c && object.Value == Account {
			if created := keyNode(c, string(Create)); created != c {
				d.noteObject(created.Value, Account)
			}
		}
	}
	*into = make([]Step, len(n.Content))
	for i, c := range n.Content {
		if err := d.step(c, &(*into)[i]); err != nil {
			return err
		}
	}
	return nil
}

// step reads one line of the timeline: `at`, one verb, and the verb's keys.
func (d *decoder) step(n *yaml.Node, s *Step) error {
	pairs, at, err := d.object(n, "a step")
	if err != nil {
		return err
	}
	spec, err := d.verbOf(n, pairs)
	if err != nil {
		return err
	}
	*s = newStep(spec)
	s.Line = n.Line
	d.use(d.objectOfStep(spec, at))
	for _, p := range pairs {
		if p.key.Value == "at" {
			err = d.duration(p.value, &s.At, "at", fact{})
		} else if key := spec.key(p.key.Value); key != nil {
			err = d.slot(p.value, key, s)
		} else {
			err = d.fail(p.key, didYouMean(p.key.Value, spec.keyNames()), "found the unknown key %q; expected a key of %s", p.key.Value, spec.verb)
		}
		if err != nil {
			return err
		}
	}
	if s.Object != Account {
		s.Object = ""
	}
	if at.keys["at"] == nil {
		return d.fail(n, "start with at: 10s", "found a step without at; expected its instant")
	}
	for _, key := range spec.keys {
		if key.Required && at.keys[key.Name] == nil {
			return d.fail(n, hintFor(key), "found %s without %s; expected it", spec.verb, key.Name)
		}
	}
	d.steps = append(d.steps, at)
	return d.sensible(s, at)
}

// objectOfStep is the object of the record that a step names first.
func (d *decoder) objectOfStep(spec *verbSpec, at place) string {
	if named := at.keys[spec.keys[0].Name]; named != nil && spec.group == People && d.accounts[named.Value] {
		return Account
	}
	return ""
}

// hintFor shows how a required key is written.
func hintFor(k Key) string {
	if len(k.One) > 0 {
		return fmt.Sprintf("add %s: %s", k.Name, strings.Join(k.One, " | "))
	}
	return ""
}

// verbOf finds the one key that is a verb.
func (d *decoder) verbOf(n *yaml.Node, pairs []pair) (*verbSpec, error) {
	var spec *verbSpec
	var unknown *yaml.Node
	for _, p := range pairs {
		next := verbIndex[Verb(p.key.Value)]
		switch {
		case next == nil:
			if unknown == nil && p.key.Value != "at" && nearest(p.key.Value, verbNames) != "" {
				unknown = p.key
			}
		case spec == nil:
			spec = next
		case next.key(string(spec.verb)) == nil && spec.key(string(next.verb)) == nil:
			return nil, d.fail(p.key, "write two steps", "found the verbs %s and %s in one step; expected one", spec.verb, next.verb)
		case next.key(string(spec.verb)) != nil && spec.key(string(next.verb)) == nil:
			spec = next
		}
	}
	if spec != nil {
		return spec, nil
	}
	if unknown == nil {
		for _, p := range pairs {
			if p.key.Value != "at" {
				unknown = p.key
				break
			}
		}
	}
	if unknown == nil {
		return nil, d.fail(n, "say what happens, such as edit: ada", "found a step without a verb; expected one")
	}
	hint := didYouMean(unknown.Value, verbNames)
	if hint == "" {
		hint = "`syncproof schema` lists the verbs"
	}
	return nil, d.fail(unknown, hint, "found the unknown verb %q; expected what happens, such as edit or partition", unknown.Value)
}

// NewStep is a step with the defaults of its verb, for code that builds
// timelines; a file's step starts from the same.
func NewStep(v Verb) Step {
	if spec := verbIndex[v]; spec != nil {
		return newStep(spec)
	}
	return Step{Verb: v}
}

// newStep is a step with the defaults of its verb.
func newStep(spec *verbSpec) Step {
	s := Step{Verb: spec.verb}
	for i := range spec.keys {
		k := &spec.keys[i]
		if k.Default == "" {
			continue
		}
		switch p := k.slot(&s).(type) {
		case *string:
			*p = k.Default
		case *int:
			*p, _ = strconv.Atoi(k.Default)
		case *Duration:
			*p, _ = ParseDuration(k.Default)
		}
	}
	return s
}

// slot fills one argument of a step.
func (d *decoder) slot(n *yaml.Node, k *Key, s *Step) error {
	f := fact{one: k.One, min: k.min, max: k.max, signed: k.signed, number: k.number, required: k.Required || k.ref != free}
	switch p := k.slot(s).(type) {
	case *[2]string:
		return d.ends(n, p, k.Name)
	case *[]FieldSet:
		sets, err := d.fieldSets(n, k.Name)
		*p = sets
		return err
	case *[]string:
		if k.ref == someField {
			return d.fieldNames(n, p, k.Name)
		}
		return d.distinctWords(n, p, k.Name)
	case **int64:
		*p = new(int64)
		return d.scalar(n, valueOf(*p), k.Name, facts["Record.version"])
	case *Duration:
		return d.duration(n, p, k.Name, f)
	case *PPM:
		return d.ppm(n, p, k.Name)
	default:
		return d.scalar(n, valueOf(p), k.Name, f)
	}
}

// ends reads the two ends of a network fault.
func (d *decoder) ends(n *yaml.Node, into *[2]string, verb string) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
		return d.fail(n, fmt.Sprintf("write %s: [engine, crm]", verb), "found %s for the ends of %s; expected two of engine, cc and crm", describe(n), verb)
	}
	for i, c := range n.Content {
		end, err := d.text(c, "an end of "+verb, fact{one: []string{"engine", "cc", "crm"}})
		if err != nil {
			return err
		}
		into[i] = end
	}
	if into[0] == into[1] {
		return d.fail(n, "", "found %s at both ends of %s; expected two different ones", into[0], verb)
	}
	if into[0] != "engine" && into[1] != "engine" {
		return d.fail(n, "one end is the engine", "found %s between %s and %s; expected the engine at one end, as the systems never speak to each other", verb, into[0], into[1])
	}
	return nil
}

// fieldNames reads a list of business fields.
func (d *decoder) fieldNames(n *yaml.Node, into *[]string, key string) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return d.fail(n, "write it in [ ]", "found %s for %s; expected a list of fields", describe(n), key)
	}
	for _, c := range n.Content {
		if _, err := d.text(c, "an entry of "+key, fact{required: true}); err != nil {
			return err
		}
		if _, err := d.field(c, nil, key); err != nil {
			return err
		}
		if slices.Contains(*into, c.Value) {
			return d.fail(c, "remove one of them", "found %s twice in %s; expected it once", c.Value, key)
		}
		*into = append(*into, c.Value)
	}
	return nil
}

// distinctWords reads a list of texts, each once.
func (d *decoder) distinctWords(n *yaml.Node, into *[]string, key string) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return d.fail(n, "write it in [ ]", "found %s for %s; expected a list", describe(n), key)
	}
	for _, c := range n.Content {
		word, err := d.text(c, "an entry of "+key, fact{required: true})
		if err != nil {
			return err
		}
		if slices.Contains(*into, word) {
			return d.fail(c, "remove one of them", "found %s twice in %s; expected it once", word, key)
		}
		*into = append(*into, word)
	}
	return nil
}

// sensible refuses steps whose keys do not go together.
func (d *decoder) sensible(s *Step, at place) error {
	changes := 0
	for _, set := range [...]bool{s.Drift.Rename != "", s.Drift.Remove, s.Drift.Retype != "", s.Drift.Length > 0, s.Drift.Values != nil} {
		if set {
			changes++
		}
	}
	switch {
	case s.Verb == Drift && changes != 1:
		return d.fail(at.node, "say rename: name, remove: true, retype: number, length: 20 or values: [bronze]", "found %d changes in a drift; expected one", changes)
	case (s.Verb == Edit || s.Verb == Create) && len(s.Set) == 0 && s.Version == nil:
		return d.fail(at.node, "add set: {notes: call back}; for a save without a change use the verb save", "found %s without set; expected what it changes", s.Verb)
	case s.Times > 1 && s.Every <= 0:
		return d.fail(at.at("times"), "add every: 1s", "found times without every; expected both")
	case s.Every > 0 && at.keys["times"] == nil:
		return d.fail(at.at("every"), "add times: 10", "found every without times; expected both")
	case s.Verb == CrashEngine && s.Crash.Effect == "" && (at.keys["nth"] != nil || at.keys["of"] != nil):
		return d.fail(at.node, "add before: persist", "found nth or of without before; expected the effect they speak of")
	case s.Verb == CrashEngine && s.Crash.Effect == "gate" && at.keys["of"] != nil:
		return d.fail(at.at("of"), "remove of, or say before: read or before: write", "found of with before: gate; a request is admitted before it is known whose it is")
	case s.Verb == LoseStore && !s.Crash.Wipe:
		return d.fail(at.at(string(LoseStore)), "remove the step", "found lose_store: false; expected true")
	case s.Every > 0 && Duration(s.Times-1) > (Duration(maxDuration)-s.At)/s.Every:
		return d.fail(at.at("times"), "", "found repetitions that end after 400 days; expected an earlier end")
	}
	return d.sensibleReview(s, at)
}

// sensibleReview checks what a person may choose.
func (d *decoder) sensibleReview(s *Step, at place) error {
	if s.Verb != Review {
		return nil
	}
	verdict := s.Choose == "approve" || s.Choose == "reject"
	switch {
	case (s.Record == massDelete) != verdict:
		return d.fail(at.at("choose"), "cc, crm and merge decide a record; approve and reject a mass-delete", "found choose: %s for %s; expected a choice that fits it", s.Choose, s.Record)
	case s.Choose != "merge" && len(s.Set) > 0:
		return d.fail(at.at("set"), "say choose: merge", "found set with choose: %s; expected it with merge only", s.Choose)
	}
	return nil
}
