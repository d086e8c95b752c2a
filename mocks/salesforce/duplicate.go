package salesforce

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// duplicateRule is a duplicate rule with its matching rule: what happens to a
// record of which there seems to be one already (S).
type duplicateRule struct {
	Name   string `json:"name"`
	Object string `json:"object,omitempty"` // by default Contact
	// MatchingRule is the name of the matching rule, by default the rule's own.
	MatchingRule string `json:"matching_rule,omitempty"`
	// Fields are those in which two records have to agree, without regard to
	// case; an empty one agrees with none (M).
	Fields []string `json:"fields"`
	// OnCreate and OnEdit are block, alert (the default) or allow.
	OnCreate string `json:"on_create,omitempty"`
	OnEdit   string `json:"on_edit,omitempty"`
	// Message is what who saves is told.
	Message string `json:"message,omitempty"`
}

// What a duplicate rule does.
const (
	duplicateBlock = "block" // there is no way around it
	duplicateAlert = "alert" // who saves can insist
	duplicateAllow = "allow"
)

// Defaults of a rule (R).
const duplicateMessage = "Use one of these records?"

// duplicateHeaderSince is the API version (in tenths) from which the header
// of duplicate rules counts (S).
const duplicateHeaderSince = 520

// matchesMax is how many duplicates a refusal lists (M).
const matchesMax = 100

func (m *Mock) checkDuplicateRule(r *duplicateRule) error {
	if !developerName(r.Name) || r.MatchingRule != "" && !developerName(r.MatchingRule) {
		return fmt.Errorf("duplicate_rules: %q: a name begins with a letter and has letters, digits and single underscores", r.Name)
	}
	if len(r.Fields) == 0 {
		return fmt.Errorf("duplicate_rules: %s: fields says in which fields two records agree", r.Name)
	}
	for _, name := range r.Fields {
		if c := m.made.named(name); c == nil || c.system != plain {
			return fmt.Errorf("duplicate_rules: %s: %s has no field %q", r.Name, r.Object, name)
		}
	}
	for _, action := range [...]string{r.OnCreate, r.OnEdit} {
		switch action {
		case "", duplicateBlock, duplicateAlert, duplicateAllow:
		default:
			return fmt.Errorf("duplicate_rules: %s: on_create and on_edit are block, alert or allow, not %q", r.Name, action)
		}
	}
	return nil
}

// action is what the rule does to a record that is new or not.
func (d *duplicateRule) action(create bool) string {
	action := d.OnEdit
	if create {
		action = d.OnCreate
	}
	if action == "" {
		return duplicateAlert
	}
	return action
}

// insists: the client saves what it was alerted to (S).
func (x *exchange) insists() bool { return x.duplicateOption("allowSave") }

// duplicateOption is one of Sforce-Duplicate-Rule-Header (S).
func (x *exchange) duplicateOption(name string) bool {
	if x.version < duplicateHeaderSince || x.op != nil {
		return false
	}
	header := strings.Join(x.r.Header["Sforce-Duplicate-Rule-Header"], ";")
	for option := range strings.FieldsFuncSeq(header, func(r rune) bool { return r == ';' || r == ',' }) {
		if key, value, _ := strings.Cut(strings.TrimSpace(option), "="); key == name {
			return strings.EqualFold(strings.TrimSpace(value), "true")
		}
	}
	return false
}

// similar refuses a write of the API for the first duplicate rule that it
// meets; r is nil for a new record.
func (x *exchange) similar(r *record, set []assign) *apiError {
	for i := range x.m.setup.duplicates {
		rule := &x.m.setup.duplicates[i]
		action := rule.action(r == nil)
		if rule.Object != x.m.object.name || action == duplicateAllow || action == duplicateAlert && x.insists() {
			continue
		}
		if found := x.m.matches(rule, r, set); len(found) > 0 {
			err := refuse("DUPLICATES_DETECTED", rule.message())
			err.duplicates = x.appendDuplicates(nil, rule, action, found)
			return err
		}
	}
	return nil
}

// forbidden is the rule that blocks a user's write: what a page only warns of,
// its user saves.
func (m *Mock) forbidden(r *record, set []assign) error {
	for i := range m.setup.duplicates {
		rule := &m.setup.duplicates[i]
		if rule.Object == m.object.name && rule.action(r == nil) == duplicateBlock && len(m.matches(rule, r, set)) > 0 {
			return fmt.Errorf("salesforce: DUPLICATES_DETECTED: %s", rule.message())
		}
	}
	return nil
}

func (d *duplicateRule) message() string {
	if d.Message == "" {
		return duplicateMessage
	}
	return d.Message
}

// matches are the live records that agree with what is written, the oldest
// first. A rule looks at an edit only if it touches one of its fields (M).
func (m *Mock) matches(rule *duplicateRule, r *record, set []assign) (found []*record) {
	wanted := make([]string, len(rule.Fields))
	columns := make([]*column, len(rule.Fields))
	touched := r == nil
	for i, name := range rule.Fields {
		c := m.made.named(name)
		if c == nil {
			return nil
		}
		columns[i] = c
		if r != nil {
			wanted[i] = r.values[c.slot]
		}
		if j := slices.IndexFunc(set, func(a assign) bool { return a.column.slot == c.slot }); j >= 0 {
			touched = touched || set[j].text != wanted[i]
			wanted[i] = set[j].text
		}
		if wanted[i] == "" {
			return nil
		}
	}
	if !touched {
		return nil
	}
	for _, other := range m.store.order {
		agrees := other != r && !other.deleted
		for i, c := range columns {
			agrees = agrees && strings.EqualFold(other.values[c.slot], wanted[i])
		}
		if agrees && len(found) < matchesMax {
			found = append(found, other)
		}
	}
	return found
}

// appendDuplicates appends the result of a rule (R). The vendor's name for it
// in answers lacks a letter.
func (x *exchange) appendDuplicates(b []byte, rule *duplicateRule, action string, found []*record) []byte {
	b = strconv.AppendBool(append(b, `"duplicateResut":{"allowSave":`...), action == duplicateAlert)
	b = mocks.AppendString(append(b, `,"duplicateRule":`...), rule.Name)
	b = mocks.AppendString(append(b, `,"duplicateRuleEntityType":`...), rule.Object)
	b = mocks.AppendString(append(b, `,"errorMessage":`...), rule.message())
	b = mocks.AppendString(append(b, `,"matchResults":[{"entityType":`...), rule.Object)
	b = append(b, `,"errors":[],"matchEngine":"ExactMatchEngine","matchRecords":[`...)
	columns := []*column{x.m.schema.find("Id")}
	if x.duplicateOption("includeRecordDetails") {
		columns = x.m.schema.columns
	}
	for i, r := range found {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"additionalInformation":[],"fieldDiffs":[],"matchConfidence":100.0,"record":`...)
		b = append(x.m.appendRow(b, r, columns, x.prefix()), '}')
	}
	name := rule.MatchingRule
	if name == "" {
		name = rule.Name
	}
	b = mocks.AppendString(append(b, `],"rule":`...), name)
	b = strconv.AppendInt(append(b, `,"size":`...), int64(len(found)), 10)
	return append(b, `,"success":true}]}`...)
}
