package sim

import (
	"slices"
	"testing"
	"time"
)

func TestAgendaKeepsTheOrder(t *testing.T) {
	var a agenda[func()]
	var got []string
	note := func(what string) func() { return func() { got = append(got, what) } }
	a.at(20, note("later"))
	a.background(10, note("background, put first"))
	for _, what := range []string{"a", "b", "c", "d", "e"} {
		a.at(10, note(what))
	}
	a.at(10, func() {
		got = append(got, "f")
		a.soon(note("at once"))
		a.at(5, note("in the past, so at once too"))
	})
	a.at(10, note("g"))
	a.soon(note("now"))
	for do, ok := a.next(); ok; do, ok = a.next() {
		do()
	}
	want := []string{
		"now", "background, put first", "a", "b", "c", "d", "e", "f", "at once", "in the past, so at once too", "g", "later",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
	if a.now != 20 {
		t.Errorf("the clock stands at %d", a.now)
	}
}

func TestAgendaIsQuietWithBackgroundAlone(t *testing.T) {
	var a agenda[func()]
	if !a.settled() || !a.quiet() {
		t.Error("an empty agenda is busy")
	}
	a.background(10, func() {})
	if !a.quiet() {
		t.Error("a poll that is far away keeps it busy")
	}
	a.at(20, func() {})
	if a.quiet() {
		t.Error("an answer under way does not keep it busy")
	}
	a.soon(func() {})
	if a.settled() {
		t.Error("it is settled with something to do now")
	}
}

func TestClock(t *testing.T) {
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	hour := int64(time.Hour)
	for _, c := range []struct {
		name string
		set  func(*clock)
		at   int64
		off  time.Duration
	}{
		{"right", func(*clock) {}, hour, 0},
		{"skewed", func(c *clock) { c.step(0, time.Minute) }, hour, time.Minute},
		{"drifting", func(c *clock) { c.setDrift(0, 1000) }, hour, 3600 * time.Millisecond},
		{"drifted and put right", func(c *clock) { c.setDrift(0, 1000); c.setDrift(hour, 0) }, 3 * hour, 3600 * time.Millisecond},
		{"stepped back while it drifts", func(c *clock) { c.setDrift(0, 1000); c.step(hour, -time.Second) }, 2 * hour, 6200 * time.Millisecond},
	} {
		t.Run(c.name, func(t *testing.T) {
			k := clock{epoch: epoch}
			c.set(&k)
			if got := k.at(c.at).Sub(epoch.Add(time.Duration(c.at))); got != c.off {
				t.Errorf("it is off by %v, want %v", got, c.off)
			}
		})
	}
}

// TestClockWhen: asked again and again, a clock is met at the instant that it
// shows, however it drifts.
func TestClockWhen(t *testing.T) {
	epoch := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for _, ppm := range []int64{0, 500, -500} {
		k := clock{epoch: epoch, ppm: ppm}
		want := epoch.Add(24 * time.Hour)
		now := int64(0)
		for range 100 {
			if !k.at(now).Before(want) {
				break
			}
			now = k.when(now, want)
		}
		if late := k.at(now).Sub(want); late < 0 || late > time.Millisecond {
			t.Errorf("%d ppm: met %v after the instant", ppm, late)
		}
	}
}
