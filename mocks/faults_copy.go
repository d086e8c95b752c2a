package mocks

import "slices"

// Clone is an independent copy.
func (f *Faults) Clone() Faults {
	out := *f
	out.Throttle = copied(f.Throttle)
	out.Quota = copied(f.Quota)
	out.DailyRemaining = copied(f.DailyRemaining)
	out.Error = copied(f.Error)
	out.Revoked = slices.Clone(f.Revoked)
	out.Drift = slices.Clone(f.Drift)
	return out
}

func copied[T any](p *T) *T {
	if p == nil {
		return nil
	}
	out := *p
	return &out
}

// Print appends what is switched on. InProgress and LongRunning are left out:
// the network sets them before each exchange.
func (f *Faults) Print(p *Print) {
	p.Flag(f.Throttle != nil, f.Quota != nil, f.DailyRemaining != nil, f.Error != nil, f.AuthDown, f.FeedHides, f.MuteNotices)
	if t := f.Throttle; t != nil {
		p.Int(int64(t.Every))
		p.Int(int64(t.Left))
		p.Int(int64(t.turn()))
		p.Text(t.RetryAfter)
	}
	if q := f.Quota; q != nil {
		p.Int(int64(q.Requests))
		p.Int(int64(q.Per))
		p.Text(q.RetryAfter)
		p.Flag(q.Headers)
	}
	if left := f.DailyRemaining; left != nil {
		p.Int(int64(*left))
	}
	if e := f.Error; e != nil {
		p.Int(int64(e.Status))
		p.Int(int64(e.Left))
		p.Flag(e.AfterCommit)
		p.Texts(e.Methods)
	}
	p.Int(int64(f.MaxConcurrent))
	p.Int(int64(f.TokenLife))
	p.Text(f.ChangeEvents)
	p.Texts(f.Revoked)
	p.Int(int64(len(f.Drift)))
	for i := range f.Drift {
		f.Drift[i].encode(p)
	}
	if f.LocalTimes != nil {
		p.Text(f.LocalTimes.String())
	} else {
		p.Text("")
	}
}

// turn is where in its cycle of Every requests the throttle stands.
func (t *Throttle) turn() int {
	if t.Every <= 1 {
		return 0
	}
	return t.seen % t.Every
}

func (d *Drift) encode(p *Print) {
	p.Text(d.Object.journaled() + d.Field)
	p.Text(d.Rename)
	p.Flag(d.Remove)
	p.Text(d.Retype)
	p.Int(int64(d.Length))
	p.Texts(d.Values)
}
