package salesforce

import (
	"net/http"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
)

// The versions of the API that the organisation answers (M).
const (
	versionMin = 31
	versionMax = 66
)

// versionsBody is the answer of /services/data (S), which needs no session (M).
var versionsBody = func() []byte {
	b := []byte{'['}
	for v := versionMin; v <= versionMax; v++ {
		if v > versionMin {
			b = append(b, ',')
		}
		n := strconv.Itoa(v) + ".0"
		b = append(b, `{"label":"API `+n+`","url":"/services/data/v`+n+`","version":"`+n+`"}`...)
	}
	return append(b, ']')
}()

// resources answers the versioned root.
func (x *exchange) resources() (int, []byte, *apiError) {
	b := []byte{'{'}
	for i, name := range [...]string{"sobjects", "query", "queryAll", "limits"} {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `"`+name+`":"`+x.prefix()+"/"+name+`"`...)
	}
	return http.StatusOK, append(b, '}'), nil
}

// limitsResource answers /limits (S), of which it knows the daily one.
func (x *exchange) limitsResource() (int, []byte, *apiError) {
	allowed, left := x.limit.Usage.Allowed, x.limit.Usage.Remaining()
	if daily := x.m.faults.DailyRemaining; daily != nil {
		allowed, left = max(allowed, vendorQuota.Requests, *daily), *daily
	}
	b := append([]byte(`{"DailyApiRequests":{"Max":`), strconv.Itoa(allowed)...)
	b = append(b, `,"Remaining":`...)
	return http.StatusOK, append(strconv.AppendInt(b, int64(left), 10), "}}"...), nil
}

// describe answers sobjects/Contact/describe: the object as the engine's
// account sees it now. The members are the vendor's (S); of what they say of
// standard fields some is from memory (M, see standard).
func (x *exchange) describe() (int, []byte, *apiError) {
	b := make([]byte, 0, 8192)
	name := x.m.object.name
	b = append(b, `{"name":"`+name+`","label":"`+name+`","keyPrefix":"`+x.m.object.prefix+`","custom":false,"queryable":true,"replicateable":true,"retrieveable":`...)
	b = strconv.AppendBool(b, x.may("read"))
	for _, verb := range [...][2]string{{"createable", "create"}, {"updateable", "update"}, {"deletable", "delete"}} {
		b = append(b, `,"`+verb[0]+`":`...)
		b = strconv.AppendBool(b, x.may(verb[1]))
	}
	b = append(b, `,"fields":[`...)
	first := true
	for _, c := range x.m.schema.columns {
		if c.gone || c.hidden {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = c.appendDescription(b)
	}
	return http.StatusOK, append(b, "]}"...), nil
}

func (c *column) appendDescription(b []byte) []byte {
	text := func(name, value string) {
		b = append(append(b, `"`+name+`":`...), mocks.AppendString(nil, value)...)
		b = append(b, ',')
	}
	number := func(name string, value int) { b = append(b, `"`+name+`":`+strconv.Itoa(value)+","...) }
	flag := func(name string, value bool) { b = append(b, `"`+name+`":`+strconv.FormatBool(value)+","...) }

	b = append(b, '{')
	text("name", c.name)
	text("label", c.label)
	text("type", c.kind.String())
	text("soapType", soapTypes[c.kind])
	number("length", c.length)
	number("byteLength", 3*c.length)
	if c.kind == kindDouble {
		number("precision", 18)
		number("scale", c.scale)
	} else {
		number("precision", 0)
		number("scale", 0)
	}
	flag("nillable", !c.required && c.kind != kindBoolean && c.system == plain)
	flag("defaultedOnCreate", c.system != plain || c.kind == kindBoolean || c.initial != "")
	flag("createable", !c.readOnly)
	flag("updateable", !c.readOnly)
	flag("custom", c.custom)
	flag("externalId", c.externalID)
	flag("idLookup", c.externalID || c.system == sysID)
	flag("unique", c.unique)
	flag("caseSensitive", false)
	flag("calculated", false)
	flag("filterable", c.filterable())
	flag("sortable", c.filterable() && c.kind != kindMultipicklist)
	flag("restrictedPicklist", len(c.values) > 0 && !c.open)
	b = append(b, `"picklistValues":[`...)
	for i, v := range c.values {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(b, `{"active":true,"defaultValue":false,"label":`...), mocks.AppendString(nil, v)...)
		b = append(append(append(b, `,"value":`...), mocks.AppendString(nil, v)...), '}')
	}
	return append(b, "]}"...)
}

var _ mocks.System = (*Mock)(nil)
