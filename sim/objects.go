package sim

import (
	"fmt"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
)

// maxObjects is how many objects the mocks can hold: contacts and accounts. The
// first is always contacts, so that mocks.Object, adapter.Object and the
// engine's index of an object are one number.
const maxObjects = 2

// places are the pairs of an object and a side: what is kept for each of them
// is an array by place, of which a world of contacts uses the first two.
const places = 2 * maxObjects

func placeOf(object int, side mapping.Side) int { return 2*object + int(side) }

// placesUsed ranges over the places of the world's objects.
func (st *Stage) placesUsed() int { return 2 * len(st.mappings) }

// compileMappings are the engine's own copies of the scenario's mappings.
func compileMappings(sc *scenarios.Scenario) ([]*mapping.Mapping, error) {
	var all []*mapping.Mapping
	for _, name := range sc.Named() {
		m, err := mapping.New(specOf(sc.MappingOf(name)))
		if err != nil {
			what := "the mapping"
			if name != "" {
				what += " of " + name
			}
			return nil, &HarnessError{Message: fmt.Sprintf("%s: %s cannot be used: %v", sc.Path, what, err)}
		}
		all = append(all, m)
	}
	return all, nil
}

// objectOf is the object of a record by the scenario's name.
func (st *Stage) objectOf(name string) int {
	if st.accounts[name] {
		return int(mocks.Account)
	}
	return 0
}

// objectNamed is the object that a scenario or a journal names.
func objectNamed(name string) int {
	if name == scenarios.Account {
		return int(mocks.Account)
	}
	return 0
}

// mappingOf is the mapping of a record by the scenario's name.
func (st *Stage) mappingOf(name string) *mapping.Mapping { return st.mappings[st.objectOf(name)] }

// objectOfKey is the object of a record key of the engine.
func (st *Stage) objectOfKey(key string) int {
	_, id, _ := strings.Cut(key, ":")
	object, _ := st.names.Split(id)
	return object
}

// refOfNative is the engine's reference to a record of the scenario.
func (st *Stage) refOfNative(side mapping.Side, name, id string) engine.Ref {
	return engine.Ref{Side: side, ID: st.names.Qualify(st.objectOf(name), id)}
}

// capabilities are those of the adapter at a place.
func capabilities(c *engine.Config, place int) *adapter.Capabilities {
	if object := place / 2; object > 0 {
		return &c.Also[object-1].Capabilities[place%2]
	}
	return &c.Systems[place].Capabilities
}
