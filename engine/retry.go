package engine

import (
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// retry puts a work back after an error, to be tried again from its readings:
// whatever the failed request did or did not do will show in them (EV-7).
func (c *Core) retry(w *work, side mapping.Side, err *adapter.Error) {
	switch err.Kind {
	case adapter.Limited:
		c.requeue(w, max(c.gates[side].pausedUntil, c.now), w.attempt)
		return
	case adapter.Forbidden:
		c.deny(w, side, err)
		return
	case adapter.Drift:
		if w.phase != reading && w.phase != verifying { // a reading's is taken up as it comes
			c.drifted(c.of(w), side, err)
		}
	case adapter.Unauthorized:
		c.refused(side, err)
	}
	c.requeue(w, c.now.Add(c.backoff(side, w.attempt)), w.attempt+1)
}

// keepsPlace lets a work whose write, or the reading right before it, met a
// limit ask for it again: at the gate the older work goes first, so that one
// record is finished before another is begun, however few requests a window
// holds (RL-3). What it rests on is guarded as ever when its turn comes (EV-10).
func (c *Core) keepsPlace(w *work, side mapping.Side, err *adapter.Error) bool {
	if err == nil || err.Kind != adapter.Limited || (w.phase != verifying && w.phase != writing) || c.gates[side].pausedUntil <= c.now {
		return false
	}
	w.step--
	c.nextStep(w)
	return true
}

// postpone puts a work back without an error to blame.
func (c *Core) postpone(w *work, attempt int) {
	c.requeue(w, c.now.Add(c.backoff(w.ref.Side, attempt)), attempt)
}

func (c *Core) requeue(w *work, due Instant, attempt int) {
	c.unsent(w)
	c.found(w)
	c.end(w, Requeue{Key: w.key, Due: due, Attempt: attempt, Lane: Backlog})
}

// unsent notes which intended writes were never sent: a value that a person
// types meanwhile shows none of them (EV-7).
func (c *Core) unsent(w *work) {
	if w.plan == nil && w.dropped {
		w.extra = append(w.extra, PutRecord{w.rec})
	}
	if w.plan == nil || w.plan.rec.Intent == nil {
		return
	}
	intent, known := w.plan.rec.Intent, false
	for side := range intent.Sides {
		want := &intent.Sides[side]
		sent := w.phase == writing && w.plan.steps[w.step].side == mapping.Side(side)
		if want.Needed && !want.Done && !want.Refused && !sent {
			want.Refused, known = true, true
		}
	}
	if known {
		w.extra = append(w.extra, PutRecord{snapshot(w.plan.rec)})
	}
}

// found keeps that a creation whose answer nobody saw has arrived, where a search
// has shown what it made and the reading of that failed: should it be deleted
// before the next try, it was there (CR-13), and is not made again (EV-7).
func (c *Core) found(w *work) {
	if w.phase != reading || w.rec == nil || w.other == "" || !w.sure {
		return
	}
	for side, id := range w.rec.ID {
		s := mapping.Side(side)
		if id != "" || !w.creates(s) || w.rec.Intent.Sides[s].Done {
			continue
		}
		rec, intent := c.recordOf(w), *w.rec.Intent
		intent.Sides[s].Done = true
		rec.Intent, rec.Unmirrored[s.Other()] = &intent, true
		c.propagated(rec, s, &intent, nil)
		w.extra = append(w.extra, PutRecord{snapshot(rec)})
	}
}

// backoff is the delay before try number attempt+1 (EV-3): base * factor^n up
// to the cap, plus jitter keyed by target and attempt.
func (c *Core) backoff(side mapping.Side, attempt int) time.Duration {
	r := &c.cfg.Retry
	d := r.Base
	for range attempt {
		if d >= r.Cap/time.Duration(r.Factor) {
			d = r.Cap
			break
		}
		d *= time.Duration(r.Factor)
	}
	return d + c.jitter(d, r.JitterPercent, "retry", side, uint64(attempt))
}

// jitter is a share of d between 0 and percent, drawn by key: the same seed,
// purpose, target and number give the same share in every run (CR-8, RL-1).
func (c *Core) jitter(d time.Duration, percent int, stream string, side mapping.Side, n uint64) time.Duration {
	span := uint64(d) / 100 * uint64(percent)
	if span == 0 {
		return 0
	}
	return time.Duration(keyed(c.cfg.Seed, stream, uint64(side), n) % (span + 1))
}

// keyed is a hash of (seed, stream, entity, n): the randomness of the engine.
func keyed(seed uint64, stream string, entity, n uint64) uint64 {
	h := seed ^ 0x9e3779b97f4a7c15
	for i := range len(stream) {
		h = mix(h ^ uint64(stream[i]))
	}
	return mix(mix(h^entity) ^ n)
}

// mix is the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
