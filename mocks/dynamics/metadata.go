package dynamics

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// typeNames are the attribute types: AttributeType, AttributeTypeName, and
// the type of the definition (S).
var typeNames = [...][3]string{
	kindString:      {"String", "StringType", "StringAttributeMetadata"},
	kindMemo:        {"Memo", "MemoType", "MemoAttributeMetadata"},
	kindPicklist:    {"Picklist", "PicklistType", "PicklistAttributeMetadata"},
	kindMultiSelect: {"Virtual", "MultiSelectPicklistType", "MultiSelectPicklistAttributeMetadata"},
	kindBoolean:     {"Boolean", "BooleanType", "BooleanAttributeMetadata"},
	kindDate:        {"DateTime", "DateTimeType", "DateTimeAttributeMetadata"},
	kindInstant:     {"DateTime", "DateTimeType", "DateTimeAttributeMetadata"},
	kindInteger:     {"Integer", "IntegerType", "IntegerAttributeMetadata"},
	kindBigInt:      {"BigInt", "BigIntType", "BigIntAttributeMetadata"},
	kindDecimal:     {"Decimal", "DecimalType", "DecimalAttributeMetadata"},
	kindLookup:      {"Lookup", "LookupType", "LookupAttributeMetadata"},
	kindID:          {"Uniqueidentifier", "UniqueidentifierType", "UniqueIdentifierAttributeMetadata"},
}

// appendAttribute is one column's definition. Complex is the prefix of the
// types of RetrieveMetadataChanges (S), which show option sets; the others
// show them where they are expanded (S).
func (c *column) appendAttribute(b []byte, complexType string, sets bool) []byte {
	names := typeNames[c.kind]
	b = append(b, `{"@odata.type":"#Microsoft.Dynamics.CRM.`+complexType+names[2]+`","LogicalName":`...)
	b = mocks.AppendString(b, c.name)
	b = append(b, `,"AttributeType":"`+names[0]+`","AttributeTypeName":{"Value":"`+names[1]+`"},"RequiredLevel":{"Value":"`+c.level+`"}`...)
	writable := strconv.FormatBool(!c.readOnly)
	b = append(b, `,"IsValidForCreate":`+writable+`,"IsValidForUpdate":`+writable+`,"IsSecured":`+strconv.FormatBool(c.hidden)...)
	switch c.kind {
	case kindString:
		b = append(b, `,"FormatName":{"Value":"`+c.format+`"},"MaxLength":`...)
		b = strconv.AppendInt(b, int64(c.length), 10)
	case kindMemo:
		b = strconv.AppendInt(append(b, `,"MaxLength":`...), int64(c.length), 10)
	case kindDate:
		b = append(b, `,"Format":"DateOnly","DateTimeBehavior":{"Value":"DateOnly"}`...)
	case kindInstant:
		b = append(b, `,"Format":"DateAndTime","DateTimeBehavior":{"Value":"UserLocal"}`...)
	case kindInteger:
		b = append(b, `,"MinValue":-2147483648,"MaxValue":2147483647`...)
	case kindDecimal:
		b = strconv.AppendInt(append(b, `,"Precision":`...), decimals, 10)
	case kindPicklist, kindMultiSelect:
		if sets {
			b = c.appendOptions(b)
		}
	}
	return append(b, '}')
}

func (c *column) appendOptions(b []byte) []byte {
	b = append(b, `,"OptionSet":{"IsGlobal":false,"Options":[`...)
	for i, v := range c.options {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"Value":`+v+`,"Label":{"UserLocalizedLabel":{"Label":"Option `+v+`","LanguageCode":1033}}}`...)
	}
	return append(b, `]}`...)
}

// appendAttributes lists the columns' definitions.
func (x *exchange) appendAttributes(b []byte, complexType string, sets bool, wanted func(*column) bool) []byte {
	b = append(b, '[')
	first := true
	for _, c := range x.m.schema.columns {
		if c.gone || !wanted(c) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = c.appendAttribute(b, complexType, sets)
	}
	return append(b, ']')
}

func all(*column) bool { return true }

// metadataChanges answers RetrieveMetadataChanges(Query=@p1): the definition
// of the table in one answer (S). Of the query it reads that it is one, and
// about one table; properties that were not asked for are there all the same.
func (x *exchange) metadataChanges() (reply, *apiError) {
	part := x.m.named(x.queriedTable())
	if part == nil {
		return reply{}, badQuery("The parameter 'Query' is not a valid EntityQueryExpression about contact.")
	}
	x.m = part
	b := append([]byte(`{"@odata.context":`), mocks.AppendString(nil, x.base()+"$metadata#Microsoft.Dynamics.CRM.RetrieveMetadataChangesResponse")...)
	b = append(b, `,"ServerVersionStamp":`...)
	b = mocks.AppendString(b, strconv.Itoa(x.m.schema.revision))
	b = append(b, `,"EntityMetadata":[{"LogicalName":"`+part.object.name+`","Attributes":`...)
	b = x.appendAttributes(b, "Complex", true, all)
	return reply{status: http.StatusOK, body: append(b, `}]}`...)}, nil
}

// queriedTable is the logical name of the table that a query of definitions is
// about, "" if it is no such query.
func (x *exchange) queriedTable() string {
	if x.path != "RetrieveMetadataChanges(Query=@p1)" {
		return ""
	}
	text := x.r.Query.Get("@p1")
	if mocks.ValidJSON([]byte(text)) != nil {
		return ""
	}
	var q struct {
		Criteria struct {
			Conditions []struct {
				ConditionOperator, PropertyName string
				Value                           struct{ Type, Value string }
			}
		}
		AttributeQuery *struct{}
	}
	if json.Unmarshal([]byte(text), &q) != nil || q.AttributeQuery == nil || len(q.Criteria.Conditions) != 1 {
		return ""
	}
	c := q.Criteria.Conditions[0]
	if c.ConditionOperator != "Equals" || c.PropertyName != "LogicalName" {
		return ""
	}
	return c.Value.Value
}

// definitions answers EntityDefinitions(LogicalName='contact') and what
// stands behind it (S).
func (x *exchange) definitions() (reply, *apiError) {
	if bad := x.parameters("$select", "$expand"); bad != nil {
		return reply{}, bad
	}
	table := x.m.object
	rest, ok := strings.CutPrefix(x.path, "EntityDefinitions(LogicalName='"+table.name+"')")
	if !ok {
		return reply{}, x.m.object.errNoRecord(x.path)
	}
	context := `{"@odata.context":"` + x.base() + `$metadata#EntityDefinitions`
	switch rest {
	case "":
		b := []byte(context + `/$entity","LogicalName":"` + table.name + `","EntitySetName":"` + table.set + `","PrimaryIdAttribute":"` + table.id + `",` +
			`"PrimaryNameAttribute":"` + table.primary + `","ChangeTrackingEnabled":true,"IsOptimisticConcurrencyEnabled":true`)
		if strings.HasPrefix(x.r.Query.Get("$expand"), "Attributes") {
			b = x.appendAttributes(append(b, `,"Attributes":`...), "", false, all)
		}
		return reply{status: http.StatusOK, body: append(b, '}')}, nil
	case "/Keys":
		keys := ""
		if x.m.external != nil {
			keys = `{"LogicalName":"` + keyName + `","EntityKeyIndexStatus":"Active","KeyAttributes":[` + string(mocks.AppendString(nil, x.m.external.name)) + `]}`
		}
		return reply{status: http.StatusOK, body: []byte(context + `('` + table.name + `')/Keys","value":[` + keys + `]}`)}, nil
	}
	return x.attributes(rest, context)
}

