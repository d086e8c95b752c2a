package live

import (
	"context"
	"testing"
	"time"
)

// ticking runs a clock until the test ends.
func ticking(t *testing.T, speed float64, quiet time.Duration) *clock {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	c := newClock(speed, quiet)
	done := make(chan struct{})
	go func() { c.run(ctx); close(done) }()
	t.Cleanup(func() { cancel(); <-done })
	return c
}

// TestTimeStandsStillForAStep: an appointment of the world happens at its exact
// instant, and what is asked for the time meanwhile is told that instant.
func TestTimeStandsStillForAStep(t *testing.T) {
	c := ticking(t, 1000, 0)
	seen := make(chan int64, 2)
	c.at(int64(time.Second), func() { seen <- c.now(); seen <- c.now() })
	if first, second := <-seen, <-seen; first != int64(time.Second) || second != first {
		t.Errorf("the appointment at 1s saw %s and then %s", time.Duration(first), time.Duration(second))
	}
}

// TestAppointmentsComeInOrder: by instant, and those of one instant in the order
// in which they were made.
func TestAppointmentsComeInOrder(t *testing.T) {
	c := newClock(1000, 0)
	var order []int
	done := make(chan struct{})
	c.at(int64(3*time.Second), func() { order = append(order, 3); close(done) })
	c.at(int64(time.Second), func() { order = append(order, 1) })
	c.at(int64(time.Second), func() { order = append(order, 2) })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go c.run(ctx)
	<-done
	if len(order) != 3 || order[0] != 1 || order[1] != 2 || order[2] != 3 {
		t.Errorf("they came in the order %v", order)
	}
}

// TestSilenceIsSkipped: a day in which nothing is under way takes no day, and
// time does not skip while something is.
func TestSilenceIsSkipped(t *testing.T) {
	c := ticking(t, 1, time.Millisecond)
	began := time.Now()
	day := make(chan struct{})
	c.after(24*time.Hour, func() { close(day) })
	<-day
	if took := time.Since(began); took > time.Minute {
		t.Errorf("a silent day took %s", took)
	}
	c.stepped()
	c.begin()
	never := c.after(time.Hour, func() { t.Error("time skipped while something was under way") })
	short := make(chan struct{})
	c.after(20*time.Millisecond, func() { close(short) })
	<-short
	if !c.drop(never) {
		t.Error("the timer was gone")
	}
	c.end()
}

// TestTimersAreDropped: one that is dropped never fires, and says so once.
func TestTimersAreDropped(t *testing.T) {
	c := ticking(t, 1000, 0)
	a := c.after(time.Minute, func() { t.Error("a dropped timer fired") })
	if !c.drop(a) || c.drop(a) {
		t.Error("a timer is dropped once")
	}
	over := make(chan struct{})
	c.after(2*time.Minute, func() { close(over) })
	<-over
}
