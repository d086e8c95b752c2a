package engine

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// flag parks a record for a person: nothing of it is written automatically
// but its status, until somebody decides (CR-10).
func (c *Core) flag(w *work, rec *Record, rule, why string) {
	rec.Flag = &FlagState{Rule: rule, Why: why, State: stateToken(w), Since: c.now, Sides: c.shown(w)}
	c.park(w, rec)
}

func (c *Core) park(w *work, rec *Record) {
	f := rec.Flag
	rec.Status, rec.Intent, rec.Failure = Flagged, nil, nil
	rec.Decisions++
	if f.Mass == 0 {
		c.tellOf(rec, Message{
			Topic: "flagged", Ref: someRef(rec, w), Text: f.Rule + ": " + f.Why,
			Do: "decide which side is right; nothing is written to the record until then",
		})
	}
	entry := LedgerEntry{Key: rec.Key, Number: rec.Decisions, At: c.now, Rule: f.Rule, Why: f.Why, Winner: resolve.None, Status: Flagged}
	c.mark(w, rec, c.statusSteps(w, rec, Flagged), Append{entry})
}

// flagUnlinked parks a record whose link is in doubt.
func (c *Core) flagUnlinked(w *work, rule, why string) {
	c.unfollow(w)
	rec := c.recordOf(w)
	if other := w.ref.Side.Other(); w.rec == nil || w.rec.ID[other] == "" {
		rec.ID[other] = "" // the doubtful reference is not made a link
	}
	c.recoverIntent(w, rec)
	if rec.Flag != nil && rec.Flag.Rule == rule {
		c.keepFlag(w, rec)
		return
	}
	c.flag(w, rec, rule, why)
}

// unfollow takes back that the link followed a merge: the survivor is not this
// record's.
func (c *Core) unfollow(w *work) {
	if !w.followed {
		return
	}
	for side, id := range w.followedFrom.ID {
		if id != w.rec.ID[side] {
			w.sides[side] = sideReading{done: true}
		}
	}
	w.rec, w.followed = w.followedFrom, false
}

// shown is what a console shows of the two readings.
func (c *Core) shown(w *work) [2]Base {
	var sides [2]Base
	for side := range sides {
		s := &w.sides[side]
		sides[side] = Base{Known: true, Present: s.present, Content: s.content, Version: s.version, Edit: s.edit}
	}
	return sides
}

// liftFlag reports whether a flag has lost its reason: the sides came to
// agree, the link is no longer in doubt, or paused deletions were approved.
func (c *Core) liftFlag(w *work, rec *Record) bool {
	cc, crm := &w.sides[mapping.CC], &w.sides[mapping.CRM]
	switch {
	case c.approvedMass(rec.Flag):
		w.approved = true
		return true
	case rec.Flag.Rule == "CR-14",
		!cc.present && !crm.present,
		cc.present && crm.present && c.of(w).agree(cc, crm) && !c.stillAsks(w, rec):
		rec.Flag = nil
		return true
	}
	return false
}

// stillAsks reports whether the sides, which agree in every two-way field, would
// be flagged again for the same reason: an edit on the wrong side of a one-way
// field still stands (FC-2). The person was told of it.
func (c *Core) stillAsks(w *work, rec *Record) bool {
	d := c.cfg.Resolver(c.input(w, rec))
	return d.Action == resolve.Flag && d.Rule == rec.Flag.Rule
}

// approvedMass reports whether a flag waited for the approval of a mass delete
// that a person has given.
func (c *Core) approvedMass(f *FlagState) bool { return f.Mass > 0 && f.Mass <= c.deletes.Approved }

// agree reports whether two readings hold the same in every two-way field.
func (o *object) agree(a, b *sideReading) bool {
	for i := range o.traits {
		if o.traits[i].OneWay == resolve.None && a.content[i] != b.content[i] {
			return false
		}
	}
	return true
}

// keepFlag notes the state that a parked record has come to, so that a
// decision on the earlier one is refused.
func (c *Core) keepFlag(w *work, rec *Record) {
	if token := stateToken(w); token != rec.Flag.State {
		f := *rec.Flag
		f.State, f.Sides = token, c.shown(w)
		rec.Flag = &f
	}
	if rec.Flag != nil {
		rec.Status = Flagged
	}
	if steps := c.statusSteps(w, rec, Flagged); len(steps) > 0 {
		c.mark(w, rec, steps)
		return
	}
	var ops []StoreOp
	if !sameRecord(rec, w.rec) {
		ops = append(ops, PutRecord{rec})
	}
	c.end(w, append(ops, Done{w.key, w.generation})...)
}

