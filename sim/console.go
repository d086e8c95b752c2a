package sim

import (
	"errors"
	"maps"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// decision is what a person decided at the engine's console, until the engine
// has answered. It outlives the process: the person looks again after a restart.
type decision struct {
	op          uint64 // of its Person event
	verb, alias string
	durable     bool
}

// errDown is what a person sees of a console without a process behind it.
var errDown = errors.New("the engine is down")

// decided journals a decision and keeps it until it is answered, under a
// token that no other life of the engine uses.
func (h *host) decided(e trace.Event) (token uint64) {
	h.lastReply++
	h.decisions[h.lastReply] = &decision{op: h.w.Emit(e), verb: e.Verb, alias: e.Alias}
	return h.lastReply
}

// reply gives a person the engine's answer.
func (h *host) reply(e engine.Reply) {
	d := h.decisions[e.Token]
	if d == nil {
		return
	}
	delete(h.decisions, e.Token)
	if !e.OK {
		h.w.Emit(trace.Event{
			Kind: trace.Person, On: trace.World, Verb: d.verb, Alias: d.alias, Cause: d.op, Code: "refused", Text: e.Why,
		})
	}
}

// approve is a person's answer to a paused mass delete.
func (w *World) approve(step *scenarios.Step) {
	h := w.host
	token := h.decided(trace.Event{
		Kind: trace.Person, On: trace.World, Verb: "approve", Alias: step.Record, Actor: step.By, Code: step.Choose,
	})
	if step.Choose != "approve" {
		delete(h.decisions, token) // nothing is asked of the engine: the records stay parked
		return
	}
	h.approvals = append(h.approvals, token)
	h.soon(engine.Approved{})
}

// noteApproved looks whether the core took an approval up; it has no other answer.
func (h *host) noteApproved() {
	for _, effect := range h.effects.List {
		if p, ok := effect.(engine.Persist); ok && slices.ContainsFunc(p.Batch.Ops, liftsMassDelete) {
			return
		}
	}
	h.answerApprovals(engine.Reply{Why: "no mass delete waits for approval"})
}

func liftsMassDelete(op engine.StoreOp) bool {
	all, ok := op.(engine.EnqueueAll)
	return ok && all.Mass
}

func (h *host) answerApprovals(answer engine.Reply) {
	for _, token := range h.approvals {
		answer.Token = token
		h.reply(answer)
	}
	h.approvals = h.approvals[:0]
}

// noteDurable takes down what a batch on the disk says of decisions.
func (h *host) noteDurable(b engine.Batch) {
	for _, op := range b.Ops {
		switch op := op.(type) {
		case engine.Enqueue:
			if op.Review == nil {
				continue
			}
			if d := h.decisions[op.Review.Token]; d != nil {
				d.durable = true
			}
		case engine.EnqueueAll:
			switch {
			case op.Mass:
				h.answerApprovals(engine.Reply{OK: true})
			case !op.Failed:
				h.w.noteAudit()
			}
		}
	}
}

// forgetDecisions tells people which of their decisions died with the process,
// or with its disk.
func (h *host) forgetDecisions(wiped bool) {
	for _, token := range slices.Sorted(maps.Keys(h.decisions)) {
		if wiped || !h.decisions[token].durable {
			h.reply(engine.Reply{Token: token, Why: "the engine died before the decision was durable"})
		}
	}
	h.approvals = h.approvals[:0]
}
