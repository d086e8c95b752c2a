package check

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/sim/trace"
)

// outcomes is the set of results that the table of CR-4 to CR-7 gives for one
// conflict, over every reading of versions, times and origins that the
// journal leaves open.
type outcomes struct {
	wins [2]bool   // that side's content may win
	flag bool      // the record may be flagged for review
	rule string    // the rule of the first reading
	by   [2]string // the rule of the first reading that lets that side win
	seen bool
}

func (o *outcomes) add(rule string) {
	if !o.seen {
		o.rule, o.seen = rule, true
	}
}

func (o *outcomes) win(side int, rule string) {
	o.add(rule)
	o.wins[side], o.by[side] = true, or(o.by[side], rule)
}

// only says that flagging is the one allowed result.
func (o *outcomes) onlyFlag() bool { return o.flag && !o.wins[cc] && !o.wins[crm] }

// moment is a time that a system may report for its last foreign change.
type moment struct {
	ns    int64
	known bool
}

// version is a stored version and the index of the commit that stored it.
type version struct {
	v  int64
	ev int32
}

// side of a conflict as the table sees it.
type contender struct {
	// versions: the one stored with the last foreign change, and a later one
	// if the engine wrote content there since.
	versions []version
	moments  []moment
	origins  []int // rank: 0 agent, 1 user, 2 system
}

// decide is the table.
func (s *settings) decide(a [2]contender, bases [2]*base) outcomes {
	var o outcomes
	for _, x := range a[cc].versions {
		for _, y := range a[crm].versions {
			for _, v := range s.effective([2]version{x, y}, bases) {
				switch {
				case v[cc] > v[crm]:
					o.win(cc, "CR-4")
				case v[crm] > v[cc]:
					o.win(crm, "CR-4")
				default:
					s.byTime(&o, a)
				}
			}
		}
	}
	return o
}

// effective gives the pairs of effective versions (DM-8) that the bases allow.
func (s *settings) effective(stored [2]version, bases [2]*base) [][2]int64 {
	equal := [2]int64{}
	moved := [2]int64{stored[cc].v, stored[crm].v}
	if s.versionsOpen {
		return [][2]int64{moved, equal}
	}
	if !s.trigger[cc] || !s.trigger[crm] {
		return [][2]int64{equal}
	}
	var pairs [][2]int64
	add := func(p [2]int64) {
		if !slices.Contains(pairs, p) {
			pairs = append(pairs, p)
		}
	}
	both, either := true, false // both sides may have moved; one may not have
	for side := range stored {
		may, mayNot := bases[side].movedTo(stored[side])
		both, either = both && may, either || mayNot
	}
	if both {
		add(moved)
	}
	if either {
		add(equal)
	}
	return pairs
}

// byTime is CR-5 to CR-7, over the times that may have been reported.
func (s *settings) byTime(o *outcomes, a [2]contender) {
	for _, x := range a[cc].moments {
		for _, y := range a[crm].moments {
			if !x.known || !y.known {
				if s.tolerance == 0 {
					// Nothing counts as simultaneous, and yet an unknown time
					// does (DM-10): both readings stand.
					o.win(s.first(), "CR-7")
				}
				s.simultaneously(o, a)
				continue
			}
			res := int64(s.resolution)
			tx, ty := floor(x.ns, res), floor(y.ns, res)
			diff := max(tx-ty, ty-tx)
			switch {
			case diff == 0:
				o.win(s.first(), "CR-7")
			case diff >= int64(s.tolerance):
				later := cc
				if ty > tx {
					later = crm
				}
				o.win(later, "CR-5")
			default:
				s.simultaneously(o, a)
			}
		}
	}
}

// floor is the start of ns's interval of length step, for either sign.
func floor(ns, step int64) int64 {
	r := ns % step
	if r < 0 {
		r += step
	}
	return ns - r
}

// simultaneously is CR-6 under the scenario's policy. A merge goes by origin
// for each field that both changed, which is the hierarchy's order.
func (s *settings) simultaneously(o *outcomes, a [2]contender) {
	if s.simultaneous == "review" {
		o.add("CR-6")
		o.flag = true
		return
	}
	for _, x := range a[cc].origins {
		for _, y := range a[crm].origins {
			winner := s.first()
			switch {
			case x < y:
				winner = cc
			case y < x:
				winner = crm
			}
			o.win(winner, "CR-6")
		}
	}
}

