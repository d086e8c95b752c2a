package genesys

import (
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// Paths of the fields in errors.
const (
	customPrefix  = "customFields."
	addressPrefix = "address."
)

// nativeName is the native name of a field as errors name it.
func nativeName(field string) string { return strings.TrimPrefix(field, customPrefix) }

// locate finds the attribute with a native name. A name that is not the
// vendor's is a custom field's, as the tenant calls it now.
func (m *Mock) locate(name string) (slot uint8, isCustom, known bool) {
	if slot, known = m.object.names[name]; known {
		return slot, false, true
	}
	slot, known = m.schema.byWire[groupCustom][name]
	return slot, true, known
}

// value reads a value that a write sets. A phone number is text, as
// phone.native.
func (m *Mock) value(slot uint8, a *mocks.Assign) (cell, *refusal) {
	x := &m.schema.slots[slot]
	if x.kind != kindPhone || a.Kind != mocks.String || x.readOnly {
		return m.parse(x, slot, a.Member())
	}
	in, _ := phoneText(a.Text)
	out := cell{slot: slot}
	var bad *refusal
	if out.phone, bad = m.checkPhone(x, in); out.phone != nil {
		out.text = out.phone.native
	}
	return out, bad
}

// apply stores one field of a write, or clears it.
func (m *Mock) apply(c *content, a *mocks.Assign) *refusal {
	slot, custom, known := m.locate(a.Field)
	switch {
	case !known:
		return unknownField(customPrefix + a.Field)
	case custom && !c.schema:
		return needsSchema()
	}
	value, bad := m.value(slot, a)
	if bad == nil {
		m.put(c, value)
	}
	return bad
}

const extensionMark = ";ext="

// phoneText takes a number's text apart; ok is false if its extension is no
// whole number, as the vendor stores them.
func phoneText(text string) (in phoneInput, ok bool) {
	display, extension, extended := strings.Cut(text, extensionMark)
	in = phoneInput{display: strings.TrimSpace(display), extension: extension}
	if !extended {
		return in, true
	}
	n, err := strconv.ParseInt(extension, 10, 32)
	return in, err == nil && strconv.FormatInt(n, 10) == extension
}

// tagNoSchema is the tag of a record that does not refer to the schema: a
// write that rests on it makes it refer.
const tagNoSchema = "no-schema"

// needsSchema: the write stores custom fields beside a schema that the caller
// has not described yet.
func (x *exchange) needsSchema() bool {
	o := x.op
	attaches := o.Kind == mocks.OpCreate || o.Kind == mocks.OpUpdate && o.IfTag == tagNoSchema
	return attaches && x.known == 0 && (x.setsCustom() || slices.ContainsFunc(o.Ask, x.m.object.isCustom))
}

func (o *object) isCustom(name string) bool {
	_, standard := o.names[name]
	return !standard
}

// setsCustom: the write names a custom field. To create a record without one
// is to say nothing of it.
func (x *exchange) setsCustom() bool {
	return slices.ContainsFunc(x.op.Set, func(a mocks.Assign) bool {
		return x.m.object.isCustom(a.Field) && (a.Kind != mocks.Null || x.op.Kind == mocks.OpUpdate)
	})
}

// draft is the content of a record to create: attributes, address, external
// id, schema, and custom fields, as the body of a POST has them.
func (x *exchange) draft() (content, *refusal) {
	var out content
	m, o := x.m, x.op
	for _, inAddress := range [...]bool{false, true} {
		for i := range o.Set {
			a := &o.Set[i]
			if a.Kind == mocks.Null || x.m.object.isCustom(a.Field) || strings.HasPrefix(a.Field, addressPrefix) != inAddress {
				continue
			}
			if bad := m.apply(&out, a); bad != nil {
				return out, bad
			}
		}
	}
	if o.External != "" {
		id, bad := checkExternal("externalIds", m.store.source, o.External)
		if bad != nil {
			return out, bad
		}
		out.external = []externalID{id}
	}
	if x.setsCustom() {
		if bad := m.refer(&out, m.schemaID, x.known); bad != nil {
			return out, bad
		}
	}
	for i := range o.Set {
		if a := &o.Set[i]; a.Kind != mocks.Null && x.m.object.isCustom(a.Field) {
			if bad := m.apply(&out, a); bad != nil {
				return out, bad
			}
		}
	}
	return out, m.complete(&out)
}

// amend carries an update out on c, which is a copy.
func (x *exchange) amend(c *content) *refusal {
	m, o := x.m, x.op
	if len(o.Set) == 0 && o.External == "" {
		return noChange()
	}
	if o.IfTag == tagNoSchema && x.known != 0 && !c.schema && x.setsCustom() {
		if bad := m.refer(c, m.schemaID, x.known); bad != nil {
			return bad
		}
	}
	for i := range o.Set {
		if bad := m.apply(c, &o.Set[i]); bad != nil {
			return bad
		}
	}
	if o.External != "" {
		id, bad := checkExternal("externalIds", m.store.source, o.External)
		if bad == nil {
			bad = c.changeExternals([]externalID{id}, actionAppend)
		}
		if bad != nil {
			return bad
		}
	}
	return m.complete(c)
}
