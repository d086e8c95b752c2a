package genesys

import (
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// object is what differs between contacts and organisations, which are what
// Genesys calls accounts.
type object struct {
	noun, article string
	set           string // in paths and topics
	appliesTo     string // of its custom-field schema
	// attributes are the standard attributes that hold a scalar, a list or a phone.
	attributes map[string]place
	// refused is the body of a creation that no tenant carries out, and edited the
	// attribute that an edit of nobody names.
	refused, edited string
}

const externalContacts = "/api/v2/externalcontacts/"

var objects = map[adapter.Object]*object{
	adapter.Contact: {
		noun: "contact", article: "a contact", set: "contacts", appliesTo: "CONTACT", attributes: contactAttributes,
		// A first name has at most 1,000 characters.
		refused: `{"firstName":"` + strings.Repeat("x", standardLengths["firstName"]+1) + `"}`, edited: "title",
	},
	adapter.Account: {
		noun: "organization", article: "an organization", set: "organizations", appliesTo: "EXTERNAL_ORGANIZATION",
		attributes: organizationAttributes,
		refused:    `{}`, edited: "industry", // an organisation needs a name
	},
}

// rows is the path of the object's records.
func (o *object) rows() string { return externalContacts + o.set }

// scan is the path of the sweep over all of them.
func (o *object) scan() string { return externalContacts + "scan/" + o.set }

// lookup is the path of the look-up by an identifier.
func (o *object) lookup() string { return externalContacts + "identifierlookup/" + o.set }

// schemas is the path of the object's custom-field schemas.
func (o *object) schemas() string { return o.rows() + "/schemas" }

// topic begins the topics of the object's events.
func (o *object) topic() string { return "v2.externalcontacts." + o.set + "." }

var contactAttributes = map[string]place{
	"firstName": attribute, "middleName": attribute, "lastName": attribute,
	"salutation": attribute, "title": attribute,
	"workPhone": phone, "cellPhone": phone, "homePhone": phone, "otherPhone": phone,
	"workEmail": attribute, "personalEmail": attribute, "otherEmail": attribute,
	"surveyOptOut": attribute, "externalSystemUrl": attribute,
	"address.address1": inAddress, "address.address2": inAddress, "address.city": inAddress,
	"address.state": inAddress, "address.postalCode": inAddress, "address.countryCode": inAddress,
}

var organizationAttributes = map[string]place{
	"name": attribute, "companyType": attribute, "industry": attribute,
	"phoneNumber": phone, "faxNumber": phone,
	"employeeCount": attribute, "revenue": attribute, "tags": attribute, "websites": attribute, "externalSystemUrl": attribute,
	"address.address1": inAddress, "address.address2": inAddress, "address.city": inAddress,
	"address.state": inAddress, "address.postalCode": inAddress, "address.countryCode": inAddress,
}

// standardTypes are those of the attributes that are no plain text and whose
// names do not tell.
var standardTypes = map[string]mapping.Type{
	"surveyOptOut": mapping.TypeBoolean, "employeeCount": mapping.TypeInteger, "revenue": mapping.TypeInteger,
	"tags": mapping.TypeMultiPicklist, "websites": mapping.TypeMultiPicklist,
}
