package engine_test

import (
	"flag"
	"os"
	"strconv"
	"testing"
)

// The plays of every test run, unless -rapid.seed (RAPID_SEED) or
// -rapid.checks (RAPID_CHECKS) says otherwise: the same ones each time, so
// that only a change of the code changes a verdict. -rapid.seed=0 plays fresh
// ones.
const (
	playSeed   = 1
	playChecks = 1000
)

func TestMain(m *testing.M) {
	flag.Parse()
	preset("rapid.seed", "RAPID_SEED", playSeed)
	preset("rapid.checks", "RAPID_CHECKS", playChecks)
	m.Run()
}

// preset gives a flag its value, unless somebody gave it another.
func preset(name, variable string, value int) {
	_, given := os.LookupEnv(variable)
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	if given {
		return
	}
	if err := flag.Set(name, strconv.Itoa(value)); err != nil {
		panic(err)
	}
}
