package main

import (
	"github.com/spf13/pflag"

	"github.com/syncproof/syncproof/sim"
)

// fidelityFlag reads --fidelity. It implements pflag.Value.
type fidelityFlag struct{ to *sim.Fidelity }

func (f fidelityFlag) String() string {
	if f.to == nil {
		return sim.Wire.String()
	}
	return f.to.String()
}

func (f fidelityFlag) Set(text string) (err error) {
	*f.to, err = sim.ParseFidelity(text)
	return err
}

func (f fidelityFlag) Type() string { return "wire|model" }

// addFidelity lets a verb play at either fidelity.
func (p *player) addFidelity(flags *pflag.FlagSet) {
	flags.Var(fidelityFlag{&p.fidelity}, "fidelity", "wire: real requests and JSON; model: exchanges as data, with the same events")
}
