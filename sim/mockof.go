package sim

import (
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Account is what the clients of a mock that stands alone have to know.
type Account struct {
	ClientID, ClientSecret string
	BaseURL                string
	// WebhookURL is where notices go, "" for nowhere.
	WebhookURL, WebhookSecret string
	// People log in themselves, beside the engine.
	People []mocks.Person
	// Bare is a tenant as its vendor delivers it, without what the engine needs.
	Bare bool
}

// MockOf makes the system on one side of a scenario, with the records that the
// scenario lays there, to be used outside a world. The scenario's seed decides
// the ids: the systems of both sides, made apart from each other, know each
// other's.
func MockOf(sc *scenarios.Scenario, side mapping.Side, journal mocks.Journal, a Account) (mocks.System, error) {
	m, err := compileMappings(sc)
	if err != nil {
		return nil, err
	}
	st := newStage(sc, sc.Seed, m)
	st.systems[side] = st.buildSystem(side, unheard{}, true)
	c := st.mockConfig(side, journal)
	c.ClientID, c.ClientSecret, c.BaseURL = a.ClientID, a.ClientSecret, a.BaseURL
	c.WebhookURL, c.WebhookSecret, c.People = a.WebhookURL, a.WebhookSecret, a.People
	if a.Bare {
		strip(&c)
	}
	st.systems[side].mock = kindOf(systemSpec(sc, side).Kind).mock(c)
	st.systems[side].mock.Faults().LocalTimes = st.systems[side].zone
	st.systems[side.Other()] = st.buildSystem(side.Other(), unheard{}, true)
	if err := st.populate(func(*engine.Record) {}); err != nil {
		return nil, err
	}
	return st.systems[side].mock, nil
}

// strip takes away what provisioning is going to make.
func strip(c *mocks.Config) {
	c.Bare, c.Trigger = true, false
	c.Fields = slices.DeleteFunc(slices.Clone(c.Fields), func(f mocks.Field) bool {
		return f.Name == c.VersionField || f.Name == c.StatusField || f.Name == c.BaseVersionField
	})
	if a := c.Account; a != nil {
		a.Bare, a.Trigger = true, false
		a.Fields = slices.DeleteFunc(slices.Clone(a.Fields), func(f mocks.Field) bool {
			return f.Name == a.VersionField || f.Name == a.StatusField || f.Name == a.BaseVersionField
		})
	}
}

// unheard is the journal of a system that nobody looks at.
type unheard struct{}

func (unheard) Emit(trace.Event) uint64 { return 0 }
