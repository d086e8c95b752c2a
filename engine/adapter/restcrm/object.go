package restcrm

import "github.com/syncproof/syncproof/engine/adapter"

// object is what the contract says of one object.
type object struct {
	name, plural string
	rows         string // path of its records
	schema       string // path of its schema
	changes      string // path of its feed, up to the limit's value
}

var objects = map[adapter.Object]*object{
	adapter.Contact: {
		name: "contact", plural: "contacts", rows: "/v1/contacts", schema: "/v1/schema/contact", changes: "/v1/changes?limit=",
	},
	adapter.Account: {
		name: "account", plural: "accounts", rows: "/v1/accounts", schema: "/v1/schema/account", changes: "/v1/changes?object=account&limit=",
	},
}
