package salesforce

import (
	"net/http"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// collectionRead answers GET composite/sobjects/Contact?ids=a,b&fields=c,d,
// and POST with the lists in its body: null where there is no such record (S).
func (x *exchange) collectionRead() (int, []byte, *apiError) {
	if !x.may("read") {
		return 0, nil, errAccess()
	}
	ids, fields, err := x.wanted()
	if err != nil {
		return 0, nil, err
	}
	columns := []*column{x.m.schema.find("Id")}
	for _, name := range fields {
		c := x.m.schema.find(strings.TrimSpace(name))
		if c == nil {
			return 0, nil, x.m.object.errNoColumn(strings.TrimSpace(name))
		}
		if !slices.Contains(columns, c) {
			columns = append(columns, c)
		}
	}
	b := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			b = append(b, ',')
		}
		if r, missing := x.live(id); missing == nil {
			x.disclose(r)
			b = x.m.appendRow(b, r, columns, x.prefix())
		} else {
			b = append(b, "null"...)
		}
	}
	return http.StatusOK, append(b, ']'), nil
}

// wanted are the ids and fields that a collection read names.
func (x *exchange) wanted() (ids, fields []string, err *apiError) {
	if x.r.Method == http.MethodGet {
		if ids, err = x.ids(x.r.Query.Get("ids")); err != nil {
			return nil, nil, err
		}
		fields = strings.Split(x.r.Query.Get("fields"), ",")
	} else {
		members, bad := x.members()
		if bad != nil {
			return nil, nil, bad
		}
		b := body{members}
		ids, fields = b.list("ids"), b.list("fields")
	}
	switch {
	case len(ids) == 0:
		return nil, nil, refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [ids]", "ids")
	case len(fields) == 0 || fields[0] == "":
		return nil, nil, refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [fields]", "fields")
	case len(ids) > 2000: // of a POST (S)
		return nil, nil, errCollection(len(ids))
	}
	return ids, fields, nil
}

func (b body) list(name string) []string {
	m := b.find(name)
	if m == nil || m.Kind != mocks.JSONArray {
		return nil
	}
	list, _ := mocks.Strings(m.Text)
	return list
}
