package engine

import (
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// phase is the explicit state of a record that is worked on (EV-6).
type phase uint8

const (
	unprepared phase = iota // a system's schema is not known yet
	doubting                // a system's schema is being looked at again
	waiting                 // another work holds a native id of this record
	reading                 // both sides are being read
	locating                // the other side is being looked for
	checking                // who holds the other side is being read
	intending               // the intended writes are being made durable
	verifying               // a side without conditional writes is read once more (EV-10)
	writing                 // a write is under way
	settling                // the result of one write is being made durable
	finishing               // the outcome and the end of the work are being made durable
)

var phaseNames = [...]string{"unprepared", "doubting", "waiting", "reading", "locating", "checking", "intending", "verifying", "writing", "settling", "finishing"}

func (p phase) String() string { return phaseNames[p] }

// work is one record in the working set. At most one work holds a record
// (EV-5): the queue leases by record, and claims on native ids settle the
// case of two references that turn out to be one record.
type work struct {
	key          string
	object       uint8 // index into the core's objects
	generation   uint64
	number       uint64 // in the order of beginning
	lane         Lane
	attempt      int
	ref          Ref    // what the notice named
	hint         string // what a notice said of the other side's id: to be checked
	other        string // the other side's id, once adopted for an unlinked record
	sure         bool   // the other side was found to be the only one that belongs
	mergedAway   string // what an unlinked record names, where that was merged into other
	followed     bool   // the link followed a merge, from what followedFrom holds
	followedFrom *Record
	merges       int // how many merges led from there to other
	review       *Reviewed
	refused      string // why review was not carried out, told when that is durable
	carried      bool   // review is carried out by the batch under way

	rec   *Record // nil while no durable record is known
	phase phase
	sides [2]sideReading
	open  int // answers that this phase waits for
	round int // how often the decision was made anew within this work
	plan  *plan
	step  int // index of the plan's current write

	doubts      [2]Instant        // when a reading called for a look at the side's schema, 0 if none did
	failures    [2]*adapter.Error // of the readings under way, by side
	looked      bool              // the store was asked who holds the other reference
	approved    bool              // a person let this deletion travel
	yields      bool              // it goes back to the queue, for a person has decided
	recalled    bool              // its write was taken back from the gate, to be verified again
	noticed     bool              // a notice came while it was verified: that reading may be from before
	reserves    bool              // a request of the window on side reserved is kept for its write
	reserved    mapping.Side
	dropped     bool      // an intent's writes were given up, which is not durable yet
	outdated    bool      // a notice came since it was read, and nothing is written yet
	counted     bool      // this deletion was counted against the mass delete
	carriesOn   bool      // the review was interrupted between its writes
	carries     int64     // the version that these carry
	answered    bool      // the review was replied to
	vouching    bool      // what is being checked is whom the other side names
	vouched     bool      // the other side names a record that is gone
	seen, wrote [2]bool   // sides that were read or written in this work
	claims      []Ref     // the native ids this work holds
	awaits      Ref       // the native id that another work holds
	adopting    bool      // it is awaited as the other side of this record
	merged      string    // the survivor of a merge, while the store is asked about it
	extra       []StoreOp // to go with the next batch
}

// sideReading is one side as read in this work.
type sideReading struct {
	done    bool
	present bool
	rec     adapter.Record
	content []string
	version int64
	hidden  []int // fields that the system did not show: content holds their base
	edit    Instant
	own     bool
}

// begin takes a queue entry into the working set.
func (c *Core) begin(it *Item) {
	w := &work{
		key: it.Key, generation: it.Generation, lane: it.Lane, attempt: it.Attempt,
		ref: it.Ref, hint: it.Hint, review: it.Review, rec: it.Record,
	}
	if len(c.names) > 1 {
		i, _ := c.names.Split(it.Ref.ID)
		w.object = uint8(i)
	}
	c.begun++
	w.number = c.begun
	c.work[w.key] = w
	for _, late := range it.Later {
		c.waited(w, late)
	}
	switch {
	case w.review == nil || w.review.Letter == NoLetter:
	case w.review.Letter == DiscardLetter:
		c.discard(w)
		return
	default:
		w.pickUp()
	}
	c.start(w)
}

// start claims the native ids that are known and reads them, once it is known
// what both systems look like.
func (c *Core) start(w *work) {
	if !c.of(w).schemasKnown() {
		w.phase = unprepared
		return
	}
	if w.rec != nil {
		for side, id := range w.rec.ID {
			if id != "" && !c.claim(w, Ref{mapping.Side(side), id}) {
				return
			}
		}
	} else if !c.claim(w, w.ref) {
		return
	}
	c.read(w)
}

// claim makes w the holder of a native id. If another work holds it, the two
// are perhaps one record, and never both go on: the weaker steps back to the
// queue, and the stronger waits until it has. Strength is a total order, so
// that nobody waits for one that waits for him.
func (c *Core) claim(w *work, ref Ref) bool {
	other := c.holder[ref]
	switch {
	case other == nil:
		c.hold(w, ref)
		return true
	case other == w:
		return true
	case w.weaker(other):
		c.requeue(w, c.now.Add(c.backoff(ref.Side, w.attempt)), w.attempt+1)
	default:
		w.phase, w.awaits = waiting, ref
		c.waiters = append(c.waiters, w.key)
	}
	return false
}

// hold makes w the holder of a native id that nobody holds.
func (c *Core) hold(w *work, ref Ref) {
	c.holder[ref] = w
	w.claims = append(w.claims, ref)
}

// weaker: a reference that no durable record holds is weaker than a record,
// the CRM's than the contact center's, and the later key than the earlier.
func (w *work) weaker(other *work) bool {
	switch {
	case (w.rec == nil) != (other.rec == nil):
		return w.rec == nil
	case w.rec == nil && w.ref.Side != other.ref.Side:
		return w.ref.Side == mapping.CRM
	default:
		return w.key > other.key
	}
}

// release gives up what w holds, and lets those go on that waited for it, in
// the order in which they began to wait.
func (c *Core) release(w *work) {
	for _, ref := range w.claims {
		delete(c.holder, ref)
	}
	released := w.claims
	w.claims = nil
	var next []string
	c.waiters = slices.DeleteFunc(c.waiters, func(key string) bool {
		other := c.work[key]
		free := other == nil || other.phase != waiting || slices.Contains(released, other.awaits)
		if free {
			next = append(next, key)
		}
		return free
	})
	for _, key := range next {
		if other := c.work[key]; other != nil && other.phase == waiting {
			c.awaited(other)
		}
	}
}

// awaited goes on with a work that waited for a native id.
func (c *Core) awaited(w *work) {
	if !c.claim(w, w.awaits) {
		return
	}
	if w.adopting {
		c.lookup(w, w.awaits)
		return
	}
	c.start(w)
}

// read starts the reading of every side that has a native id.
func (c *Core) read(w *work) {
	w.phase, w.open, w.failures, w.plan, w.step = reading, 0, [2]*adapter.Error{}, nil, 0
	w.outdated = false
	c.unreserve(w)
	w.sides = [2]sideReading{}
	if c.holdsBack(w) || c.denied(w) {
		return
	}
	for side := range w.sides {
		s := mapping.Side(side)
		if id := w.id(s); id != "" {
			w.open++
			c.out.add(Read{Op: c.op(pending{kind: pendingRead, side: s, key: w.key}), Ref: Ref{s, id}, Key: w.key})
		} else {
			w.sides[s].done = true
		}
	}
}

// id is the record's native id on one side, as far as this work knows.
func (w *work) id(s mapping.Side) string {
	if w.rec != nil && w.rec.ID[s] != "" {
		return w.rec.ID[s]
	}
	if w.rec == nil && w.ref.Side == s {
		return w.ref.ID
	}
	return w.other
}

func (c *Core) onReadDone(e ReadDone) {
	p, w, ok := c.take(e.Op)
	if !ok || w == nil {
		return
	}
	w.open--
	c.observe(p.side, e.Err)
	e.Record = c.qualify(int(w.object), e.Record)
	if w.phase == checking {
		c.checked(w, p.side, e)
		return
	}
	switch {
	case e.Err == nil:
		w.seen[p.side] = true
		c.fill(w, p.side, e)
	case e.Err.Kind == adapter.NotFound:
		w.sides[p.side] = sideReading{done: true}
	default:
		w.failures[p.side] = e.Err
		switch e.Err.Kind { // at once: the other side's answer may take long
		case adapter.Drift:
			c.drifted(c.of(w), p.side, e.Err)
		case adapter.Forbidden:
			c.tellMissing(c.of(w), p.side, e.Err)
		}
	}
	if w.open > 0 || c.keepsPlace(w, p.side, e.Err) {
		return
	}
	side, err := w.worst()
	if other := w.failures[side.Other()]; other != nil && other.Kind != adapter.Drift {
		c.refusedToLook(c.of(w), side.Other(), other)
	}
	switch {
	case err != nil && err.Kind == adapter.Invalid && c.doubt(c.of(w), side):
		c.requeue(w, c.now.Add(c.backoff(side, w.attempt)), w.attempt+1)
	case err != nil && err.Kind == adapter.Invalid:
		c.fail(w, c.latest(w), side, &mapping.Problem{Field: err.Field, Rule: err.Code})
	case err != nil:
		c.retry(w, side, err)
	case c.lookFirst(w):
	case w.outdated:
		c.again(w)
	case w.phase == verifying:
		c.verified(w, p.side)
	default:
		c.located(w)
	}
}

// worst is the failure of two readings that decides what to do: one that a
// person must hear of before one that passes, and a pause of the one system
// last, since it says nothing of the other one's failure.
func (w *work) worst() (mapping.Side, *adapter.Error) {
	cc, crm := w.failures[mapping.CC], w.failures[mapping.CRM]
	if crm != nil && (cc == nil || severity(crm.Kind) > severity(cc.Kind)) {
		return mapping.CRM, crm
	}
	return mapping.CC, cc
}

func severity(k adapter.Kind) int {
	switch k {
	case adapter.Limited:
		return 0
	case adapter.Unavailable, adapter.Malformed:
		return 1
	case adapter.Invalid:
		return 2
	default:
		return 3
	}
}

// latest is the record as this work knows it: with the writes of its plan that
// took effect, without what was left of the intent.
func (c *Core) latest(w *work) *Record {
	if w.plan != nil {
		return c.abandon(w)
	}
	return c.recordOf(w)
}

// fill canonicalises one reading. An absent field keeps what the base says: it
// is not a clear (DM-6).
func (c *Core) fill(w *work, s mapping.Side, e ReadDone) {
	o, rec, base := c.of(w), e.Record, w.base(s)
	r := sideReading{done: true, present: true, rec: rec, content: make([]string, len(o.mapping.Fields))}
	for i := range r.content {
		native := mapping.Native{}
		if i < len(rec.Fields) {
			native = rec.Fields[i]
		}
		if _, drifted := o.schemas[s].drifted[o.mapping.Fields[i].Native[s]]; drifted {
			native = mapping.Native{} // what a drifted field shows is nobody's edit
		}
		value, present, err := o.mapping.Canonical(s, i, native)
		switch {
		case err != nil:
			w.failures[s] = typeError(o.mapping.Fields[i].Native[s], err)
		case present:
			r.content[i] = value
		case err == nil:
			c.unseen(o, s, i, e.Op)
			r.content[i] = o.unread(base, i)
			r.hidden = append(r.hidden, i)
		}
	}
	r.version, _ = o.mapping.ParseVersion(rec.Version)
	r.edit, r.own = c.editTime(base, &r)
	w.sides[s] = r
}

// unread is the content of a field that the system did not show.
func (o *object) unread(base *Base, i int) string {
	if base.Known && i < len(base.Content) {
		return base.Content[i]
	}
	return o.mapping.Fields[i].Empty()
}

// editTime is tS of DM-10: the time that the system reports for its last
// change that was not the engine's.
func (c *Core) editTime(base *Base, r *sideReading) (edit Instant, own bool) {
	modified := instantOf(r.rec.Modified)
	// A stamp tells the engine's write only where the system names nobody.
	own = r.rec.Own || (r.rec.By == "" && !r.rec.Automation && base.Stamp != 0 && modified == base.Stamp)
	switch {
	case !own:
		return modified, false
	case base.Known && equalContent(base.Content, r.content), base.holds(r.content):
		return base.Edit, true
	default:
		return 0, true // the engine's own write hides when the edit was made
	}
}

// holds reports whether content is what the engine's last write left behind,
// in all that the system showed then. An edit behind that write would be the
// last change itself, so what was hidden is no younger than the rest.
func (b *Base) holds(content []string) bool {
	if len(b.Held) != len(content) {
		return false
	}
	for i := range content {
		if b.Held[i] != content[i] && !slices.Contains(b.Hidden, i) {
			return false
		}
	}
	return true
}

var noBase Base

// base is the merge base of one side, the zero Base where there is none.
func (w *work) base(s mapping.Side) *Base {
	if w.rec == nil {
		return &noBase
	}
	return &w.rec.Base[s]
}

// resume goes on when the batch that the work waited for is durable.
func (c *Core) resume(w *work) {
	switch w.phase {
	case intending, settling:
		c.nextStep(w)
	case finishing:
		if w.refused != "" || w.carried {
			c.reply(w, w.carried, w.refused)
		}
		c.drop(w)
	default:
	}
}

// end makes the given ops durable and leaves the working set afterwards.
func (c *Core) end(w *work, ops ...StoreOp) {
	w.phase = finishing
	c.unreserve(w)
	if slices.ContainsFunc(ops, isDone) {
		c.probed(w)
		c.unanswered(w)
	} else {
		c.notProbed(w)
	}
	c.commit(w, ops...)
}

func isDone(op StoreOp) bool {
	_, done := op.(Done)
	return done
}

// unanswered refuses a person's decision that this work could not get to.
func (c *Core) unanswered(w *work) {
	if w.review == nil || w.answered || w.refused != "" || w.carried {
		return
	}
	why := "the record cannot be decided as it is"
	if w.plan != nil && w.plan.rec.Flag != nil {
		why = w.plan.rec.Flag.Why
	} else if w.rec != nil && w.rec.Flag != nil {
		why = w.rec.Flag.Why
	}
	c.reply(w, false, why)
}

// reply answers the person who decided, once.
func (c *Core) reply(w *work, ok bool, why string) {
	if !w.answered {
		w.answered = true
		c.out.add(Reply{Token: w.review.Token, OK: ok, Why: why})
	}
}

// drop leaves the working set. The entry may still be in the queue, for a
// notice that came meanwhile: the next Fetch sees it.
func (c *Core) drop(w *work) {
	delete(c.work, w.key)
	c.release(w)
	c.queue.stale = true
}

func equalContent(a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
