package sim

import "time"

// clock is one machine's clock: true time plus an offset that drifts and that
// faults can move.
type clock struct {
	epoch  time.Time // true instant of offset 0
	offset time.Duration
	ppm    int64
	from   int64 // true time at which offset was right
}

// at is what the clock shows at a true time.
func (c *clock) at(now int64) time.Time {
	return c.epoch.Add(time.Duration(now) + c.error(now))
}

func (c *clock) error(now int64) time.Duration {
	elapsed := now - c.from
	// Split so that years of drift stay within 64 bits.
	drift := elapsed/1_000_000*c.ppm + elapsed%1_000_000*c.ppm/1_000_000
	return c.offset + time.Duration(drift)
}

// step moves the clock by d.
func (c *clock) step(now int64, d time.Duration) {
	c.offset, c.from = c.error(now)+d, now
}

// setDrift changes the clock's rate from now on.
func (c *clock) setDrift(now, ppm int64) {
	c.offset, c.from, c.ppm = c.error(now), now, ppm
}

// when is the earliest true time, not before now, at which the clock shows at
// least t. A drifting clock is met by asking again.
func (c *clock) when(now int64, t time.Time) int64 {
	wait := t.Sub(c.at(now))
	if wait <= 0 {
		return now
	}
	fast := int64(wait) / 1_000_000 * max(c.ppm, 0)
	return now + max(int64(wait)-fast, 1)
}
