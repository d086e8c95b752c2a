package salesforce

import (
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
)

// valuesMax is how many values a picklist has at most (S).
const valuesMax = 1000

// choices reads valueSet, which a picklist demands and no other field has (S;
// valueName in the place of fullName: 2). Sets that others share are not known.
func (b body) choices(c *column) *apiError {
	m := b.find("valueSet")
	listed := c.kind == kindPicklist || c.kind == kindMultipicklist
	switch {
	case !listed && (m == nil || m.Kind == mocks.JSONNull):
		return nil
	case !listed:
		return refuse("FIELD_INTEGRITY_EXCEPTION", "A field of this type has no value set", "ValueSet")
	}
	set, err := b.object("valueSet")
	if err != nil {
		return err
	}
	if err := set.only("ValueSet", "restricted", "valueSetDefinition"); err != nil {
		return err
	}
	restricted, err := set.flag("restricted")
	if err != nil {
		return err
	}
	definition, err := set.object("valueSetDefinition")
	if err != nil {
		return err
	}
	if err := definition.only("ValueSetValuesDefinition", "sorted", "value"); err != nil {
		return err
	}
	c.open = !restricted
	c.values, err = definition.valueNames()
	return err
}

// valueNames are the values of a value set, in order.
func (b body) valueNames() ([]string, *apiError) {
	m := b.find("value")
	if m == nil || m.Kind != mocks.JSONArray {
		return nil, errRequired("value")
	}
	elements, bad := mocks.ElementsIn(nil, m.Text)
	if bad != nil {
		return nil, parserError(bad)
	}
	if len(elements) == 0 || len(elements) > valuesMax {
		return nil, refuse("FIELD_INTEGRITY_EXCEPTION", "A picklist has 1 to "+strconv.Itoa(valuesMax)+" values, got "+strconv.Itoa(len(elements)), "ValueSet")
	}
	names := make([]string, len(elements))
	for i := range elements {
		members, bad := mocks.MembersIn(nil, elements[i].Text)
		if bad != nil {
			return nil, parserError(bad)
		}
		value := body{members}
		if err := value.only("CustomValue", "valueName", "label", "default", "isActive"); err != nil {
			return nil, err
		}
		name, err := value.need("valueName")
		if err != nil {
			return nil, err
		}
		if slices.Contains(names[:i], name) {
			return nil, refuse("DUPLICATE_VALUE", "duplicate value found: "+name+" is twice in the value set", "ValueSet")
		}
		names[i] = name
	}
	return names, nil
}

func (c *column) appendValueSet(b []byte) []byte {
	b = strconv.AppendBool(append(b, `{"restricted":`...), !c.open)
	b = append(b, `,"valueSetDefinition":{"sorted":false,"value":[`...)
	for i, v := range c.values {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(append(b, `{"valueName":`...), v)
		b = append(mocks.AppendString(append(b, `,"label":`...), v), `,"default":false,"isActive":true}`...)
	}
	return append(b, `]}}`...)
}
