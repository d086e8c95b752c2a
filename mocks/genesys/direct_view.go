package genesys

import (
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// disclosed shows a record to who reads it. A custom field that it does not
// show is empty if the schema has it; one that the schema has not is drift. A
// record beside a newer schema than the known one has that looked up first.
func (x *exchange) disclosed(c *record) (mocks.Outcome, *refusal) {
	x.disclose(c)
	if x.lost {
		return mocks.Outcome{}, nil
	}
	v, lacks := x.view(c)
	if lacks && (x.known == 0 || c.schema && x.known < x.m.schema.version) {
		if bad := x.permitted(permissionSchemas); bad != nil {
			return mocks.Outcome{}, bad
		}
		x.known = x.m.schema.version
	}
	if drifted := x.settle(&v); drifted != "" {
		return mocks.Outcome{
			Refusal: mocks.Unmapped, Field: drifted,
			Message: "the " + x.m.object.noun + " schema has no such custom field: it was renamed, removed, or never made",
		}, nil
	}
	return mocks.Outcome{Records: []mocks.View{v}}, nil
}

// written shows a record to who wrote it.
func (x *exchange) written(c *record) mocks.Outcome {
	if x.lost {
		return mocks.Outcome{}
	}
	v, _ := x.view(c)
	x.settle(&v) // the write was done, whatever the schema is by now
	return mocks.Outcome{Records: []mocks.View{v}}
}

// view is the record as the account sees it; lacks tells that it does not
// show a custom field that was asked for, which is left Absent.
func (x *exchange) view(c *record) (v mocks.View, lacks bool) {
	v = mocks.View{ID: c.id, External: c.from(x.m.store.source), Modified: c.modified.UTC()}
	if head := c.canonical(); head != c {
		v.MergedInto = head.id
	}
	if !c.schema {
		v.Tag = tagNoSchema
	}
	if x.op.Ask == nil {
		v.Values = x.m.everything(c)
		return v, false
	}
	v.Values = make([]mocks.Assign, len(x.op.Ask))
	for i, name := range x.op.Ask {
		slot, custom, known := x.m.locate(name)
		a := &v.Values[i]
		if a.Field = name; known {
			a.Kind, a.Text = x.m.shown(c, slot)
		}
		switch {
		case a.Kind != mocks.Absent:
		case custom:
			lacks = true
		default:
			a.Kind = mocks.Null
		}
	}
	return v, lacks
}

// everything is what the record has to show, field by field.
func (m *Mock) everything(c *record) (values []mocks.Assign) {
	for i := range m.schema.slots {
		s := &m.schema.slots[i]
		if s.removed || s.kind == kindObject {
			continue
		}
		a := mocks.Assign{Field: s.base}
		if s.group == groupCustom {
			a.Field = s.wire
		}
		if a.Kind, a.Text = m.shown(c, uint8(i)); a.Kind == mocks.Absent {
			a.Kind = mocks.Null
		}
		values = append(values, a)
	}
	return values
}

// shown is a field as the record shows it, Absent if it does not.
func (m *Mock) shown(c *record, slot uint8) (mocks.ValueKind, string) {
	v, has := c.get(slot)
	s := &m.schema.slots[slot]
	if !has || !m.shows(s, &v) {
		return mocks.Absent, ""
	}
	return shownAs(s.kind), v.text
}

// settle decides what the custom fields mean that a record does not show:
// one that the known schema has is empty, of one that it has not nothing is
// said. It returns the first of those.
func (x *exchange) settle(v *mocks.View) (drifted string) {
	for i := range v.Values {
		a := &v.Values[i]
		if a.Kind != mocks.Absent {
			continue
		}
		if x.known == 0 || x.m.had(x.known, a.Field) {
			a.Kind = mocks.Null
		} else if drifted == "" {
			drifted = a.Field
		}
	}
	return drifted
}

// had tells whether a version of the schema has a custom field. A version
// that went when drift was lifted is taken for the present one: what it held is
// forgotten, and its number may come again for another schema.
func (m *Mock) had(version int, name string) bool {
	s := m.schema
	if version < s.version {
		s = m.schemaAt(version)
	}
	_, has := s.byWire[groupCustom][name]
	return has
}

// revision is the version of the tenant's schema that a revision names, 0 for none.
func (m *Mock) revision(text string) int {
	switch text {
	case "":
		return 0
	case m.revised:
		return m.revisedFor
	}
	version, ours := strings.CutPrefix(text, m.schemaID+"/")
	n, err := strconv.Atoi(version)
	if !ours || err != nil {
		return 0
	}
	return n
}

// revisionText names a version of the schema; most answers name the same one.
func (m *Mock) revisionText(version int) string {
	if version == 0 {
		return ""
	}
	if version != m.revisedFor {
		m.revised, m.revisedFor = m.schemaID+"/"+strconv.Itoa(version), version
	}
	return m.revised
}

// describe is the schema: the vendor's attributes as it documents them, and
// the tenant's custom fields.
func (x *exchange) describe() mocks.Outcome {
	x.known = x.m.schema.version
	var out mocks.Outcome
	for i := range x.m.schema.slots {
		s := &x.m.schema.slots[i]
		switch {
		case s.removed || s.kind == kindObject:
		case s.group == groupCustom:
			out.Fields = append(out.Fields, s.customView())
		default:
			out.Fields = append(out.Fields, x.m.base.slots[i].standardView())
		}
	}
	return out
}

// undocumented are the attributes whose length the vendor does not tell.
var undocumented = map[string]bool{
	"salutation": true, "title": true, "externalSystemUrl": true,
	"name": true, "companyType": true, "industry": true,
}

func (x *slot) standardView() mocks.FieldView {
	f := mocks.FieldView{Name: x.base, Type: "string", MaxLength: x.max, Required: x.required, Writable: true}
	if undocumented[x.base] || x.kind == kindTags {
		f.MaxLength = 0
	}
	switch x.kind {
	case kindPhone:
		f.Type = "phone"
	case kindEmail:
		f.Type = "email"
	case kindBoolean:
		f.Type = "boolean"
	case kindInteger:
		f.Type = "integer"
	case kindTags:
		f.Type = "multipicklist"
	}
	return f
}

func (x *slot) customView() mocks.FieldView {
	f := mocks.FieldView{Name: x.wire, Type: "string", Required: x.required, Writable: true}
	switch x.kind {
	case kindText:
		f.MaxLength = x.max
	case kindLongText:
		f.Type, f.MaxLength = "text", x.max
	case kindEnum:
		f.Type, f.Values = "picklist", x.values
	case kindTags:
		f.Type, f.Values = "multipicklist", x.values
	case kindInteger:
		f.Type = "integer"
	case kindNumber:
		f.Type = "decimal"
	case kindBoolean:
		f.Type = "boolean"
	case kindDate:
		f.Type = "date"
	case kindInstant:
		f.Type = "instant"
	}
	return f
}