// onReviewed makes a person's word durable; it is judged against the record's
// state when its turn comes. A retry needs no judgement.
func (c *Core) onReviewed(e Reviewed) {
	if w := c.holder[e.Ref]; w != nil && c.stillMarks(w) {
		w.yields = true // to the decision: nothing waits for a person any more
	}
	review := e
	c.persist(pending{kind: pendingNotices}, Enqueue{Ref: e.Ref, Lane: Fresh, Review: &review})
	if e.Letter == RetryLetter {
		c.replyWhenDurable(e.Token)
	}
}

// carryReview carries a person's decision out, or refuses it because the
// state has moved on (CR-10). A refused one leaves the queue before anything
// else is done, so that no later life judges it anew.
func (c *Core) carryReview(w *work, rec *Record) {
	r := w.review
	why := c.refusal(w, rec, r)
	var d resolve.Decision
	if why == "" || w.carriesOn {
		d = c.reviewed(w, r, c.input(w, rec))
		w.goOn(&d)
		why = c.unfit(w, rec, r, d)
	}
	if why != "" {
		w.refused = why
		c.end(w, Enqueue{Ref: w.ref, Lane: Fresh}, Done{w.key, w.generation})
		return
	}
	c.reply(w, true, "")
	c.execute(w, rec, d, c.sentence(w, r))
}

// goOn keeps the version of a decision that was interrupted between its writes,
// and leaves the side alone that has all of it: however often it is tried, no
// side is written twice for one word (spec: no-loop).
func (w *work) goOn(d *resolve.Decision) {
	stored := max(w.sides[mapping.CC].version, w.sides[mapping.CRM].version)
	if !w.carriesOn || stored > w.carries || d.Action != resolve.Merge {
		return
	}
	d.Version = w.carries
	for side := range d.Writes {
		if write := &d.Writes[side]; len(write.Fields) == 0 && !write.Create && w.sides[side].version == w.carries {
			write.Needed = false
		}
	}
}

// unfit says why a system cannot take what a restore would give it, or that it
// holds it, "" if it can. The record is in step as it is: it stays so, and is no dead letter.
func (c *Core) unfit(w *work, rec *Record, r *Reviewed, d resolve.Decision) string {
	if !r.Restore || w.carriesOn {
		return ""
	}
	if !d.Writes[0].Create && !d.Writes[1].Create && len(d.Writes[0].Fields)+len(d.Writes[1].Fields) == 0 {
		return "the record holds what would be restored"
	}
	for _, side := range c.writeOrder(w, d) {
		if _, problem := c.stepFor(w, rec, d, side); problem != nil {
			return side.String() + " cannot take " + problem.String()
		}
	}
	return ""
}

// sentence says for the ledger what a person decided.
func (c *Core) sentence(w *work, r *Reviewed) string {
	var what []string
	if r.Choose <= mapping.CRM && !r.Restore {
		what = append(what, "chose "+r.Choose.String())
	}
	if len(r.Set) > 0 {
		names := make([]string, len(r.Set))
		for i, set := range r.Set {
			names[i] = c.of(w).mapping.Fields[set.Index].Name
		}
		verb := "wrote "
		if r.Restore {
			verb = "restored "
		}
		what = append(what, verb+strings.Join(names, ", "))
	}
	return r.person() + " " + strings.Join(what, " and ")
}

// person names for the ledger who decided.
func (r *Reviewed) person() string {
	if r.By == "" {
		return "a person"
	}
	return r.By
}

// same reports whether two are one decision of one person.
func (r *Reviewed) same(other *Reviewed) bool {
	return r != nil && other != nil && r.Ref == other.Ref && r.State == other.State && r.By == other.By &&
		r.Choose == other.Choose && r.Restore == other.Restore && slices.Equal(r.Set, other.Set)
}

// Restorable identifies the state that a restore of an overwritten value is
// given on: the version that both sides have, or are about to get. One that was
// given before a later edit is refused, like other decisions (CR-10, CR-11).
func (r *Record) Restorable() string {
	version := max(r.Base[mapping.CC].Version, r.Base[mapping.CRM].Version)
	if r.Intent != nil {
		version = max(version, r.Intent.Version)
	}
	return restorable(version)
}

func restorable(version int64) string { return strconv.FormatInt(version, 10) }

// refusal says why a decision is not carried out, "" if it can be.
func (c *Core) refusal(w *work, rec *Record, r *Reviewed) string {
	cc, crm := &w.sides[mapping.CC], &w.sides[mapping.CRM]
	switch {
	case r.Restore && !(cc.present && crm.present && cc.version == crm.version && equalContent(cc.content, crm.content)):
		return "the record is not in sync: restore when it is"
	case r.Restore && r.State != "" && r.State != restorable(cc.version):
		return "the record has changed since: look at it again"
	case r.Restore:
		return ""
	case rec.Flag == nil:
		return "the record is not flagged any more"
	case rec.Flag.Rule == "CR-14":
		return "resolve the duplicate records first: " + rec.Flag.Why
	case rec.Flag.State != r.State || stateToken(w) != r.State:
		return "the record has changed since: look at it again"
	case rec.Flag.Mass > 0:
		return "approve or refuse the mass delete as a whole"
	}
	return ""
}

