package genesys

import (
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// appendRecord appends the record as the API shows it. Attributes without a
// value are left out.
func (m *Mock) appendRecord(b []byte, c *record) []byte {
	b = m.appendState(b, c)
	if head := c.canonical(); head != c || len(c.mergedFrom) > 0 {
		b = m.object.appendRef(append(b, `,"canonicalContact":`...), head)
		if c.mergedTo != nil {
			b = m.object.appendRef(append(b, `,"mergedTo":`...), c.mergedTo)
		}
		b = m.object.appendRefs(b, `,"mergedFrom":`, c.mergedFrom)
		b = m.object.appendRefs(b, `,"mergeSet":`, head.mergeSet())
	}
	b = append(append(append(b, `,"selfUri":"`...), m.object.uri...), c.id...)
	return append(b, `"}`...)
}

// appendState appends the record's own state, without the closing brace.
func (m *Mock) appendState(b []byte, c *record) []byte {
	b = append(append(append(b, `{"id":"`...), c.id...), `","division":`...)
	b = append(b, m.division...)
	if m.object.is == mocks.Contact {
		b = append(b, `,"type":"Curated"`...)
	}
	open := groupTop
	for i := range c.cells {
		v := &c.cells[i]
		x := &m.schema.slots[v.slot]
		if !m.shows(x, v) {
			continue
		}
		if x.group != open {
			b = m.openGroup(b, open, x.group)
			open = x.group
		} else {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), x.wire...), `":`...)
		b = appendValue(b, x.kind, v)
	}
	if open != groupTop {
		b = append(b, '}')
	}
	if c.schema && open != groupCustom {
		// A record beside a schema shows its values, none as well (M): an
		// absent object would look like a missing permission to view them.
		b = append(append(b, m.schemaRef()...), `,"customFields":{}`...)
	}
	if len(c.external) > 0 {
		b = appendExternal(append(b, `,"externalIds":`...), c.external)
	}
	b = appendInstant(append(b, `,"createDate":`...), c.created)
	return appendInstant(append(b, `,"modifyDate":`...), c.modified)
}

// openGroup closes one group's object and opens another's. A record's cells
// come in the order top, address, top, custom.
func (m *Mock) openGroup(b []byte, from, to group) []byte {
	if from != groupTop {
		b = append(b, '}')
	}
	switch to {
	case groupAddress:
		return append(b, `,"address":{`...)
	case groupCustom:
		return append(append(b, m.schemaRef()...), `,"customFields":{`...)
	}
	return append(b, ',')
}

// shows reports whether a record that holds the value shows it.
func (m *Mock) shows(x *slot, v *cell) bool {
	return !x.removed && (m.schema.version == 1 || fits(x.kind, v))
}

// fits reports whether a stored text can be shown as a value of the kind: a
// field that drift retyped hides the values that do not fit its new type.
func fits(k kind, v *cell) bool {
	switch k {
	case kindBoolean:
		return v.text == "true" || v.text == "false"
	case kindInteger, kindNumber:
		first := v.text[0]
		return (first == '-' || first >= '0' && first <= '9') && mocks.ValidJSON([]byte(v.text)) == nil
	case kindPhone:
		return v.phone != nil
	case kindTags:
		return v.text[0] == '['
	}
	return true
}

func appendValue(b []byte, k kind, v *cell) []byte {
	switch {
	case k == kindPhone:
		return append(b, v.phone.json...)
	case k == kindObject || shownAs(k) != mocks.String:
		return append(b, v.text...)
	}
	return mocks.AppendString(b, v.text)
}

// shownAs is the JSON type of a scalar or list.
func shownAs(k kind) mocks.ValueKind {
	switch k {
	case kindBoolean:
		return mocks.Boolean
	case kindInteger, kindNumber:
		return mocks.Number
	case kindTags:
		return mocks.List
	}
	return mocks.String
}

func appendExternal(b []byte, list []externalID) []byte {
	b = append(b, '[')
	for i, e := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(append(b, `{"externalSource":{"id":`...), e.source)
		b = mocks.AppendString(append(b, `},"value":`...), e.value)
		b = append(b, '}')
	}
	return append(b, ']')
}

func (o *object) appendRef(b []byte, c *record) []byte {
	b = append(append(b, `{"id":"`...), c.id...)
	b = append(append(append(b, `","selfUri":"`...), o.uri...), c.id...)
	return append(b, `"}`...)
}

func (o *object) appendRefs(b []byte, name string, list []*record) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(append(b, name...), '[')
	for i, c := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = o.appendRef(b, c)
	}
	return append(b, ']')
}

// appendInstant appends an instant in the vendor's form (S), such as
// "2026-03-02T09:00:00.123Z". It is always in UTC: the form has no offset for
// Faults.LocalTimes to change. Written out, it costs a third of AppendFormat.
func appendInstant(b []byte, t time.Time) []byte {
	t = t.UTC()
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	b = appendDigits(append(b, '"'), year, 4)
	b = appendDigits(append(b, '-'), int(month), 2)
	b = appendDigits(append(b, '-'), day, 2)
	b = appendDigits(append(b, 'T'), hour, 2)
	b = appendDigits(append(b, ':'), minute, 2)
	b = appendDigits(append(b, ':'), second, 2)
	b = appendDigits(append(b, '.'), t.Nanosecond()/int(time.Millisecond), 3)
	return append(b, 'Z', '"')
}

func appendDigits(b []byte, n, width int) []byte {
	for unit := [...]int{1, 10, 100, 1000}[width-1]; unit > 0; unit /= 10 {
		b = append(b, byte('0'+n/unit%10))
	}
	return b
}
