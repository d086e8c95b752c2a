package sim

import "fmt"

// Fidelity is how much of an exchange a run plays.
type Fidelity uint8

// The fidelities. Wire runs the real adapters over HTTP and JSON. Model gives
// each exchange as data to the system's model: the same gate, network, limits
// and decisions without the encoding, and a world that can be copied.
const (
	Wire Fidelity = iota
	Model
)

func (f Fidelity) String() string {
	if f == Model {
		return "model"
	}
	return "wire"
}

// ParseFidelity reads what String writes.
func ParseFidelity(s string) (Fidelity, error) {
	switch s {
	case "wire":
		return Wire, nil
	case "model":
		return Model, nil
	}
	return Wire, fmt.Errorf("there is no fidelity %q: it is wire or model", s)
}
