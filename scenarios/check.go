package scenarios

import (
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"
)

// check refuses what parses but cannot be played: it compares one part of the
// file with another.
func (d *decoder) check(s *Scenario, at place) error {
	if err := d.checkRequirements(s, at.keys["requirements"]); err != nil {
		return err
	}
	for _, side := range sides {
		if err := d.checkSystem(side, s.System(side), d.systems[side]); err != nil {
			return err
		}
	}
	if err := d.checkNatives(s, s.Mapping, at.keys["mapping"], standardSalesforce); err != nil {
		return err
	}
	if a := s.Objects.Account; a != nil && a.Mapping != nil {
		own := keyNode(keyNode(at.keys["objects"], Account), "mapping")
		if err := d.checkNatives(s, a.Mapping, own, standardAccount); err != nil {
			return err
		}
	}
	known, err := d.checkRecords(s)
	if err != nil {
		return err
	}
	played := 0
	for i := range s.Timeline {
		if err := d.checkStep(s, &s.Timeline[i], d.steps[i], known); err != nil {
			return err
		}
		if played += max(s.Timeline[i].Times, 1); played > maxPlayed {
			return d.fail(d.steps[i].at("times"), "", "found more than %d steps with their repetitions; expected at most that many", maxPlayed)
		}
	}
	return nil
}

func (d *decoder) checkRequirements(s *Scenario, n *yaml.Node) error {
	known := requirementIDs()
	for i, id := range s.Requirements {
		if !slices.Contains(known, id) {
			hint := didYouMean(id, known)
			if hint == "" {
				hint = "`syncproof requirements` lists them"
			}
			return d.fail(n.Content[i], hint, "found the requirement %q; expected an id of requirements.yaml", id)
		}
		if slices.Contains(s.Requirements[:i], id) {
			return d.fail(n.Content[i], "remove one of them", "found the requirement %s twice; expected it once", id)
		}
	}
	return nil
}

// checkSystem refuses what the vendor cannot do.
func (d *decoder) checkSystem(side string, s *System, at place) error {
	if _, err := Zone(s.Times); err != nil {
		return d.fail(at.at("times"), "", "found %q for times; expected an IANA zone such as Europe/Berlin", s.Times)
	}
	if *s.Conditional && side == "cc" {
		return d.fail(at.at("conditional"), "remove it", "found conditional: true for cc; expected false, as Genesys Cloud has no conditional writes")
	}
	if s.Only != "" && side == "cc" {
		return d.fail(at.at("only"), "remove it", "found only for cc; expected it for crm, of which there are several kinds")
	}
	for _, kind := range s.Kinds {
		switch {
		case !slices.Contains(kindsOf["crm"], kind):
			return d.fail(at.at("kinds"), didYouMean(kind, kindsOf["crm"]), "found the kind %q; expected one of %s", kind, strings.Join(kindsOf["crm"], ", "))
		case s.Only == "":
			return d.fail(at.at("kinds"), "add only: with the reason why other kinds are left out", "found kinds without only; expected both or none")
		}
	}
	if *s.Webhooks && side == "crm" && s.Kind != "dynamics" {
		return d.fail(at.at("webhooks"), "remove it", "found webhooks: true for crm; expected false, as a crm is polled")
	}
	if q := s.Quota; q != nil && q.Per <= 0 {
		return d.fail(at.at("quota"), "", "found a quota per %s; expected a window longer than that", q.Per)
	}
	return nil
}

// standardSalesforce are the Contact fields that a tenant has without adding
// them; every other name there ends in __c.
var standardSalesforce = []string{
	"FirstName", "LastName", "Salutation", "Title", "Department", "Phone", "MobilePhone", "HomePhone", "OtherPhone",
	"AssistantPhone", "AssistantName", "Fax", "Email", "Birthdate", "Description", "LeadSource", "DoNotCall",
	"HasOptedOutOfEmail", "HasOptedOutOfFax", "MailingStreet", "MailingCity", "MailingState", "MailingPostalCode",
	"MailingCountry", "OtherStreet", "OtherCity", "OtherState", "OtherPostalCode", "OtherCountry",
}

// standardAccount are those of an Account, likewise.
var standardAccount = []string{
	"Name", "AccountNumber", "Phone", "Fax", "Website", "Industry", "Type", "Description", "NumberOfEmployees", "TickerSymbol",
	"Site", "AccountSource", "Sic", "SicDesc", "BillingStreet", "BillingCity", "BillingState", "BillingPostalCode", "BillingCountry",
	"ShippingStreet", "ShippingCity", "ShippingState", "ShippingPostalCode", "ShippingCountry",
}

