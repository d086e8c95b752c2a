package sim

import (
	"errors"
	"iter"
)

// task is one blocking call of an adapter, run as a coroutine: it runs until
// it waits for the network, and goes on when the world resumes it. Exactly one
// task runs at a time, so a run has one order.
type task struct {
	pool   *tasks
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	job    func()
	parked bool // waits inside a call; false when it is between jobs
	killed bool
	op     uint64 // the engine's effect it works on
	side   int
	denied bool   // the core refused the exchange that was asked for
	call   uint64 // the admitted exchange under way, 0 if none
}

// errKilled is what a call sees of its process's death.
var errKilled = errors.New("the process died")

// tasks keeps coroutines for reuse: starting one costs more than a switch.
type tasks struct {
	free    []*task
	live    []*task // with a job under way
	current *task
}

// start runs job until it first waits.
func (p *tasks) start(op uint64, side int, job func()) {
	var t *task
	if n := len(p.free); n > 0 {
		t, p.free = p.free[n-1], p.free[:n-1]
	} else {
		t = p.create()
	}
	t.job, t.op, t.side = job, op, side
	p.live = append(p.live, t)
	p.resume(t)
}

func (p *tasks) create() *task {
	t := &task{pool: p}
	t.next, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		t.yield = yield
		for {
			t.job()
			t.job = nil
			if t.killed || !yield(struct{}{}) {
				return
			}
		}
	})
	return t
}

// working is the task that works on an effect, nil if none does.
func (p *tasks) working(op uint64) *task {
	for _, t := range p.live {
		if t.op == op {
			return t
		}
	}
	return nil
}

// resume lets a task run until it waits again or its job is done.
func (p *tasks) resume(t *task) {
	if t.killed {
		return
	}
	before := p.current
	p.current = t
	t.parked = false
	t.next()
	p.current = before
	if t.job == nil && !t.killed {
		p.release(t)
	}
}

func (p *tasks) release(t *task) {
	for i, other := range p.live {
		if other == t {
			p.live[i] = p.live[len(p.live)-1]
			p.live = p.live[:len(p.live)-1]
			break
		}
	}
	p.free = append(p.free, t)
}

// park waits inside a call until somebody resumes the task; false means that
// the process died meanwhile.
func (t *task) park() bool {
	if t.killed {
		return false
	}
	t.parked = true
	return t.yield(struct{}{}) && !t.killed
}

// kill ends every task that has a job under way, as the death of its process
// does. What it put on the wire travels on.
func (p *tasks) kill() {
	dying := p.live
	p.live = nil
	for _, t := range dying {
		t.killed = true
		t.stop()
	}
}

// close ends the coroutines that are between jobs.
func (p *tasks) close() {
	p.kill()
	for _, t := range p.free {
		t.stop()
	}
	p.free = nil
}

// flight lets overlapping calls with one key share an execution: cooperative
// single flight (adapter.Flight).
type flight struct {
	pool  *tasks
	world *World
	calls map[string]*shared
}

type shared struct {
	waiting []*task
	done    bool
	value   string
	err     error
}

func (f *flight) Do(key string, fn func() (string, error)) (string, error) {
	t := f.pool.current
	if t == nil || t.killed {
		return "", errKilled // the process died while the call held something else
	}
	if s := f.calls[key]; s != nil {
		s.waiting = append(s.waiting, t)
		for !s.done {
			if !t.park() {
				return "", errKilled
			}
		}
		return s.value, s.err
	}
	s := &shared{}
	f.calls[key] = s
	s.value, s.err = fn()
	s.done = true
	delete(f.calls, key)
	for _, t := range s.waiting {
		f.world.soon(happening{what: goesOn, life: f.world.host.life, id: t.op})
	}
	return s.value, s.err
}
