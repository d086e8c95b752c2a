package property

import (
	"flag"
	"hash/fnv"
	"os"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

// fixed is the number from which the seeds of all tests follow, unless
// -rapid.seed or RAPID_SEED says another; 0 there is a fresh one each time.
const fixed = 1

// chosen: somebody asked for a seed.
var chosen bool

// checks is how many worlds each test looks at, unless -rapid.checks or
// RAPID_CHECKS says another number; with -short it is a fifth. The whole
// package then takes about 20 seconds of one processor.
const checks = 60

func TestMain(m *testing.M) {
	flag.Parse()
	chosen = asked("rapid.seed", "RAPID_SEED")
	if !asked("rapid.checks", "RAPID_CHECKS") {
		set("rapid.checks", strconv.Itoa(checks))
	}
	// What is kept of a failure is its scenario, not the numbers behind it,
	// which mean something to one version of the generator only.
	set("rapid.nofailfile", "true")
	m.Run()
}

// asked: somebody gave the flag, or its variable in the environment.
func asked(name, variable string) bool {
	_, given := os.LookupEnv(variable)
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == name })
	return given
}

func set(name, value string) {
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}

// forAll checks a property of worlds with the test's own seed, and keeps the
// smallest world that fails it. What it asks is an invariant of the
// specification or a relation between runs.
func forAll(t *testing.T, asks string, property func(*rapid.T, *keeper)) {
	t.Helper()
	if !chosen {
		h := fnv.New32a()
		h.Write([]byte(t.Name()))
		set("rapid.seed", strconv.FormatUint(uint64(h.Sum32())+fixed, 10))
	}
	k := &keeper{asks: asks}
	t.Cleanup(func() { k.keep(t) })
	rapid.Check(t, func(rt *rapid.T) { property(rt, k) })
	k.looksAt() // all held: there is nothing to keep
}
