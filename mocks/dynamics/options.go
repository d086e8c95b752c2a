package dynamics

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// options are a request's query options.
type options struct {
	columns []*column
	user    []string // of the expanded modifiedby, nil if it is not expanded
	filter  *node
	order   []ordering
	top     int // -1 for none
	count   bool
}

func (o *options) has(s system) bool {
	return slices.ContainsFunc(o.columns, func(c *column) bool { return c.system == s })
}

// options reads the query options, of which the resource knows some.
func (x *exchange) options(known ...string) (*options, *apiError) {
	if x.op != nil {
		return x.asked()
	}
	if bad := x.parameters(known...); bad != nil {
		return nil, bad
	}
	o := &options{columns: x.m.schema.all, top: -1}
	for _, name := range known {
		if !x.r.Query.Has(name) {
			continue
		}
		if bad := o.read(x.m, name, x.r.Query.Get(name)); bad != nil {
			return nil, bad
		}
	}
	return o, nil
}

// read takes one option in.
func (o *options) read(m *Mock, name, text string) (bad *apiError) {
	switch name {
	case "$select":
		o.columns, bad = m.selected(text)
	case "$expand":
		o.user, bad = m.object.expanded(text)
	case "$filter":
		o.filter, bad = m.parseFilter(text)
	case "$orderby":
		o.order, bad = m.parseOrder(text)
	case "$top":
		o.top, bad = natural("$top", text)
	case "$count":
		o.count, bad = truth("$count", text)
	}
	return bad
}

// parameters refuses parameters that the resource does not know, and one that
// is given twice (2).
func (x *exchange) parameters(known ...string) *apiError {
	unknown := ""
	//syncproof:unordered the smallest unknown name wins in every order
	for name, values := range x.r.Query {
		ok := len(values) == 1 && slices.Contains(known, name)
		if !ok && (unknown == "" || name < unknown) {
			unknown = name
		}
	}
	if unknown != "" {
		return badQuery("The query parameter " + unknown + " is not supported.")
	}
	return nil
}

// selected reads $select.
func (m *Mock) selected(list string) ([]*column, *apiError) {
	var out []*column
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		c := m.schema.byName[name]
		switch {
		case name == "":
			return nil, badQuery("Term '" + list + "' is not valid in a $select or $expand expression.")
		case c == nil:
			return nil, m.object.errNoProperty(name)
		case !slices.Contains(out, c):
			out = append(out, c)
		}
	}
	return out, nil
}

// expanded reads $expand, of which the model knows modifiedby and two of the
// user's columns.
func (o *object) expanded(text string) ([]string, *apiError) {
	rest, ok := strings.CutPrefix(text, "modifiedby")
	if !ok {
		return nil, badQuery("Could not find a property named '" + text + "' on type 'Microsoft.Dynamics.CRM." + o.name + "'.")
	}
	user := []string{"fullname", "applicationid"}
	if rest == "" {
		return user, nil
	}
	inner, ok := strings.CutPrefix(rest, "($select=")
	list, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed {
		return nil, badQuery("Term '" + text + "' is not valid in a $select or $expand expression.")
	}
	names := strings.Split(list, ",")
	for _, name := range names {
		if !slices.Contains(user, name) {
			return nil, badQuery("Could not find a property named '" + name + "' on type 'Microsoft.Dynamics.CRM.systemuser'.")
		}
	}
	return names, nil
}

func natural(name, text string) (int, *apiError) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil || n < 0 {
		return 0, badQuery("Invalid value '" + text + "' for " + name + " query option found. The " + name + " query option requires a non-negative integer value.")
	}
	return int(n), nil
}

func truth(name, text string) (bool, *apiError) {
	if text != "true" && text != "false" {
		return false, badQuery("Invalid value '" + text + "' for " + name + " query option found. Valid values are 'true', 'false'.")
	}
	return text == "true", nil
}

// preferences are what the Prefer header asks for.
type preferences struct {
	representation bool
	track          bool
	pageSize       int // 0 for the vendor's
}

// parsePrefer reads the Prefer header (S: the preferences); those that the
// vendor does not know are ignored, as RFC 7240 demands.
func parsePrefer(h http.Header) (preferences, *apiError) {
	p := preferences{}
	for _, line := range h["Prefer"] {
		for item := range strings.SplitSeq(line, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(item), "=")
			value = strings.Trim(value, `"`)
			switch name {
			case "return":
				p.representation = value == "representation"
			case "odata.track-changes":
				p.track = true
			case "odata.maxpagesize":
				n, bad := natural("odata.maxpagesize", value)
				if bad != nil {
					return p, bad
				}
				p.pageSize = n
			}
		}
	}
	return p, nil
}

// pageSize is how many records a page holds at most.
func (x *exchange) pageSize() int {
	size := pageMax
	if own := x.m.config.PageSize; own > 0 {
		size = min(size, own)
	}
	if x.prefer.pageSize > 0 {
		size = min(size, x.prefer.pageSize)
	}
	return size
}
