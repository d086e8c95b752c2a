package incident

import (
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
)

// exchange is one HTTP exchange that the core let through.
type exchange struct {
	op       engine.Op
	admitted engine.Instant
}

// trouble is one fault as the engine met it: exchanges in a row that went
// wrong in one way.
type trouble struct {
	verb    scenarios.Verb
	side    mapping.Side
	begin   engine.Instant // somewhere between the last exchange that went well and the first that did not
	last    engine.Instant // when the last of them ended
	end     engine.Instant // when the next one began that went well, 0 for never
	count   int
	status  int
	retry   string
	what    string
	unsent  bool // no request left
	arrived bool // a write that got no answer was carried out
	doubts  []doubt
}

// doubt is a write that nobody knows the end of.
type doubt struct {
	person  *person
	request *request
}

// exchanged takes in how an exchange ended: a limit signal, no answer, or one.
func (s *story) exchanged(now engine.Instant, e engine.Exchanged) {
	x := s.calls[e.Side][e.Call]
	delete(s.calls[e.Side], e.Call)
	if x == nil || x.admitted == 0 {
		return
	}
	r := s.asked[x.op]
	switch {
	case e.Answered && e.Signal.Limited:
		s.strikes(now, x, e.Side, &trouble{verb: scenarios.Throttle, retry: retryAfter(e.Signal.RetryAfter)})
	case !e.Answered:
		if r != nil {
			r.silent = x // a fault, if the call ends: else the process did
		}
	default:
		s.trips[e.Side] = append(s.trips[e.Side], now.Sub(x.admitted))
		if r != nil {
			r.answered = true
		}
	}
}

// retryAfter is a header as a scenario says it.
func retryAfter(d time.Duration) string {
	if d < 0 {
		return "none"
	}
	return strconv.FormatInt(int64(d/time.Second), 10)
}

// leadMost is how long before the first exchange that went wrong a fault may
// have begun.
const leadMost = time.Second

// strikes adds an exchange that went wrong to the trouble that is open, or opens
// one.
func (s *story) strikes(now engine.Instant, x *exchange, at mapping.Side, t *trouble) *trouble {
	if o := s.open[at]; o != nil {
		if o.verb == t.verb && o.retry == t.retry && o.status == t.status && o.what == t.what {
			o.count++
			o.last = now
			return o
		}
		s.over(at, x.admitted)
	}
	lead := min(x.admitted.Sub(s.good[at]), leadMost)
	t.side, t.begin, t.last, t.count = at, x.admitted.Add(-max(lead, 0)/2), now, 1
	s.faults = append(s.faults, t)
	s.open[at] = t
	return t
}

// over ends the trouble of a system, by an exchange that went well.
func (s *story) over(at mapping.Side, began engine.Instant) {
	if t := s.open[at]; t != nil {
		t.end = max(t.last, began)
		s.open[at] = nil
	}
}

// ended takes in how a call ended, and returns what it was for, nil if that is
// not known.
func (s *story) ended(now engine.Instant, op engine.Op, err *adapter.Error) *request {
	r := s.asked[op]
	if r == nil {
		return nil
	}
	delete(s.asked, op)
	switch {
	case err == nil, err.Kind == adapter.NotFound, err.Kind == adapter.Conflict:
		s.over(r.side, now)
		s.good[r.side] = now
	case r.silent != nil:
		r.trouble = s.strikes(now, r.silent, r.side, &trouble{verb: scenarios.Partition})
		r.trouble.unsent = r.trouble.unsent || !err.Indefinite
	case err.Kind == adapter.Limited: // the exchange told of it
	default:
		s.failed(now, r, err)
	}
	return r
}

// failed takes in an answer that was an error.
func (s *story) failed(now engine.Instant, r *request, err *adapter.Error) {
	t := &trouble{status: err.Status}
	switch {
	case err.Status >= 500:
		t.verb = scenarios.ServerError
	case err.Kind == adapter.Unauthorized:
		t.verb, t.status = scenarios.TokenRevoke, 0
	case err.Kind == adapter.Forbidden:
		t.verb, t.status, t.what = scenarios.Permission, 0, err.Permission
		if t.what == "" {
			t.what = err.Field
		}
		if t.what == "" {
			t.what = r.verb
		}
	case err.Kind == adapter.Drift:
		s.leave("the schema of %s changed in %s: say how with a drift", r.side, err.Field)
		return
	case (err.Kind == adapter.Unavailable || err.Kind == adapter.Malformed) && r.answered:
		t.verb = scenarios.Truncate
	default:
		return // a refusal that comes of what was sent, or a call that failed by another's token
	}
	r.trouble = s.strikes(now, &exchange{admitted: max(now-engine.Instant(s.trip(r.side)), s.good[r.side])}, r.side, t)
}

// trip is how long an exchange with a system takes, as a rule.
func (s *story) trip(at mapping.Side) time.Duration {
	return median(s.trips[at])
}

// partingMost is how long before the end of a recording trouble may begin that
// is the end itself: connections that were cut because the process stopped.
const partingMost = time.Second

// parting reports whether trouble is no more than the end of the recording.
func (t *trouble) parting(end engine.Instant) bool {
	return t.end == 0 && len(t.doubts) == 0 && end.Sub(t.last) < partingMost && t.count < 3
}

// step is the fault as a scenario says it.
func (t *trouble) step(end engine.Instant) scenarios.Step {
	step := scenarios.NewStep(t.verb)
	if t.verb.Group() == scenarios.Network {
		step.Between = [2]string{"engine", t.side.String()}
	} else {
		step.On = t.side.String()
	}
	until := t.end
	if until == 0 {
		until = end
	}
	// Half of the way from the last that went wrong to the first that did not.
	until = t.last + (until-t.last)/2
	step.For = scenarios.Duration(max(until.Sub(t.begin), time.Millisecond).Truncate(time.Microsecond))
	moment := "before"
	if t.arrived {
		moment = "after"
	}
	switch t.verb {
	case scenarios.Throttle:
		step.Retry, step.Count = t.retry, t.count
	case scenarios.ServerError:
		step.Status, step.Count, step.When = t.status, t.count, moment
	case scenarios.Permission:
		step.What = t.what
	case scenarios.Partition:
		switch {
		case t.arrived:
			step.Way = "response"
		case !t.unsent:
			step.Way = "request"
		}
	}
	return step
}