// attributes answers .../Attributes, one of them, or those of one type.
func (x *exchange) attributes(rest, context string) (reply, *apiError) {
	inner, ok := strings.CutPrefix(rest, "/Attributes")
	if !ok {
		return reply{}, errNoSegment(strings.TrimPrefix(rest, "/"))
	}
	wanted, sets := all, false
	name, one := strings.CutPrefix(inner, "(LogicalName='")
	cast, casts := strings.CutPrefix(inner, "/Microsoft.Dynamics.CRM.")
	switch {
	case inner == "":
	case one:
		name = strings.TrimSuffix(name, "')")
		i := slices.IndexFunc(x.m.schema.columns, func(c *column) bool { return c.name == name && !c.gone })
		if i < 0 {
			return reply{}, refuse(http.StatusNotFound, codeNoRecord, "Could not find an attribute with name "+name+" in entity "+x.m.object.name+".")
		}
		return reply{status: http.StatusOK, body: x.m.schema.columns[i].appendAttribute(nil, "", false)}, nil
	case casts:
		if !slices.ContainsFunc(typeNames[:], func(t [3]string) bool { return t[2] == cast }) {
			return reply{}, errNoSegment("Microsoft.Dynamics.CRM." + cast)
		}
		wanted = func(c *column) bool { return typeNames[c.kind][2] == cast }
		sets = strings.Contains(x.r.Query.Get("$expand"), "OptionSet")
	default:
		return reply{}, errNoSegment(strings.TrimPrefix(inner, "/"))
	}
	b := append([]byte(context), `('`+x.m.object.name+`')/Attributes","value":`...)
	return reply{status: http.StatusOK, body: append(x.appendAttributes(b, "", sets, wanted), '}')}, nil
}

// csdl answers $metadata: the service's own description in XML (S: the form).
func (x *exchange) csdl() (reply, *apiError) {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="utf-8"?><edmx:Edmx Version="4.0" xmlns:edmx="http://docs.oasis-open.org/odata/ns/edmx"><edmx:DataServices>` +
		`<Schema Namespace="Microsoft.Dynamics.CRM" Alias="mscrm" xmlns="http://docs.oasis-open.org/odata/ns/edm">`)
	sets := ""
	for _, part := range x.m.all() {
		table := part.object
		b.WriteString(`<EntityType Name="` + table.name + `"><Key><PropertyRef Name="` + table.id + `" /></Key>`)
		for _, c := range part.schema.columns {
			if !c.gone {
				b.WriteString(`<Property Name="` + c.property() + `" Type="` + c.edm() + `" />`)
			}
		}
		b.WriteString(`</EntityType>`)
		sets += `<EntitySet Name="` + table.set + `" EntityType="Microsoft.Dynamics.CRM.` + table.name + `" />`
	}
	b.WriteString(`<EntityContainer Name="System">` + sets + `</EntityContainer></Schema></edmx:DataServices></edmx:Edmx>`)
	return reply{status: http.StatusOK, body: []byte(b.String()), typ: "application/xml"}, nil
}

// serviceDocument lists the entity sets.
func (x *exchange) serviceDocument() (reply, *apiError) {
	b := []byte(`{"@odata.context":"` + x.base() + `$metadata","value":[`)
	for i, part := range x.m.all() {
		set := part.object.set
		b = append(append(b, ","[:min(i, 1)]...), `{"name":"`+set+`","kind":"EntitySet","url":"`+set+`"}`...)
	}
	return reply{status: http.StatusOK, body: append(b, "]}"...)}, nil
}