// first is the side with the lower priority id (CR-7).
func (s *settings) first() int {
	if s.priority[crm] < s.priority[cc] {
		return crm
	}
	return cc
}

var originRank = map[string]int{"agent": 0, "user": 1, "system": 2}

// contend describes a state as the table sees it: the version, the times that
// the system may have shown for its last change that was not the engine's,
// and the origins that are derivable from what is visible (DM-10).
func (m *model) contend(n *node, at int) contender {
	var c contender
	hidden, foreign := false, false
	for k := at; k >= 0; k-- {
		s := &n.states[k]
		if s.by == byEngine {
			if !hidden && !sameContent(n, k) {
				c.versions = append(c.versions, version{n.states[at].version, n.states[at].ev})
			}
			hidden = true
			continue
		}
		e := &m.ev[s.ev]
		c.moments = append(c.moments, moment{e.Stamp, e.Stamp != 0})
		if m.maskedBy(n, k) {
			c.moments = append(c.moments, moment{})
		}
		c.origins = m.origins(c.origins, n.side, e)
		if !foreign {
			c.versions = append(c.versions, version{s.version, s.ev})
		}
		foreign = true
		if e.Verb != trace.Touch && !sameContent(n, k) {
			break
		}
	}
	if hidden || len(c.moments) == 0 {
		c.moments = append(c.moments, moment{})
	}
	if len(c.versions) == 0 {
		c.versions = append(c.versions, version{n.states[at].version, n.states[at].ev})
	}
	if len(c.origins) == 0 {
		c.origins = []int{originRank["agent"], originRank["user"], originRank["system"]}
	}
	return c
}

// maskedBy says that automation changed a record within the instant, as the
// system tells time, of the engine's own write before it: it names no author,
// so that the engine's write shows as the last change and hides the time (DM-10).
func (m *model) maskedBy(n *node, k int) bool {
	if k == 0 || n.states[k-1].by != byEngine {
		return false
	}
	e, own := &m.ev[n.states[k].ev], &m.ev[n.states[k-1].ev]
	return e.Origin == "system" && e.Stamp == own.Stamp
}

// mistake adds what an engine makes of its own last write that it does not know
// any more: its version is the stored one, and nothing tells that it moved without
// content (DM-8); in a system that names no author it is a change like another
// (DM-10).
func (m *model) mistake(c *contender, n *node, at int) {
	s := &n.states[at]
	if s.by != byEngine {
		return
	}
	if v := (version{s.version, s.ev}); !slices.Contains(c.versions, v) {
		c.versions = append(c.versions, v)
	}
	if m.set.namesAuthor[n.side] {
		return
	}
	stamp := m.ev[s.ev].Stamp
	c.moments = append(c.moments, moment{stamp, stamp != 0})
	if usual := originRank[usualOrigin[n.side]]; !slices.Contains(c.origins, usual) {
		c.origins = append(c.origins, usual)
	}
}

// usualOrigin is that of a change of which a system shows no more than that it
// was made.
var usualOrigin = [2]string{"agent", "user"}

// sameContent says that a commit changed no mapped field.
func sameContent(n *node, k int) bool {
	return k > 0 && slices.Equal(n.states[k].content, n.states[k-1].content)
}

func (m *model) origins(have []int, side int, e *trace.Event) []int {
	add := func(rank int) {
		if !slices.Contains(have, rank) {
			have = append(have, rank)
		}
	}
	system, usual := &m.sc.Systems.CC, originRank[usualOrigin[side]]
	if side == crm {
		system = &m.sc.Systems.CRM
	}
	_, by, _ := strings.Cut(e.Actor, ":")
	listed := slices.Contains(system.Automation, by) || slices.Contains(system.Automation, e.Actor)
	// Neither vendor always shows who acted: what automation did may pass for
	// a person's change.
	if !listed || e.Origin == "system" {
		add(usual)
	}
	if rank, ok := originRank[e.Origin]; ok {
		add(rank)
	}
	if listed {
		add(originRank["system"])
	}
	return have
}
