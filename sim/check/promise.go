package check

import "github.com/syncproof/syncproof/sim/trace"

// promise is what the table allowed of a field when a decision that rested on
// no base began to be written: the write to the other side may come when that
// one has changed in other fields since (CR-12).
type promise struct {
	values [2]string // of the two sides, as they were decided on
	wins   [2]bool
}

// keeps says that a side may still win by a promise: neither value has changed.
func (p promise) keeps(winner int, loses, wins string) bool {
	return p.wins[winner] && p.values[winner] == wins && p.values[1-winner] == loses
}

// held says that a side held a value when it was decided on: what is empty there
// since was cleared by somebody.
func (p promise) held(side int, f *field) bool {
	return p.values[side] != "" && p.values[side] != f.empty()
}

// promise notes what a write leaves apart on its way between the states that
// explain it.
func (s *story) promise(w *write, n *node, partner []int) {
	if w.verb != trace.Update || !s.base[cc].mayBeNone() || !s.base[crm].mayBeNone() {
		return
	}
	for _, t := range s.targets(n.side, s.m.sentAt(w.ev)) {
		for _, o := range partner {
			s.promiseFields(n, t, o)
		}
	}
}

func (s *story) promiseFields(n *node, t, o int) {
	side, other := n.side, 1-n.side
	res := s.table(side, t, o)
	for f, fd := range s.p.fields.list {
		var now promise
		now.values[side], now.values[other] = n.states[t].content[f], s.p.node(other).states[o].content[f]
		if !fd.twoWay() || fd.agree(now.values[side], now.values[other]) || !s.base[cc].none(f) || !s.base[crm].none(f) {
			continue
		}
		if before := s.promised[f]; before.values == now.values {
			now.wins = before.wins
		}
		for k := range now.wins {
			now.wins[k] = now.wins[k] || res.wins[k]
		}
		if s.promised == nil {
			s.promised = map[int]promise{}
		}
		s.promised[f] = now
	}
}
