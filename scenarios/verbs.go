package scenarios

import "slices"

// Group is a family of verbs.
type Group string

// The groups, in the order in which they are listed.
const (
	People   Group = "people"
	Network  Group = "network"
	Vendor   Group = "vendor"
	Clocks   Group = "clock"
	Webhook  Group = "webhook"
	EngineIs Group = "engine"
)

// Key is one key of a timeline step.
type Key struct {
	Name string
	// Doc says in a sentence what the key does.
	Doc string
	// One lists the words that it accepts; nil if it is not a choice.
	One []string
	// Default is the value that an absent key stands for, as text.
	Default string
	// Required: the step makes no sense without it.
	Required bool

	min, max int64 // of integers; both 0 for no bound but non-negative
	signed   bool  // durations: may be negative
	always   bool  // printed even where it equals the default
	number   bool  // text that may also be written as a number
	ref      ref   // what the text names
	slot     func(*Step) any
}

// ref says what a key's text must name.
type ref uint8

const (
	free      ref = iota
	aRecord       // a record of the scenario
	aZone         // a time zone
	someField     // mapped fields
)

// verbSpec is one row of the table of verbs. The first key is named after the
// verb and holds its main argument.
type verbSpec struct {
	verb  Verb
	group Group
	doc   string
	keys  []Key
}

// verbs is the whole table, in the order of step.go.
var verbs = slices.Concat(peopleVerbs, networkVerbs, vendorVerbs, clockVerbs, webhookVerbs, engineVerbs)

var verbIndex = func() map[Verb]*verbSpec {
	m := make(map[Verb]*verbSpec, len(verbs))
	for i := range verbs {
		m[verbs[i].verb] = &verbs[i]
	}
	return m
}()

var verbNames = func() []string {
	names := make([]string, len(verbs))
	for i := range verbs {
		names[i] = string(verbs[i].verb)
	}
	return names
}()

// Verbs lists every verb in a fixed order.
func Verbs() []Verb {
	all := make([]Verb, len(verbs))
	for i := range verbs {
		all[i] = verbs[i].verb
	}
	return all
}

// Group is the verb's family, "" for an unknown verb.
func (v Verb) Group() Group {
	if s := verbIndex[v]; s != nil {
		return s.group
	}
	return ""
}

// Fault reports whether the verb is something that goes wrong, as opposed to
// something that a person does.
func (v Verb) Fault() bool {
	g := v.Group()
	return g != "" && g != People
}

// Doc is one sentence on what the verb does.
func (v Verb) Doc() string {
	if s := verbIndex[v]; s != nil {
		return s.doc
	}
	return ""
}

// Keys are the keys that a step with this verb takes, beside `at`; the first
// is the verb itself.
func (v Verb) Keys() []Key {
	if s := verbIndex[v]; s != nil {
		return slices.Clone(s.keys)
	}
	return nil
}

// key finds a key by its name.
func (s *verbSpec) key(name string) *Key {
	for i := range s.keys {
		if s.keys[i].Name == name {
			return &s.keys[i]
		}
	}
	return nil
}

// keyNames lists what may stand in a step of this verb.
func (s *verbSpec) keyNames() []string {
	names := []string{"at"}
	for i := range s.keys {
		names = append(names, s.keys[i].Name)
	}
	return names
}

// Words that several verbs share.
var (
	sides     = []string{"cc", "crm"}
	clocked   = []string{"cc", "crm", "engine"}
	origins   = []string{"agent", "user", "automation"}
	ways      = []string{"both", "request", "response", "webhook"}
	moments   = []string{"before", "after"}
	effects   = []string{"persist", "persisted", "write", "written", "ack", "read", "gate"}
	forgeries = []string{"wrong-key", "no-signature", "altered"}
	choices   = []string{"cc", "crm", "merge", "approve", "reject"}
)

// Keys that several verbs share.

func recordKey(verb Verb, doc string) Key {
	return Key{Name: string(verb), Doc: doc, Required: true, ref: aRecord, slot: func(s *Step) any { return &s.Record }}
}

func systemKey(verb Verb, doc string, of ...string) Key {
	return Key{Name: string(verb), Doc: doc, Required: true, One: of, slot: func(s *Step) any { return &s.On }}
}

func onKey(of ...string) Key {
	return Key{Name: "on", Doc: "The system on which it happens.", Required: true, One: of, slot: func(s *Step) any { return &s.On }}
}

func asKey() Key {
	return Key{Name: "as", Doc: "The origin: an agent's input, a user's update, or automation. By default agent on cc and user on crm.",
		One: origins, always: true, slot: func(s *Step) any { return &s.As }}
}

func byKey() Key {
	return Key{Name: "by", Doc: "The name of the one who does it.", slot: func(s *Step) any { return &s.By }}
}

func setKey(doc string) Key {
	return Key{Name: "set", Doc: doc, ref: someField, slot: func(s *Step) any { return &s.Set }}
}

func fieldsKey() Key {
	return Key{Name: "fields", Doc: "Only these fields; by default all.", ref: someField, slot: func(s *Step) any { return &s.Fields }}
}

func forKey() Key {
	return Key{Name: "for", Doc: "How long it lasts; by default until the end of the timeline.", slot: func(s *Step) any { return &s.For }}
}

// lastingKey is forKey for what an owner of a system changes: unless the step
// says how long, it stays.
func lastingKey() Key {
	return Key{Name: "for", Doc: "How long it lasts; by default for good.", slot: func(s *Step) any { return &s.For }}
}

func objectKey(doc string) Key {
	return Key{Name: "object", Doc: doc, One: objects, slot: func(s *Step) any { return &s.Object }}
}

func rateKey(of string) Key {
	return Key{Name: "rate", Doc: "Percent of " + of + ".", Default: "100", min: 1, max: 100, slot: func(s *Step) any { return &s.Rate }}
}

func addKey(doc string) Key {
	return Key{Name: "add", Doc: doc, Required: true, slot: func(s *Step) any { return &s.Amount }}
}

func countKey(doc string) Key {
	return Key{Name: "count", Doc: doc, max: 1_000_000, slot: func(s *Step) any { return &s.Count }}
}

func wayKey() Key {
	return Key{Name: "way", Doc: "Which direction of traffic.", One: ways, Default: "both", slot: func(s *Step) any { return &s.Way }}
}

func whenKey() Key {
	return Key{Name: "when", Doc: "Before or after the system has carried out the request.", One: moments, Default: "before", slot: func(s *Step) any { return &s.When }}
}

func everyKey() Key {
	return Key{Name: "every", Doc: "Repeat at this interval; needs times.", slot: func(s *Step) any { return &s.Every }}
}

func timesKey() Key {
	return Key{Name: "times", Doc: "How many times in all; {n} in a value becomes the number of the repetition.",
		Default: "1", min: 1, max: 100_000, slot: func(s *Step) any { return &s.Times }}
}

func ofKey(doc string) Key {
	return Key{Name: "of", Doc: doc, ref: aRecord, slot: func(s *Step) any { return &s.Record }}
}
