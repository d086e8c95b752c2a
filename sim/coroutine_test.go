package sim

import (
	"errors"
	"slices"
	"testing"
)

// pool is a world with nothing in it but tasks.
func pool() (*World, *tasks) {
	p := &tasks{}
	return &World{host: &host{tasks: p}}, p
}

func drain(w *World) {
	for h, ok := w.agenda.next(); ok; h, ok = w.agenda.next() {
		w.happen(h)
	}
}

func TestTasksAreReusedOneAfterTheOther(t *testing.T) {
	_, p := pool()
	defer p.close()
	var order []string
	p.start(1, 0, func() { order = append(order, "a") })
	first := p.free[0]
	p.start(2, 1, func() { order = append(order, "b") })
	if len(p.free) != 1 || p.free[0] != first || len(p.live) != 0 {
		t.Errorf("%d free, %d live: the coroutine was not used again", len(p.free), len(p.live))
	}
	var waiting *task
	p.start(3, 0, func() {
		waiting = p.current
		order = append(order, "c waits")
		if !waiting.park() {
			t.Error("c was killed")
		}
		order = append(order, "c goes on")
	})
	p.start(4, 0, func() { order = append(order, "d") })
	if waiting != first || !waiting.parked {
		t.Error("the waiting job does not hold the first coroutine")
	}
	p.resume(waiting)
	if want := []string{"a", "b", "c waits", "d", "c goes on"}; !slices.Equal(order, want) {
		t.Errorf("got %v, want %v", order, want)
	}
	if p.current != nil || len(p.free) != 2 {
		t.Errorf("at the end task %v runs, %d are free", p.current, len(p.free))
	}
}

func TestKillEndsWhatWaits(t *testing.T) {
	_, p := pool()
	var waiting *task
	ended := ""
	p.start(1, 0, func() {
		waiting = p.current
		if waiting.park() {
			ended = "resumed"
			return
		}
		ended = "killed"
		if waiting.park() {
			ended = "waited again after its death"
		}
	})
	p.kill()
	if ended != "killed" {
		t.Errorf("the job ended %q", ended)
	}
	p.resume(waiting) // an answer that comes too late
	if ended != "killed" || len(p.live) != 0 || len(p.free) != 0 {
		t.Errorf("%q, %d live, %d free: a dead task came back", ended, len(p.live), len(p.free))
	}
}

func TestFlightSharesOneExecution(t *testing.T) {
	w, p := pool()
	defer p.close()
	f := &flight{pool: p, world: w, calls: map[string]*shared{}}
	runs := 0
	var leader *task
	var got []string
	for op := range uint64(3) {
		p.start(op, 0, func() {
			v, err := f.Do("token", func() (string, error) {
				runs++
				leader = p.current
				if !leader.park() {
					return "", errKilled
				}
				return "secret", nil
			})
			if err != nil {
				v = err.Error()
			}
			got = append(got, v)
		})
	}
	p.resume(leader)
	drain(w)
	if want := []string{"secret", "secret", "secret"}; runs != 1 || !slices.Equal(got, want) {
		t.Errorf("%d runs gave %v", runs, got)
	}
	p.start(2, 0, func() {
		if v, _ := f.Do("token", func() (string, error) { return "next", nil }); v != "next" {
			t.Errorf("a later call got %q", v)
		}
	})
}

// TestFlightIsNotBoardedByTheDead: a call that dies while it waits for something
// else asks for a token on its way out, and gets none.
func TestFlightIsNotBoardedByTheDead(t *testing.T) {
	w, p := pool()
	f := &flight{pool: p, world: w, calls: map[string]*shared{"token": {}}}
	var got error
	p.start(1, 0, func() {
		p.current.park()
		_, got = f.Do("token", func() (string, error) { return "secret", nil })
	})
	p.close()
	drain(w)
	if !errors.Is(got, errKilled) {
		t.Errorf("the dead call got %v", got)
	}
}

// TestFlightDiesWithItsProcess: those who wait for a dead leader die too, and
// the next process flies anew.
func TestFlightDiesWithItsProcess(t *testing.T) {
	w, p := pool()
	f := &flight{pool: p, world: w, calls: map[string]*shared{}}
	var errs []error
	for op := range uint64(3) {
		p.start(op, 0, func() {
			_, err := f.Do("token", func() (string, error) {
				if !p.current.park() {
					return "", errKilled
				}
				return "secret", nil
			})
			errs = append(errs, err)
		})
	}
	p.close()
	drain(w)
	if len(errs) != 3 || slices.ContainsFunc(errs, func(err error) bool { return !errors.Is(err, errKilled) }) {
		t.Fatalf("the calls ended with %v", errs)
	}
	next := &tasks{}
	defer next.close()
	g := &flight{pool: next, world: w, calls: map[string]*shared{}}
	next.start(1, 0, func() {
		if v, err := g.Do("token", func() (string, error) { return "fresh", nil }); v != "fresh" || err != nil {
			t.Errorf("the next process got %q, %v", v, err)
		}
	})
}
