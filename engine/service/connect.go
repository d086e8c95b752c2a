package service

import (
	"fmt"
	"net/http"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/service/vendors"
)

// Connect is one side as provisioning and inspection see it: the adapter that
// the service would use, over a transport that measures its exchanges. Requests
// are bounded by the side's timeout.
func Connect(c *config.Config, at mapping.Side) (tenant.Side, error) {
	sys := c.Systems.Of(at)
	vendor, known := vendors.Find(at, sys.Kind)
	if !known {
		return tenant.Side{}, fmt.Errorf("systems.%s.kind: there is no %q", at, sys.Kind)
	}
	clock := Wall()
	inner := &bounded{inner: newTransport(1), clock: clock, timeout: sys.Timeout.Std()}
	meter := tenant.NewMeter(inner, vendor.Signals, clock.Now)
	a := adapterConfig(c, adapter.Contact, at, &http.Client{Transport: meter}, &flight{}, nil)
	system, err := vendor.New(a)
	if err != nil {
		return tenant.Side{}, fmt.Errorf("systems.%s: %w", at, err)
	}
	return tenant.Side{
		Name: at.String(), Kind: sys.Kind, System: system, Config: a, Mapping: c.Mapping.Compiled, At: at,
		Trigger: sys.Versioning == "trigger", Concurrency: sys.Concurrency, Poll: sys.Poll.Std(), Meter: meter,
	}, nil
}
