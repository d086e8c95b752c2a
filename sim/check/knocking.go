package check

import (
	"net/http"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

// mostWaiting is how many requests may stand at the gate of one system, with a
// token already in hand, when the token is found dead.
const mostWaiting = 64

// mostProbes is how many requests of a kind may leave besides one for each
// step of the retry schedule, once a permission is known to be missing.
const mostProbes = 8

// knocking follows requests that are sent on although the engine has been told
// that they are refused: with a token that a 401 has shown dead (RL-5), and of
// a kind for which a 403 named a missing permission (RL-6).
type knocking struct {
	m         *model
	asking    [2]bool  // a token exchange is under way
	exchanged [2]int32 // index at which the last token was received, -1
	dead      [2]int32 // index of the 401 after which no token was asked for, -1
	sent      [2]int
	denied    map[kind]*denial
}

// kind is what a permission allows: a method on one system.
type kind struct {
	side   int
	method string
}

type denial struct {
	first   int32 // index of the first refusal
	refused int
	told    bool
}

func newKnocking(m *model) *knocking {
	return &knocking{m: m, exchanged: [2]int32{-1, -1}, dead: [2]int32{-1, -1}, denied: map[kind]*denial{}}
}

// restarted forgets what a process knew that has died.
func (k *knocking) restarted() {
	k.dead, k.asking = [2]int32{-1, -1}, [2]bool{}
	clear(k.denied)
}

// sends takes a request of the engine's.
func (k *knocking) sends(t *tally, i int32, e *trace.Event) {
	side := sideOf(e.On)
	if tokenPath(e.Path) {
		k.asking[side], k.dead[side] = true, -1
		return
	}
	if k.dead[side] < 0 {
		return
	}
	if k.sent[side]++; k.sent[side] == mostWaiting+1 {
		t.fail("", []uint64{k.m.op(k.dead[side]), e.Op}, "%s refused the token at %s, and %d requests were sent since without a new one being asked for (RL-5)",
			e.On, clockText(k.m.ev[k.dead[side]].At), k.sent[side])
	}
}

// lost takes an exchange that has no answer.
func (k *knocking) lost(e *trace.Event) {
	if c := k.m.exchange(e.Call); c != nil && c.send > 0 && tokenPath(k.m.ev[c.send-1].Path) {
		k.asking[sideOf(e.On)] = false
	}
}

// receives takes an answer, as the engine had it.
func (k *knocking) receives(t *tally, i int32, e *trace.Event) {
	c := k.m.exchange(e.Call)
	if c == nil || c.send == 0 {
		return
	}
	side := sideOf(e.On)
	sent := &k.m.ev[c.send-1]
	if tokenPath(sent.Path) {
		k.asking[side] = false
		if e.Status/100 == 2 {
			k.exchanged[side] = i
		}
		return
	}
	switch {
	case e.Status == 401 && !k.asking[side] && k.exchanged[side] >= 0 && k.exchanged[side] < c.send-1 && k.dead[side] < 0:
		k.dead[side], k.sent[side] = i, 0
	case e.Status/100 == 2 && c.send-1 > k.dead[side]:
		k.dead[side] = -1 // the token lives: an older one had been refused
	}
	if sent.Method == http.MethodGet {
		return
	}
	what := kind{side, sent.Method}
	switch {
	case e.Status == 403 && !k.m.saysLimit(e):
		k.denies(t, what, i, c.send-1)
	case e.Status/100 == 2:
		delete(k.denied, what)
	}
}

func (k *knocking) denies(t *tally, what kind, i, sent int32) {
	d := k.denied[what]
	if d == nil {
		k.denied[what] = &denial{first: i}
		return
	}
	if sent < d.first || d.told {
		return // it was in flight
	}
	d.refused++
	since := time.Duration(k.m.ev[sent].At - k.m.ev[d.first].At)
	if most := mostProbes + 2*k.m.set.steps(since); d.refused > most {
		d.told = true
		t.fail("", []uint64{k.m.op(d.first), k.m.op(sent)}, "%s refused a %s at %s for want of a permission, and in the %s since then %d more were sent and refused; the schedule explains %d (RL-6)",
			sideNames[what.side], what.method, clockText(k.m.ev[d.first].At), since.Round(time.Millisecond), d.refused, most)
	}
}

// steps is how many attempts the retry schedule allows within a time.
func (s *settings) steps(within time.Duration) int {
	n := 0
	for wait := s.base; within >= wait && wait > 0; {
		if wait >= s.cap {
			return n + int(within/wait)
		}
		n++
		within -= wait
		wait = min(wait*time.Duration(max(s.factor, 1)), s.cap)
		if s.factor <= 1 {
			return n + int(within/wait)
		}
	}
	return n
}

func tokenPath(path string) bool {
	return strings.Contains(path, "oauth") && strings.Contains(path, "token")
}