// checkNatives refuses a Salesforce field that no tenant has, and a choice of
// Dynamics 365 that is no number.
func (d *decoder) checkNatives(s *Scenario, m *Mapping, mapping *yaml.Node, standard []string) error {
	switch {
	case m == nil:
		return nil
	case s.Systems.CRM.Kind == "dynamics":
		return d.checkChoices(m, mapping)
	case s.Systems.CRM.Kind != "salesforce":
		return nil
	}
	for i, f := range m.Fields {
		name := f.CRMField
		if name == "" || f.Role() != RoleBusiness || strings.HasSuffix(name, "__c") || slices.Contains(standard, name) {
			continue
		}
		n := keyNode(keyNode(mapping, "fields").Content[i], "crmField")
		hint := didYouMean(name, standard)
		if hint == "" {
			hint = "a custom field's name ends in __c"
		}
		return d.fail(n, hint, "found the crmField %q; expected a field that a Salesforce %s has", name, m.Object)
	}
	return nil
}

// checkChoices refuses a choice of Dynamics 365 that is no number.
func (d *decoder) checkChoices(m *Mapping, mapping *yaml.Node) error {
	for i, f := range m.Fields {
		if f.CRMField == "" {
			continue
		}
		for k, native := range f.NativeValues("crm") {
			if _, err := strconv.ParseInt(native, 10, 32); err != nil {
				n := keyNode(keyNode(mapping, "fields").Content[i], "values")
				return d.fail(n, "add crmValues: {"+f.Values[k]+": \"100000000\"} with the number of the choice", "found the value %q of %s without a number; expected what Dynamics 365 calls it, as its choices are numbers", f.Values[k], f.Label())
			}
		}
	}
	return nil
}

// keyNode is the value of a key of a mapping node.
func keyNode(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return n
}

// being is what the checks know of one record of the scenario.
type being struct {
	object  string   // "" for a contact
	on      string   // both | cc | crm
	created bool     // by a step ...
	since   Duration // ... at this instant
}

// beings are the records of a scenario by id.
type beings struct {
	byID      map[string]being
	ids       []string // for suggestions, in the order of the file
	generated int
}

func (b *beings) find(id string) (being, bool) {
	if who, ok := b.byID[id]; ok {
		return who, true
	}
	digits, ok := strings.CutPrefix(id, "r")
	if n, err := strconv.Atoi(digits); ok && err == nil && n >= 1 && n <= b.generated && generatedID(n-1) == id {
		return b.byID[""], true
	}
	return being{}, false
}

// checkRecords collects the records and refuses a name used twice.
func (d *decoder) checkRecords(s *Scenario) (*beings, error) {
	known := &beings{byID: map[string]being{}}
	add := func(id string, who being, n *yaml.Node) error {
		if _, twice := known.find(id); twice {
			return d.fail(n, "give it another name", "found the record %q twice; expected each id once", id)
		}
		known.byID[id] = who
		known.ids = append(known.ids, id)
		return nil
	}
	if g := s.Records.Generate; g != nil {
		known.generated = g.Count
		known.byID[""] = being{on: g.On}
	}
	for i := range s.Records.List {
		r := &s.Records.List[i]
		if err := add(r.ID, being{object: r.Object, on: r.On}, d.records[i].at("id")); err != nil {
			return nil, err
		}
	}
	for i := range s.Records.List {
		if err := d.checkMirror(s, &s.Records.List[i], d.records[i].keys["mirrors"], known); err != nil {
			return nil, err
		}
	}
	for i := range s.Timeline {
		if step := &s.Timeline[i]; step.Verb == Create {
			n := d.steps[i].at(string(Create))
			if _, err := d.id(n); err != nil {
				return nil, err
			}
			if err := add(step.Record, being{object: step.Object, on: step.On, created: true, since: step.At}, n); err != nil {
				return nil, err
			}
		}
	}
	return known, nil
}

// checkMirror refuses a duplicate that cannot carry the other's id.
func (d *decoder) checkMirror(s *Scenario, r *Record, n *yaml.Node, known *beings) error {
	if n == nil {
		return nil
	}
	other, ok := known.find(r.Mirrors)
	switch {
	case !ok:
		return d.fail(n, didYouMean(r.Mirrors, known.ids), "found mirrors: %s; expected a record that the scenario has", r.Mirrors)
	case r.Mirrors == r.ID:
		return d.fail(n, "", "found %q mirroring itself; expected another record", r.ID)
	case other.object != r.Object:
		return d.fail(n, "", "found mirrors: %s, which is another object; expected %s", r.Mirrors, article(r.Object))
	case r.On == "both":
		return d.fail(n, "say on: crm in this record", "found mirrors for a record that is on both systems; expected it on one side only")
	case other.on == r.On:
		return d.fail(n, "say on: both in the other record", "found mirrors: %s, which is on %s only; expected a record that the other side has", r.Mirrors, other.on)
	case r.On == "crm" && s.Systems.CRM.Kind != "salesforce" && s.carried(r):
		return d.fail(n, "use kind: salesforce, or say linked: false in the other records", "found a second record that mirrors %s in a %s crm, which keeps external ids unique; expected one", r.Mirrors, s.Systems.CRM.Kind)
	}
	return nil
}

