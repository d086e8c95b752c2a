package salesforce

import (
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// The kinds of change that events speak of (S). One that says nothing but
// which records changed has gapPrefix before it.
const (
	changeCreate   = "CREATE"
	changeUpdate   = "UPDATE"
	changeDelete   = "DELETE"
	changeUndelete = "UNDELETE"
	changeOverflow = "GAP_OVERFLOW"
	gapPrefix      = "GAP_"
)

// originPages is the change origin of what somebody does in the vendor's own
// pages (S).
const originPages = "com/salesforce/api/soap/66.0;client=SfdcInternalAPI/"

// change is what one transaction did to one record. Several changes of a record
// become one of the first one's kind, with what the record holds at the end (S).
type change struct {
	part    *Mock
	record  *record
	kind    string
	origin  string
	user    string
	columns []*column // that an update changed
	dated   bool      // LastModifiedDate moved
	author  bool      // LastModifiedById is another than before
}

// captured are the kinds of change by the journal's verb. A record that is
// laid down before the run is no change.
var captured = map[string]string{
	trace.Create: changeCreate, trace.Update: changeUpdate, trace.Touch: changeUpdate,
	trace.Delete: changeDelete, trace.Merge: changeDelete, trace.Undelete: changeUndelete,
}

// capture notes a commit for the event that tells of it, where the object was
// selected for that.
func (m *Mock) capture(r *record, w *write, verb string) {
	if !m.captures() {
		return
	}
	kind := captured[verb]
	if kind == "" || !m.selects(m.object.name) {
		return
	}
	i := slices.IndexFunc(m.pending, func(c change) bool { return c.record == r })
	if i < 0 {
		i = len(m.pending)
		m.pending = append(m.pending, change{part: m, record: r, kind: kind, origin: w.channel(), user: w.user})
	}
	c := &m.pending[i]
	if kind != changeUpdate {
		return
	}
	c.dated = c.dated || w.origin != mocks.Automation
	c.author = c.author || w.editor != r.modifiedBy
	for _, column := range m.made.columns {
		if column.system != plain || slices.Contains(c.columns, column) {
			continue
		}
		before := ""
		if column.slot < len(w.before) {
			before = w.before[column.slot]
		}
		if before != r.values[column.slot] {
			c.columns = append(c.columns, column)
		}
	}
}

// channel is the change origin of a write: the API and the client that made
// it, the vendor's own pages, or nothing for automation (M).
func (w *write) channel() string {
	switch w.origin {
	case "":
		return w.via
	case mocks.Automation:
		return ""
	}
	return originPages
}

// publish ends a transaction: what it changed becomes events.
func (t *tenant) publish(now time.Time) {
	if len(t.pending) == 0 {
		return
	}
	changes := t.pending
	t.pending = nil
	if t.faults.MuteNotices {
		return
	}
	var events []*changeEvent
	counted, overflown := 0, map[string]bool{}
	for i := range changes {
		c := &changes[i]
		entity := c.part.object.name
		counted += max(1, len(c.columns))
		if counted > changesMax || t.faults.ChangeEvents == mocks.ChangesOverflow {
			if !overflown[entity] {
				overflown[entity] = true
				events = append(events, &changeEvent{
					Schema: c.part.schemaID(), Entity: entity, Kind: changeOverflow, Origin: c.origin, User: c.user, Records: []string{noRecord},
				})
			}
			continue
		}
		if e := c.part.event(c); e != nil && !merged(events, e) {
			events = append(events, e)
		}
	}
	t.bus.publish(now, events)
}

// event tells of one change, nil if there is nothing to tell: automation that
// changed no field.
func (m *Mock) event(c *change) *changeEvent {
	entity := m.object.name
	e := &changeEvent{Schema: m.schemaID(), Entity: entity, Kind: c.kind, Origin: c.origin, User: c.user, Records: []string{c.record.id}}
	switch c.kind {
	case changeCreate, changeUndelete:
		for _, column := range m.made.columns {
			if told(column) && !m.blank(c.record, column) {
				e.Fields = append(e.Fields, m.eventField(entity, c.record, column))
			}
		}
	case changeUpdate:
		if len(c.columns) == 0 && !c.dated {
			return nil
		}
		for _, column := range m.made.columns {
			system := column.system == sysLastModifiedDate && c.dated || column.system == sysLastModifiedByID && c.author
			if system || slices.Contains(c.columns, column) {
				e.Fields = append(e.Fields, m.eventField(entity, c.record, column))
			}
		}
		e.changed()
	}
	if e.size() > eventSizeMax || m.faults.ChangeEvents == mocks.ChangesGap {
		e.Kind, e.Fields, e.Changed = gapPrefix+e.Kind, nil, nil
	}
	return e
}

// told: the column is part of events. IsDeleted and SystemModstamp are not (S),
// nor is the id, which the header has; the compound name is its parts.
func told(c *column) bool {
	switch c.system {
	case plain, sysMasterRecordID, sysCreatedDate, sysCreatedByID, sysLastModifiedDate, sysLastModifiedByID:
		return !c.gone
	}
	return false
}

func (m *Mock) blank(r *record, c *column) bool {
	if _, instant := r.seconds(c); instant {
		return false
	}
	return r.text(m, c) == ""
}

// eventField is a field of an event with its value as JSON.
func (m *Mock) eventField(entity string, r *record, c *column) eventField {
	compound, name := compoundOf(entity, c.name)
	f := eventField{Column: c.base, Compound: compound, Name: name}
	seconds, instant := r.seconds(c)
	kind, text := c.shown(r.text(m, c))
	switch {
	case instant:
		f.Value = quoted(time.Unix(seconds, 0).UTC().Format(eventInstant))
	case kind == mocks.Null:
		f.Value = "null"
	case kind != mocks.String:
		f.Value = text
	case c.kind == kindDatetime:
		f.Value = quoted(strings.TrimSuffix(text, "Z") + ".000Z")
	default:
		f.Value = quoted(text)
	}
	return f
}

// eventInstant is how events show instants (S).
const eventInstant = "2006-01-02T15:04:05.000Z"

// compoundOf takes a field of a compound one apart (S): MailingCity is the City
// of MailingAddress, and a person's LastName is that of Name.
func compoundOf(entity, field string) (compound, name string) {
	switch field {
	case "FirstName", "LastName", "Salutation":
		if entity == "Contact" {
			return "Name", field
		}
	}
	for _, prefix := range [...]string{"Mailing", "Other", "Billing", "Shipping"} {
		switch part, ok := strings.CutPrefix(field, prefix); part {
		case "Street", "City", "State", "PostalCode", "Country":
			if ok {
				return prefix + "Address", part
			}
		}
	}
	return "", field
}

// merged adds the event's record to one before that tells the same of others,
// if there is one (S; that new records are never told of together: M).
func merged(events []*changeEvent, e *changeEvent) bool {
	if strings.HasSuffix(e.Kind, changeCreate) {
		return false
	}
	for _, other := range events {
		if other.Entity == e.Entity && other.Kind == e.Kind && other.Origin == e.Origin && other.User == e.User &&
			slices.Equal(other.Fields, e.Fields) {
			other.Records = append(other.Records, e.Records...)
			return true
		}
	}
	return false
}
