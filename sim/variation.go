package sim

import (
	"net/http"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Variation is how an engine under test differs from the reference engine:
// each part may be wrapped. The zero Variation is the reference engine.
type Variation struct {
	Config  func(*engine.Config)
	Machine func(Machine) Machine
	Adapter func(mapping.Side, adapter.System) adapter.System
	// Transport is what an adapter's http.Client sends through, token requests
	// included; the one given asks the core's gate before each exchange.
	Transport func(mapping.Side, http.RoundTripper) http.RoundTripper
	// Signals is how a transport reads limits out of an answer.
	Signals func(mapping.Side, adapter.Signals) adapter.Signals
	Store   func(Store) Store
}

// WireOnly says that a part is wrapped which model fidelity does not use.
func (v *Variation) WireOnly() bool {
	return v.Adapter != nil || v.Transport != nil || v.Signals != nil
}

func (v *Variation) apply(p *parts) {
	if v.Config != nil {
		v.Config(&p.config)
	}
	if machine := p.machine; v.Machine != nil {
		p.machine = func() Machine { return v.Machine(machine()) }
	}
	if client := p.client; v.Adapter != nil {
		p.client = func(h *host, object int, side mapping.Side, l *login) adapter.System {
			return v.Adapter(side, client(h, object, side, l))
		}
	}
	if v.Transport != nil {
		p.transport = v.Transport
	}
	if v.Signals != nil {
		p.signals = v.Signals
	}
	if store := p.store; v.Store != nil {
		p.store = func() Store { return v.Store(store()) }
	}
}
