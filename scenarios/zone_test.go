package scenarios

import (
	"testing"
	"time"
)

func TestZonesDoNotDependOnTheMachine(t *testing.T) {
	t.Setenv("ZONEINFO", t.TempDir())
	berlin, err := Zone("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ utc, local string }{
		{"2026-03-29T00:59:59Z", "2026-03-29T01:59:59+01:00"},
		{"2026-03-29T01:00:00Z", "2026-03-29T03:00:00+02:00"},
	} {
		at, err := time.Parse(time.RFC3339, c.utc)
		if err != nil {
			t.Fatal(err)
		}
		if got := at.In(berlin).Format(time.RFC3339); got != c.local {
			t.Errorf("%s is %s in Berlin, want %s", c.utc, got, c.local)
		}
	}
}

func TestZoneRefusesWhatIsNone(t *testing.T) {
	for _, name := range []string{"", "Local", "Europe", "Europe/", "Mars/Olympus", "../Europe/Berlin"} {
		if zone, err := Zone(name); err == nil {
			t.Errorf("%q is the zone %s", name, zone)
		}
	}
	if zone, err := Zone("UTC"); err != nil || zone != time.UTC {
		t.Errorf("UTC is %v, %v", zone, err)
	}
}
