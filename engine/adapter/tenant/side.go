package tenant

import (
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Side is one of the two systems, as the configuration describes it.
type Side struct {
	Name    string // cc or crm
	Kind    string // genesys, salesforce, rest
	System  adapter.System
	Config  adapter.Config // names of fields
	Mapping *mapping.Mapping
	At      mapping.Side
	// Trigger: versioning is declared as trigger (DM-8).
	Trigger bool
	// Concurrency and Poll as configured; Poll 0 is never.
	Concurrency int
	Poll        time.Duration
	// Meter saw the side's exchanges; nil for none.
	Meter *Meter
}
