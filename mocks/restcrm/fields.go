package restcrm

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// verbAdminister is the right to add fields.
const verbAdminister = "administer"

var nameForm = regexp.MustCompile(`^[a-z][a-z0-9_]{0,62}$`)

// addField answers POST /v1/schema/contact/fields, and that of accounts.
func (x *exchange) addField() (reply, *problem) {
	if !x.may(verbAdminister) {
		return reply{}, errForbidden("add fields to the schema")
	}
	if bad := x.contentIs(typeJSON); bad != nil {
		return reply{}, bad
	}
	revision, field, bad := readAddition(x.r.Body)
	if bad != nil {
		return reply{}, bad
	}
	p, bad := readField(field)
	if bad != nil {
		return reply{}, bad
	}
	if present := strconv.Itoa(x.m.schema.revision); revision != present {
		return reply{}, &problem{status: http.StatusConflict, code: "stale_revision", detail: "the schema is at revision " + present, field: "revision"}
	}
	if slices.ContainsFunc(x.m.schema.properties, func(have *property) bool { return have.name == p.name || have.base == p.name }) {
		return reply{}, &problem{status: http.StatusConflict, code: "field_exists", detail: "the " + x.m.object.name + " has a field " + p.name, field: p.name}
	}
	x.m.extend(p)
	return reply{status: http.StatusCreated, body: p.appendDescription(nil)}, nil
}

// extend adds a property behind the others. Clones share the old schema.
func (m *Mock) extend(p *property) {
	p.base, p.slot = p.name, len(m.made.properties)
	made := m.made.drifted(nil, nil, m.schema.revision+1)
	made.properties = append(made.properties, p)
	made.index()
	m.made = made
	m.schema = m.drifted(made, made.revision)
	for _, c := range m.store.order {
		c.values = grown(c.values, len(made.properties))
	}
	m.version, m.external = made.byName[m.config.VersionField], made.byName[m.config.ExternalField]
}

// grown is a copy with room for every property that there is by now.
func grown(values []string, slots int) []string {
	out := make([]string, slots)
	copy(out, values)
	return out
}

func readAddition(body []byte) (revision string, field []mocks.Member, bad *problem) {
	members, err := mocks.Members(nil, body)
	if err != nil {
		return "", nil, malformed(err)
	}
	for _, f := range members {
		switch {
		case f.Key == "revision" && f.Kind == mocks.JSONString:
			revision = f.Text
		case f.Key == "field" && f.Kind == mocks.JSONObject:
			if field, err = mocks.Members(nil, []byte(f.Text)); err != nil {
				return "", nil, malformed(err)
			}
		case f.Key == "revision" || f.Key == "field":
			return "", nil, ofField("invalid_type", f.Key, "a value of another type is expected")
		default:
			return "", nil, ofField("unknown_field", f.Key, "there is no such member")
		}
	}
	if revision == "" {
		return "", nil, ofField("required", "revision", "it is required")
	}
	return revision, field, nil
}

func ofField(code, field, detail string) *problem {
	p := refuse(http.StatusBadRequest, code, field+": "+detail)
	p.field = field
	return p
}

// readField makes a property of the members of a field.
func readField(members []mocks.Member) (*property, *problem) {
	f := mocks.Field{}
	filled := false
	for _, m := range members {
		wrong := ofField("invalid_type", m.Key, "a value of another type is expected")
		switch m.Key {
		case "name", "type":
			if m.Kind != mocks.JSONString {
				return nil, wrong
			}
			if m.Key == "name" {
				f.Name = strings.Clone(m.Text)
			} else {
				f.Type = strings.Clone(m.Text)
			}
		case "max_length":
			n, err := strconv.Atoi(m.Text)
			if m.Kind != mocks.JSONNumber || err != nil || n < 1 || n > 4000 {
				return nil, ofField("invalid_format", m.Key, "expected 1 to 4000")
			}
			f.Length = n
		case "values":
			list, ok := mocks.Strings(m.Text)
			if m.Kind != mocks.JSONArray || !ok || len(list) == 0 || slices.Contains(list, "") {
				return nil, wrong
			}
			f.Values = list
		case "default":
			if filled = m.Kind == mocks.JSONNumber && m.Text == "0"; !filled {
				return nil, ofField("invalid_format", m.Key, "expected 0")
			}
		default:
			return nil, ofField("unknown_field", m.Key, "there is no such member")
		}
	}
	return asked(f, filled)
}

// asked is the property that a request asks for.
func asked(f mocks.Field, filled bool) (*property, *problem) {
	picklist := f.Type == "picklist" || f.Type == "multipicklist"
	switch {
	case !nameForm.MatchString(f.Name):
		return nil, ofField("invalid_format", "name", "expected lower-case letters, digits and underscores, a letter first")
	case !slices.Contains(kindNames[:], f.Type):
		return nil, ofField("not_in_picklist", "type", "expected one of "+strings.Join(kindNames[:], ", "))
	case picklist != (f.Values != nil):
		return nil, ofField("required", "values", "picklists need values, and nothing else has them")
	case filled && f.Type != "integer":
		return nil, ofField("invalid_format", "default", "only an integer has one")
	}
	p, err := newProperty(f)
	if err != nil {
		return nil, ofField("invalid_format", "type", err.Error())
	}
	p.filled, p.added = filled, true
	return p, nil
}
