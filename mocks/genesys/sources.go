package genesys

import (
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// source is an external source: a system whose ids records carry (S).
type source struct {
	id, name string
	made     bool // by a client
}

// externalSources is GET externalsources: limit from 10 to 200, name filters by
// prefix (S). The tenant has few, so that there is never a second page.
func (x *exchange) externalSources(string) ([]byte, *refusal) {
	if text := x.r.Query.Get("limit"); text != "" {
		if n, err := strconv.Atoi(text); err != nil || n < 10 || n > 200 {
			return nil, invalid("limit", ruleLimit, "expected 10 to 200")
		}
	}
	b := []byte(`{"entities":[`)
	prefix, first := x.r.Query.Get("name"), true
	for _, s := range x.m.sources {
		if !strings.HasPrefix(s.name, prefix) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = s.append(b)
	}
	return append(b, `],"cursors":{}}`...), nil
}

func (s source) append(b []byte) []byte {
	b = mocks.AppendString(append(b, `{"id":`...), s.id)
	b = mocks.AppendString(append(b, `,"name":`...), s.name)
	return append(b, `,"active":true}`...)
}

// makeSource is POST externalsources: the vendor gives the id (S). The names
// are unique (M).
func (x *exchange) makeSource(string) ([]byte, *refusal) {
	members, err := mocks.Members(nil, x.r.Body)
	if err != nil {
		return nil, badJSON(err)
	}
	name := ""
	for _, f := range members {
		switch {
		case f.Key == "name" && f.Kind == mocks.JSONString:
			name = strings.TrimSpace(f.Text)
		case f.Key == "name":
			return nil, invalid("name", ruleType, "expected string, got "+f.Kind.String())
		case f.Key == "active" && f.Kind == mocks.JSONBool:
		default:
			return nil, unknownField(f.Key)
		}
	}
	if name == "" {
		return nil, invalid("name", ruleRequired, "it is required")
	}
	if slices.ContainsFunc(x.m.sources, func(s source) bool { return s.name == name }) {
		return nil, &refusal{status: 409, code: codeConflict, message: "An external source of this name exists"}
	}
	s := source{id: x.m.ids.UUID(), name: name, made: true}
	x.m.sources = append(x.m.sources, s)
	return s.append(nil), nil
}
