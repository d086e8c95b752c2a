package resolve_test

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets rapid look at more cases than its default of 100: a case
// takes microseconds, and some corners are a few in a thousand.
func TestMain(m *testing.M) {
	if err := flag.Set("rapid.checks", "5000"); err != nil {
		panic(err)
	}
	flag.Parse()
	os.Exit(m.Run())
}
