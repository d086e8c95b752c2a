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

func TestMain(m *testing.M) {
	flag.Parse()
	flag.Visit(func(f *flag.Flag) { chosen = chosen || f.Name == "rapid.seed" })
	if _, ok := os.LookupEnv("RAPID_SEED"); ok {
		chosen = true
	}
	// What is kept of a failure is its scenario, not the numbers behind it,
	// which mean something to one version of the generator only.
	set("rapid.nofailfile", "true")
	m.Run()
}

func set(name, value string) {
	if err := flag.Set(name, value); err != nil {
		panic(err)
	}
}

// forAll checks a property of worlds with the test's own seed, and keeps the
// smallest world that fails it.
func forAll(t *testing.T, property func(*rapid.T, *keeper)) {
	t.Helper()
	if !chosen {
		h := fnv.New32a()
		h.Write([]byte(t.Name()))
		set("rapid.seed", strconv.FormatUint(uint64(h.Sum32())+fixed, 10))
	}
	k := &keeper{}
	t.Cleanup(func() { k.keep(t) })
	rapid.Check(t, func(rt *rapid.T) { property(rt, k) })
}
