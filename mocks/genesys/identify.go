package genesys

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// identifierTypes are those that the vendor knows (S). The mock's records
// carry those for which there is a search; nobody has the others.
var identifierTypes = map[string]func(x *exchange, value string) (*record, *refusal){
	"Email": (*exchange).byEmail, "Phone": (*exchange).byPhone, "ExternalId": nil,
	"SocialLine": nobody, "SocialFacebook": nobody, "SocialTwitter": nobody, "SocialWhatsapp": nobody, "Cookie": nobody,
}

func nobody(*exchange, string) (*record, *refusal) { return nil, nil }

// lookup is POST identifierlookup/contacts.
func (x *exchange) lookup(string) ([]byte, *refusal) {
	var buffer [4]mocks.Member
	members, err := mocks.MembersIn(buffer[:0], string(x.r.Body))
	if err != nil {
		return nil, badJSON(err)
	}
	c, bad := x.identified("identifier", members)
	if bad != nil {
		return nil, bad
	}
	if c == nil {
		return nil, notFound(x.m.object.unfound("this identifier"))
	}
	x.disclose(c)
	return x.m.appendRecord(make([]byte, 0, bodySize), c), nil
}

// identified is the record that has an identifier, nil if none has.
func (x *exchange) identified(field string, members []mocks.Member) (*record, *refusal) {
	i := slices.IndexFunc(members, func(f mocks.Member) bool { return f.Key == "type" })
	switch {
	case i < 0:
		return nil, invalid(typeOf(field), ruleRequired, "it is required")
	case members[i].Kind != mocks.JSONString:
		return nil, invalid(typeOf(field), ruleType, "expected string, got "+members[i].Kind.String())
	}
	find, known := identifierTypes[members[i].Text]
	rest := slices.Delete(slices.Clone(members), i, i+1)
	switch {
	case !known || x.m.object.external && find != nil:
		return nil, invalid(typeOf(field), ruleChoice, "it has to be Email, Phone, ExternalId, Cookie or a Social type")
	case find == nil:
		id, bad := externalFrom(field, rest)
		if bad != nil {
			return nil, bad
		}
		return x.m.store.find(id), nil
	}
	value := ""
	for _, f := range rest {
		switch f.Key {
		case "value":
			value = f.Text
		case "division", "dateCreated", "externalSource":
		default:
			return nil, unknownField(field + "." + f.Key)
		}
	}
	if value == "" {
		return nil, invalid(field+".value", ruleRequired, "it is required")
	}
	return find(x, value)
}

// typeOf is the name of the attribute that holds an identifier's type.
func typeOf(field string) string {
	if field == "identifier" {
		return "type"
	}
	return field + ".type"
}

// byEmail finds the first record with an address, without regard to case (M).
func (x *exchange) byEmail(value string) (*record, *refusal) {
	return x.m.having(emailKey(strings.TrimSpace(value))), nil
}

// byPhone finds the first record with a number, which has to come with a plus
// sign and the country code (S).
func (x *exchange) byPhone(value string) (*record, *refusal) {
	if !strings.HasPrefix(strings.TrimSpace(value), "+") {
		return nil, invalid("value", ruleFormat, "a phone number needs its country code and a leading +")
	}
	number := x.m.phones.rewrite(phoneInput{display: strings.TrimSpace(value)}).number
	if number == "" {
		return nil, invalid("value", ruleFormat, "it is no phone number")
	}
	return x.m.having(phoneKey(number)), nil
}

func emailKey(address string) string { return "email " + strings.ToLower(address) }

func phoneKey(number string) string { return "phone " + number }

// having is the head of the merge tree of the record with an identifier, of
// several the one that was made first.
func (m *Mock) having(key string) *record {
	if m.store.byIdentifier == nil {
		m.store.byIdentifier = make(map[string][]*record, len(m.store.order))
		for _, c := range m.store.order {
			m.addIdentifiers(c, &c.content)
		}
	}
	var first *record
	for _, c := range m.store.byIdentifier[key] {
		if !c.deleted && (first == nil || c.ordinal < first.ordinal) {
			first = c
		}
	}
	if first == nil {
		return nil
	}
	return first.canonical()
}

// reidentify follows a change of a record's content, if anybody ever asked.
func (m *Mock) reidentify(c *record, next *content) {
	index := m.store.byIdentifier
	if index == nil {
		return
	}
	for i := range c.cells {
		if key := m.identifier(&c.cells[i]); key != "" {
			index[key] = slices.DeleteFunc(index[key], func(x *record) bool { return x == c })
			if len(index[key]) == 0 {
				delete(index, key)
			}
		}
	}
	m.addIdentifiers(c, next)
}

func (m *Mock) addIdentifiers(c *record, in *content) {
	for i := range in.cells {
		if key := m.identifier(&in.cells[i]); key != "" && !slices.Contains(m.store.byIdentifier[key], c) {
			m.store.byIdentifier[key] = append(m.store.byIdentifier[key], c)
		}
	}
}

// identifier is what a value is found by, "" for one that identifies nobody.
func (m *Mock) identifier(v *cell) string {
	switch m.base.slots[v.slot].kind {
	case kindEmail:
		return emailKey(v.text)
	case kindPhone:
		if v.phone != nil && v.phone.number != "" {
			return phoneKey(v.phone.number)
		}
	}
	return ""
}