// carried reports whether another record carries the same external id in the
// CRM: the one that r names, where they are linked, or one more duplicate.
func (s *Scenario) carried(r *Record) bool {
	return slices.ContainsFunc(s.Records.List, func(other Record) bool {
		duplicate := other.ID != r.ID && other.On == "crm" && other.Mirrors == r.Mirrors
		return duplicate || (other.ID == r.Mirrors && other.Linked)
	})
}

// checkStep refuses a step that speaks of what is not there.
func (d *decoder) checkStep(s *Scenario, step *Step, at place, known *beings) error {
	spec := verbIndex[step.Verb]
	for i := range spec.keys {
		key := &spec.keys[i]
		n := at.keys[key.Name]
		if n == nil {
			continue
		}
		switch key.ref {
		case aRecord:
			if err := d.checkRecord(step, n, *key.slot(step).(*string), known); err != nil {
				return err
			}
		case aZone:
			if _, err := Zone(step.To); err != nil {
				return d.fail(n, "", "found %q as a zone; expected an IANA zone such as America/New_York", step.To)
			}
		}
	}
	if step.Verb == Drift && step.Drift.Values != nil {
		if err := d.checkValues(s, step, at); err != nil {
			return err
		}
	}
	if step.Object == Account && s.Objects.Account == nil {
		return d.fail(at.at("object"), "add a record with object: account", "found object: account in a world without accounts; expected a contact")
	}
	if step.Verb == Merge {
		for key, id := range map2(string(Merge), step.Record, "with", step.Other) {
			if d.accounts[id] {
				return d.fail(at.at(key), "", "found %s, an account, in a merge; expected a contact, as accounts are not merged here", id)
			}
		}
	}
	if step.Verb == Merge && step.Record == step.Other {
		return d.fail(at.at("with"), "", "found %s merged with itself; expected two records", step.Record)
	}
	if step.Verb == Create && step.On == "crm" {
		for _, f := range s.MappingOf(step.Object).Business() {
			if f.Required && !slices.ContainsFunc(step.Set, func(set FieldSet) bool { return set.Field == f.Label() && !set.Clear }) {
				return d.fail(at.at("set"), "add "+f.Label(), "found create of %q on crm without %s; expected it, as the crm requires it", step.Record, f.Label())
			}
		}
	}
	if side := s.System(step.On); step.As == "automation" && !slices.Contains(side.Automation, step.By) {
		return d.fail(at.at("by"), "add it to systems."+step.On+".automation", "found automation by %q; expected one of %s", step.By, strings.Join(side.Automation, ", "))
	}
	return nil
}

// checkValues refuses a drift that leaves a picklist what it never had.
func (d *decoder) checkValues(s *Scenario, step *Step, at place) error {
	for _, f := range s.MappingOf(step.Object).Business() {
		if f.Native(step.On) != step.What || (f.Kind() != "picklist" && f.Kind() != "multipicklist") {
			continue
		}
		known := f.NativeValues(step.On)
		for i, value := range step.Drift.Values {
			if !slices.Contains(known, value) {
				return d.fail(at.at("values").Content[i], didYouMean(value, known), "found %q in values; expected what %s of %s holds", value, step.What, step.On)
			}
		}
		return nil
	}
	return d.fail(at.at("field"), "", "found values for %q; expected a mapped picklist of %s", step.What, step.On)
}

// article names an object in a message.
func article(object string) string {
	if object == Account {
		return "an account"
	}
	return "a contact"
}

// checkRecord refuses a record that is unknown, not yet created, or on the
// other system only. A created record may be edited on the other side too:
// the engine carries it there.
func (d *decoder) checkRecord(step *Step, n *yaml.Node, id string, known *beings) error {
	if step.All || (step.Verb == Review && id == massDelete) {
		return nil
	}
	who, ok := known.find(id)
	switch {
	case !ok:
		hint := didYouMean(id, known.ids)
		if hint == "" && known.generated > 0 {
			hint = "generated records are r1 to " + generatedID(known.generated-1)
		}
		return d.fail(n, hint, "found the record %q; expected one that the scenario has", id)
	case who.created && step.At < who.since:
		return d.fail(n, "", "found %s of %q at %s; expected it after the record is created at %s", step.Verb, id, step.At, who.since)
	case step.Verb.Group() == People && step.On != "" && !who.created && who.on != "both" && who.on != step.On:
		return d.fail(n, "say on: both in its record, or on: "+who.on+" here", "found %s of %q on %s; expected %s, the only system that has it", step.Verb, id, step.On, who.on)
	}
	return nil
}
