package check

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/nyaruka/phonenumbers"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// shortest lengths that either vendor allows for the default vocabulary; a
// value above its limit is a cause for a dead letter (FC-1).
var shortest = map[string]int{
	"first_name": 40, "last_name": 80, "title": 128, "phone": 40, "mobile": 40,
	"email": 80, "city": 40, "notes": 4000,
}

// otherLength is the bound for fields outside the vocabulary.
const otherLength = 255

// deadLetterCause is why the model accepts that a record is dead-lettered, ""
// if it does not: a system refused a request for it for good, the schema or
// the permissions changed, or one of its values cannot be made valid.
func (m *model) deadLetterCause(p *person) string {
	for k := range m.faults {
		if c := m.faults[k].code; c == string(scenarios.Drift) || c == string(scenarios.Permission) {
			return "the schema or the permissions changed"
		}
	}
	if m.refused(p) {
		return "a system refused a request for it"
	}
	for side := range p.nodes {
		for _, n := range p.nodes[side] {
			for k := range n.states {
				if k > 0 && sameContent(n, k) {
					continue
				}
				if f := n.fields.unfit(n.states[k].content); f != "" {
					return "its " + f + " cannot be made valid for both systems"
				}
			}
		}
	}
	return ""
}

// deadCause is why the model accepts that a record is still dead-lettered at
// the end: what once was refused, or what one of the records holds and did not
// fit, must still be so.
func (m *model) deadCause(p *person, records ...*node) string {
	switch {
	case m.schemaOpen():
		return "the schema or the permissions are not what they were"
	case m.refusedLast(p):
		return "a system refused the last request for it"
	case m.troubles(p) >= patience:
		return "requests for it failed again and again"
	}
	for _, n := range records {
		if n == nil {
			continue
		}
		if f := n.fields.unfit(n.last().content); f != "" {
			return "its " + f + " cannot be made valid for both systems"
		}
	}
	return ""
}

// schemaOpen says that a drift or a lost permission had not ended at the end.
func (m *model) schemaOpen() bool {
	for k := range m.faults {
		f := &m.faults[k]
		if (f.code == string(scenarios.Drift) || f.code == string(scenarios.Permission)) && (f.end < 0 || m.forGood(f)) {
			return true
		}
	}
	return false
}

// forGood says that a fault's end was journaled at the instant that it began:
// such a change stays.
func (m *model) forGood(f *fault) bool { return m.ev[f.end].At == m.ev[f.begin].At }

// refusedLast says that the last write asked for a person, or for a record
// that was still to be made, was refused for good.
func (m *model) refusedLast(p *person) bool {
	for k := len(p.log) - 1; k >= 0; k-- {
		if e := &m.ev[p.log[k]]; e.Kind == trace.Arrive && e.Actor == trace.ActorEngine && e.Method != http.MethodGet {
			return m.refusedCall(e.Call) || m.unmade(p)
		}
	}
	return m.unmade(p)
}

// unmade says that a person has no record on one side, and that a system
// refused to make one for somebody.
func (m *model) unmade(p *person) bool {
	return (len(p.nodes[cc]) == 0 || len(p.nodes[crm]) == 0) && m.creationRefused()
}

// refused says that a system gave a permanent refusal to the engine for this
// person; a creation names no record, so any refused creation may be meant.
func (m *model) refused(p *person) bool {
	for _, i := range p.log {
		e := &m.ev[i]
		if e.Kind == trace.Arrive && e.Actor == trace.ActorEngine && m.refusedCall(e.Call) {
			return true
		}
	}
	if len(p.nodes[cc]) > 0 && len(p.nodes[crm]) > 0 {
		return false
	}
	return m.creationRefused()
}

func (m *model) refusedCall(n uint64) bool {
	c := m.exchange(n)
	if c == nil || c.answer == 0 {
		return false
	}
	a := &m.ev[c.answer-1]
	switch a.Status {
	case 400, 405, 406, 409, 410, 413, 415, 422:
		return !strings.Contains(a.Code, "LIMIT")
	case 403:
		return !limited(a)
	case 300:
		return true
	}
	return false
}

