package salesforce

import "github.com/syncproof/syncproof/engine/adapter"

// object is what differs between the objects.
type object struct {
	name string // API name
	tags bool   // its rows have ETags that writes can rest on (S: Account alone)
}

var objects = map[adapter.Object]*object{
	adapter.Contact: {name: "Contact"},
	adapter.Account: {name: "Account", tags: true},
}