// reviewed is the decision that a person's choice amounts to: one side as a
// whole, or values given one by one on top of a side.
func (c *Core) reviewed(w *work, r *Reviewed, in resolve.Input) resolve.Decision {
	if len(r.Set) == 0 && r.Choose <= mapping.CRM {
		return resolve.Choose(in, resolve.Side(r.Choose))
	}
	d := resolve.Decision{Action: resolve.Merge, Rule: "CR-10", Status: resolve.Overwritten, Winner: resolve.None}
	if r.Restore {
		d.Rule = "CR-11"
	}
	from := mapping.CC
	if r.Choose == mapping.CRM || !w.sides[from].present {
		from = mapping.CRM
	}
	for side := range in.Sides {
		d.Version = max(d.Version, in.Sides[side].Version+1, in.Bases[side].Version+1)
	}
	d.Result = slices.Clone(w.sides[from].content)
	for _, set := range r.Set {
		d.Result[set.Index] = set.Value
	}
	for side := range w.sides {
		c.of(w).reviewWrite(&d, resolve.Side(side), &w.sides[side])
	}
	return d
}

func (o *object) reviewWrite(d *resolve.Decision, side resolve.Side, s *sideReading) {
	write := &d.Writes[side]
	write.Needed = true
	if !s.present {
		write.Create, d.Action = true, resolve.Recreate
		return
	}
	for i, value := range s.content {
		if value == d.Result[i] || oneWayAgainst(o.mapping.Fields[i].Direction, mapping.Side(side)) {
			continue
		}
		write.Fields = append(write.Fields, i)
		if value != "" {
			d.Lost = append(d.Lost, resolve.Loss{Field: i, Side: side, Value: value, Rule: d.Rule})
		}
	}
}

// massDeletePaused counts a deletion that is about to travel, and parks it
// when too many did within the window: then a person is asked once (CR-13).
func (c *Core) massDeletePaused(w *work, rec *Record) bool {
	if w.approved || w.counted {
		return false
	}
	if !c.deletes.paused() {
		var recent []Instant
		for _, at := range c.deletes.Recent {
			if c.now.Sub(at) < c.cfg.MassDeleteWindow {
				recent = append(recent, at)
			}
		}
		recent = append(recent, c.now)
		c.deletes.Recent = recent
		w.counted = true
		if len(c.deletes.Recent) <= c.cfg.MassDelete {
			// With the intent, in one batch: after a crash between the two the
			// deletion would count twice.
			w.extra = append(w.extra, c.deletes)
			return false
		}
		c.deletes.Number++
		c.out.add(Tell{Message{
			ID: "mass-delete/" + strconv.Itoa(int(c.deletes.Number)), Topic: "mass-delete",
			Text: "more deletions than allowed within " + c.cfg.MassDeleteWindow.String() + ": further ones wait",
			Do:   "approve them if they are meant; until then nothing more is deleted",
		}})
		c.persist(pending{kind: pendingOther}, c.deletes)
	}
	rec.Flag = &FlagState{
		Rule: "CR-13", Why: "a mass delete waits for approval", State: stateToken(w), Since: c.now,
		Mass: c.deletes.Number, Sides: c.shown(w),
	}
	c.park(w, rec)
	return true
}

func (c *Core) onApproved(e Approved) {
	if !c.deletes.paused() {
		if e.Token != 0 {
			c.out.add(Reply{Token: e.Token, Why: "no mass delete waits for approval"})
		}
		return
	}
	c.deletes.Recent, c.deletes.Approved = nil, c.deletes.Number
	for _, key := range slices.Sorted(maps.Keys(c.work)) {
		c.unflag(c.work[key])
	}
	c.persist(pending{kind: pendingNotices}, c.deletes, EnqueueAll{Lane: Fresh, Mass: true})
	if e.Token != 0 {
		c.replyWhenDurable(e.Token)
	}
}

// unflag takes the status back that is about to show that w waits for the mass
// delete which was just approved, if that has not left yet.
func (c *Core) unflag(w *work) {
	if w.plan != nil && w.plan.rec.Flag != nil && c.approvedMass(w.plan.rec.Flag) && c.stillMarks(w) {
		w.yields = true
	}
}

// stillMarks reports whether the status that shows a flag is about to be written,
// and takes it back where it waits for its turn.
func (c *Core) stillMarks(w *work) bool {
	if w.plan == nil || w.plan.rec.Intent != nil || w.plan.rec.Flag == nil {
		return false
	}
	return w.phase == intending || w.phase == writing && c.recallWrite(w, w.plan.steps[w.step].side)
}
