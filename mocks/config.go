package mocks

import (
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// Config is what every mock is built from.
type Config struct {
	On      trace.System // which side of the pair it plays
	Journal Journal
	Seed    uint64 // for ids; the same seed gives the same ids

	ClientID     string // the engine's account
	ClientSecret string
	// People log in themselves, beside the engine (Genesys, Salesforce and
	// Dynamics 365).
	People  []Person
	BaseURL string // how clients reach it, e.g. "https://cc.test"

	WebhookURL    string // where notices go; empty sends none
	WebhookSecret string
	// BareNotices leaves body and headers out of deliveries, for a world that
	// holds them as data.
	BareNotices bool

	// Fields is the object's schema beyond what the vendor always has.
	Fields []Field
	// VersionField, StatusField and ExternalField are native names; an empty
	// StatusField means that the system does not carry it.
	VersionField  string
	StatusField   string
	ExternalField string
	// Trigger installs the guide's version trigger: the stored version grows
	// by one if and only if the content of a Mapped field changed and the
	// writer did not set the version itself.
	Trigger bool
	Mapped  []string
	// Conditional installs what makes writes conditional: the validation rule
	// in Salesforce (BaseVersionField against the stored version), ETags in
	// the REST CRM. Genesys has nothing of the kind.
	Conditional      bool
	BaseVersionField string
	// Bare is a tenant as its vendor delivers it: the fields of the names above
	// do not exist, nor does what makes writes conditional. What somebody makes
	// under these names through the API takes its place.
	Bare bool

	// Account, while not nil, is a tenant that has accounts beside contacts, and
	// what they are; the fields above are of contacts.
	Account *ObjectConfig

	// Duplicates are native names of fields in which no two contacts may agree:
	// a duplicate rule refuses the second (Salesforce).
	Duplicates []string

	Quota Quota // zero: the vendor's default
	// TokenLife is the default lifetime of tokens; zero: the vendor's.
	TokenLife time.Duration
	// PageSize is the most records in a page of a list or feed; zero: the vendor's.
	PageSize int
	// Region is where a phone number without a country code is taken to be.
	Region string
}

// Field is one field of the schema, in the vendor's own terms.
type Field struct {
	Name     string
	Type     string // string | text | integer | decimal | boolean | date | instant | phone | email | picklist | multipicklist
	Length   int    // 0: the vendor's default for the type
	Required bool
	ReadOnly bool
	Pattern  string   // RE2, for systems that validate by pattern
	Values   []string // picklist values
}