func (m *model) creationRefused() bool {
	if m.refusedCreate == nil {
		found := m.findRefusedCreation()
		m.refusedCreate = &found
	}
	return *m.refusedCreate
}

func (m *model) findRefusedCreation() bool {
	for n := range m.calls {
		c := &m.calls[n]
		if c.arrive == 0 {
			continue
		}
		if e := &m.ev[c.arrive-1]; e.Actor == trace.ActorEngine && e.Method != http.MethodGet && m.find(e.On, e.Record) == nil && m.refusedCall(uint64(n)) {
			return true
		}
	}
	return false
}

// unfit names a field whose value one of the systems may refuse.
func (t *fieldTable) unfit(content []string) string {
	for i, f := range t.list {
		if f.unfit(content[i]) {
			return f.name
		}
	}
	return ""
}

func (f *field) unfit(v string) bool {
	if v == "" {
		return f.spec.Required || f.name == "last_name"
	}
	limit := shortest[f.name]
	if limit == 0 {
		limit = otherLength
	}
	if f.spec.MaxLength > 0 {
		limit = min(limit, f.spec.MaxLength)
	}
	if utf8.RuneCountInString(v) > limit || f.badPattern(v) {
		return true
	}
	switch f.kind {
	case kindPicklist:
		return len(f.spec.Values) > 0 && !slices.Contains(f.spec.Values, v)
	case kindMultiPicklist:
		for _, item := range strings.Split(v, ";") {
			if len(f.spec.Values) > 0 && !slices.Contains(f.spec.Values, item) {
				return true
			}
		}
	case kindPhone:
		return f.oddPhone(v)
	case kindEmail:
		return strings.Count(v, "@") != 1 || strings.ContainsAny(v, " ,;")
	case kindInteger, kindDecimal:
		return strings.Trim(v, "-0123456789.") != "" || len(v) > 15
	case kindBoolean:
		return v != "true" && v != "false"
	case kindDate:
		return len(v) != len("2006-01-02")
	}
	return false
}

func (f *field) badPattern(v string) bool {
	if f.spec.Pattern == "" {
		return false
	}
	re, err := regexp.Compile(f.spec.Pattern)
	return err != nil || !re.MatchString(v)
}

// oddPhone says that a number is of a kind that a mask may not carry: of
// another region, with an extension, or not valid.
func (f *field) oddPhone(v string) bool {
	if strings.Contains(v, ";ext=") || !strings.HasPrefix(v, "+") {
		return true
	}
	num, err := phonenumbers.Parse(v, f.region)
	return err != nil || !phonenumbers.IsPossibleNumber(num) || phonenumbers.GetRegionCodeForNumber(num) != f.region && (f.spec.CRMFormat != "" || f.spec.CCFormat != "") ||
		strings.EqualFold(f.spec.Phone, "valid") && !phonenumbers.IsValidNumber(num)
}

// massDelete says that users deleted more records within an hour than the
// policy lets pass without asking. An engine may count each system by itself,
// or both together.
func (m *model) massDelete() bool { return m.deletions().together > m.set.massDelete }

// deletions are the users' deletions.
type deletions struct {
	most     int   // within an hour, in one system
	together int   // within an hour, in both
	first    int32 // the one that went over the threshold in one system, -1
}

func (m *model) deletions() *deletions {
	if m.deleted == nil {
		m.deleted = m.countDeletions()
	}
	return m.deleted
}

func (m *model) countDeletions() *deletions {
	d := &deletions{first: -1}
	var one [2]hourly
	var both hourly
	for i, e := range m.only(trace.Commit) {
		if e.Verb != trace.Delete || e.Actor == trace.ActorEngine {
			continue
		}
		d.together = max(d.together, both.count(e.At))
		if n := one[sideOf(e.On)].count(e.At); n > d.most {
			d.most = n
			if n == m.set.massDelete+1 {
				d.first = i
			}
		}
	}
	return d
}

// hourly are the instants of the last hour.
type hourly []int64

// count adds an instant and says how many there are.
func (h *hourly) count(at int64) int {
	*h = append(*h, at)
	for at-(*h)[0] > int64(time.Hour) {
		*h = (*h)[1:]
	}
	return len(*h)
}
