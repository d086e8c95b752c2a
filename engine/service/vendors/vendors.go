// Package vendors is the table of the systems that the service can connect:
// what differs between them beside their adapters.
package vendors

import (
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Vendor is one kind of system.
type Vendor struct {
	Kind    string // as the configuration names it
	Side    mapping.Side
	New     func(adapter.Config) (adapter.System, error)
	Signals adapter.Signals
	// External is the default name of the field that carries the other side's id.
	External string
	// AccountExternal is that of accounts.
	AccountExternal string
	// BaseVersion is the default name of the field of the conditional-write
	// rule, "" if writes are conditional by other means or never.
	BaseVersion string
	// Conditional: the vendor has a way to make writes conditional (EV-10).
	Conditional bool
	// Webhooks: the vendor sends signed notices that the adapter understands.
	Webhooks bool
	// Channels: the vendor pushes notices over a connection that the engine holds.
	Channels bool
}

var all = []Vendor{
	{
		Kind: "genesys", Side: mapping.CC, New: genesys.New, Signals: genesys.Signals,
		External: genesys.DefaultSource, AccountExternal: genesys.DefaultSource, Webhooks: true, Channels: true,
	},
	{
		Kind: "salesforce", Side: mapping.CRM, New: salesforce.New, Signals: salesforce.Signals,
		External: "Genesys_Contact_Id__c", AccountExternal: "Genesys_Organization_Id__c", BaseVersion: "Sync_Base_Version__c", Conditional: true,
	},
	{
		Kind: "dynamics", Side: mapping.CRM, New: dynamics.New, Signals: dynamics.Signals,
		External: dynamics.DefaultExternal, AccountExternal: "new_genesysorganizationid", Conditional: true, Webhooks: true,
	},
	{
		Kind: "rest", Side: mapping.CRM, New: restcrm.New, Signals: restcrm.Signals,
		External: "external_id", AccountExternal: "external_id", Conditional: true,
	},
}

// Find returns the vendor of a kind on a side.
func Find(side mapping.Side, kind string) (Vendor, bool) {
	i := slices.IndexFunc(all, func(v Vendor) bool { return v.Side == side && v.Kind == kind })
	if i < 0 {
		return Vendor{}, false
	}
	return all[i], true
}

// Kinds lists the kinds that a side can have.
func Kinds(side mapping.Side) []string {
	var kinds []string
	for _, v := range all {
		if v.Side == side {
			kinds = append(kinds, v.Kind)
		}
	}
	return kinds
}
