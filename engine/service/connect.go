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

// Connect is one system as provisioning and inspection see it: the adapters that
// the service would use, one for each object, over one transport that measures
// their exchanges. Requests are bounded by the system's timeout.
func Connect(c *config.Config, at mapping.Side) ([]tenant.Side, error) {
	sys := c.Systems.Of(at)
	vendor, known := vendors.Find(at, sys.Kind)
	if !known {
		return nil, fmt.Errorf("systems.%s.kind: there is no %q", at, sys.Kind)
	}
	clock := Wall()
	inner := &bounded{inner: newTransport(1), clock: clock, timeout: sys.Timeout.Std()}
	meter := tenant.NewMeter(inner, vendor.Signals, clock.Now)
	client, f, login := &http.Client{Transport: meter}, &flight{}, &adapter.Login{}
	var sides []tenant.Side
	for _, o := range objectsOf(c) {
		a := adapterConfig(c, o, at, client, f, login)
		system, err := vendor.New(a)
		if err != nil {
			return nil, fmt.Errorf("systems.%s: %w", at, err)
		}
		sides = append(sides, tenant.Side{
			Name: at.String(), Kind: sys.Kind, Object: o, System: system, Config: a, Mapping: mappingOf(c, o).Compiled, At: at,
			Trigger: sys.Versioning == "trigger", Concurrency: sys.Concurrency, Poll: sys.Poll.Std(), Meter: meter,
		})
	}
	return sides, nil
}
