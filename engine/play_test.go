package engine_test

import (
	"fmt"
	"strconv"
	"time"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// play is a random scenario, drawn as data so that it prints and shrinks.
type play struct {
	Conditional  [2]adapter.Conditional
	Trigger      [2]bool
	Upsert       bool
	Simultaneous resolve.Simultaneous
	ByRecord     bool
	DeleteVsEdit resolve.DeleteVsEdit
	WorkingSet   int
	Concurrency  int
	Polls        bool // notices may be lost
	Records      int
	Moves        []move
}

// move is one thing that happens.
type move struct {
	Do     deed
	Side   mapping.Side
	Record int // of the records, modulo their number
	Field  int // an index into playFields
	N      int // how many, or which
	Kind   adapter.Kind
	Commit bool
}

type deed uint8

const (
	doEdit deed = iota
	doClear
	doBypass // an edit that moves no version
	doDelete
	doCreate
	doNotice
	doDeliver
	doCarry
	doFail
	doLimit
	doPass
	doCrash
	doCrashLater
	doRedeliver
	deeds
)

var deedNames = [...]string{
	"edit", "clear", "bypass", "delete", "create", "notice", "deliver", "carry", "fail", "limit", "pass", "crash", "crash later", "redeliver",
}

func (d deed) String() string { return deedNames[d] }

// GoString is how rapid prints a move.
func (m move) GoString() string {
	return fmt.Sprintf("%s(%s %d %s n=%d %s %v)", m.Do, m.Side, m.Record, playFields[m.Field], m.N, m.Kind, m.Commit)
}

// deedWeights has most of a play be edits and progress.
var deedWeights = [deeds]int{
	doEdit: 8, doClear: 1, doBypass: 1, doDelete: 1, doCreate: 2, doNotice: 3, doDeliver: 4, doCarry: 14,
	doFail: 4, doLimit: 1, doPass: 6, doCrash: 1, doCrashLater: 2, doRedeliver: 1,
}

var playFields = [...]string{"notes", "city", "name"}

var playKinds = []adapter.Kind{adapter.Unavailable, adapter.Unavailable, adapter.Limited, adapter.Malformed, adapter.Forbidden, adapter.Unauthorized}

const playPoll = 10 * time.Second

func drawPlay(t *rapid.T) play {
	var bag []deed
	for d, n := range deedWeights {
		for range n {
			bag = append(bag, deed(d))
		}
	}
	moves := rapid.Custom(func(t *rapid.T) move {
		return move{
			Do:     rapid.SampledFrom(bag).Draw(t, "do"),
			Side:   mapping.Side(rapid.IntRange(0, 1).Draw(t, "side")),
			Record: rapid.IntRange(0, 2).Draw(t, "record"),
			Field:  rapid.IntRange(0, len(playFields)-1).Draw(t, "field"),
			N:      rapid.IntRange(0, 8).Draw(t, "n"),
			Kind:   rapid.SampledFrom(playKinds).Draw(t, "kind"),
			Commit: rapid.Bool().Draw(t, "commit"),
		}
	})
	n := rapid.IntRange(1, 60).Draw(t, "length")
	conditional := rapid.SampledFrom([]adapter.Conditional{adapter.Unconditional, adapter.ByVersion, adapter.ByTag})
	return play{
		Conditional:  [2]adapter.Conditional{conditional.Draw(t, "cc"), conditional.Draw(t, "crm")},
		Trigger:      [2]bool{rapid.Bool().Draw(t, "cc trigger"), rapid.Bool().Draw(t, "crm trigger")},
		Upsert:       rapid.Bool().Draw(t, "upsert"),
		Simultaneous: resolve.Simultaneous(rapid.IntRange(0, 2).Draw(t, "simultaneous")),
		ByRecord:     rapid.Bool().Draw(t, "by record"),
		DeleteVsEdit: resolve.DeleteVsEdit(rapid.IntRange(0, 2).Draw(t, "delete vs edit")),
		WorkingSet:   rapid.IntRange(1, 4).Draw(t, "working set"),
		Concurrency:  rapid.IntRange(1, 3).Draw(t, "concurrency"),
		Polls:        rapid.Bool().Draw(t, "polls"),
		Records:      rapid.IntRange(1, 3).Draw(t, "records"),
		Moves:        rapid.SliceOfN(moves, n, n).Draw(t, "moves"),
	}
}

func (p *play) config() (engine.Config, [2]adapter.Capabilities) {
	caps := [2]adapter.Capabilities{genesysLike(), salesforceLike()}
	for side := range caps {
		caps[side].Conditional = p.Conditional[side]
		caps[side].CreateByExternal = p.Upsert
	}
	cfg := defaultConfig(caps)
	cfg.Policy.Simultaneous, cfg.Policy.DeleteVsEdit = p.Simultaneous, p.DeleteVsEdit
	if p.ByRecord {
		cfg.Policy.Granularity = resolve.ByRecord
	}
	cfg.WorkingSet = p.WorkingSet
	for side := range cfg.Systems {
		if !p.Trigger[side] {
			cfg.Systems[side].Traits.Versioning = resolve.NoTrigger
		}
		cfg.Systems[side].Concurrency = p.Concurrency
		if p.Polls {
			cfg.Systems[side].Poll = playPoll
		}
	}
	return cfg, caps
}

// letter is a notice that a system has sent and that was not acknowledged yet.
type letter struct {
	ref   engine.Ref
	token uint64
}

// stage plays a play and watches what the invariants speak of.
type stage struct {
	play    *play
	driver  *driver
	mail    []letter // not delivered yet, or without an acknowledgement
	token   uint64
	edits   int
	made    int
	breach  string // the first breach of an invariant at run time
	journal []engine.Effect
	story   *[]string // lines for a reader, nil for none

	// What became of the values that users entered.
	values     []string
	entered    map[*row][]string
	superseded map[string]bool // by a user who had it before the eyes, or deleted it
	raced      map[string]bool // overwritten in a gap that the target leaves open

	durable map[engine.Op]bool           // batches of this life
	noticed map[uint64][]engine.Op       // by token, one for each delivery
	current engine.Event                 // being stepped
	last    map[engine.Ref]engine.Effect // the last exchange about a record
	pauses  [2]engine.Instant            // by the limit signals received
	exempt  [2]map[engine.Op]bool        // admitted before the signal
	idle    idleWrites
}

func newStage(p *play) *stage {
	cfg, caps := p.config()
	s := &stage{
		play: p, driver: newDriver(cfg, caps), superseded: map[string]bool{}, entered: map[*row][]string{}, raced: map[string]bool{},
		last: map[engine.Ref]engine.Effect{}, durable: map[engine.Op]bool{}, noticed: map[uint64][]engine.Op{},
	}
	d := s.driver
	for side := range d.systems {
		d.systems[side].trigger = p.Trigger[side]
	}
	for i := range p.Records {
		d.link(recordName(i), 1, map[string]string{"name": "N", "notes": "old", "city": "old"})
	}
	s.watch()
	d.start()
	d.run()
	return s
}

func recordName(i int) string { return string(rune('a' + i)) }

func (s *stage) broken(format string, args ...string) {
	if s.breach == "" {
		s.breach = format
		for _, a := range args {
			s.breach += " " + a
		}
	}
}

// perform plays all moves, then lets everything heal.
func (s *stage) perform() {
	for i := range s.play.Moves {
		s.note(s.play.Moves[i].GoString())
		s.move(&s.play.Moves[i])
		if s.driver.core == nil {
			s.restart()
		}
	}
	s.heal()
}

func (s *stage) row(m *move) (*system, *row) {
	sys := s.driver.systems[m.Side]
	return sys, sys.rows[m.Record%len(sys.rows)]
}

func (s *stage) move(m *move) {
	d := s.driver
	switch m.Do {
	case doEdit, doClear, doBypass:
		s.edit(m)
	case doDelete:
		if sys, r := s.row(m); !r.gone {
			s.supersede(sys, r, -1)
			sys.remove(d.now, r.id, "somebody")
			s.send(m.Side, r.id, m.N)
		}
	case doCreate:
		s.made++
		sys := d.systems[m.Side]
		r := sys.add(sys.side.String()+"-made-"+strconv.Itoa(s.made), 0, map[string]string{"name": s.value()})
		sys.touch(r, d.now, "somebody")
		s.send(m.Side, r.id, m.N)
	case doNotice:
		_, r := s.row(m)
		s.post(m.Side, r.id)
	case doDeliver:
		s.deliver(m.N)
	case doCarry:
		for range m.N + 1 {
			if ready := d.carryable(); len(ready) > 0 && d.core != nil {
				d.carry(ready[(m.N*7+m.Record)%len(ready)], nil)
			}
		}
	case doFail:
		s.fail(m)
	case doLimit:
		d.signals[m.Side] = adapter.Signal{Limited: true, RetryAfter: time.Duration(m.N-1) * 3 * time.Second, Allowed: -1, Remaining: -1}
	case doPass:
		s.pass(time.Duration(m.N*m.N) * 100 * time.Millisecond)
	case doCrash:
		d.crash(m.N)
	case doCrashLater:
		d.crashAfter, d.survives = m.N*2+1, m.Record
	case doRedeliver:
		_, r := s.row(m)
		d.store.enqueue(d.now, engine.Enqueue{Ref: engine.Ref{Side: m.Side, ID: r.id}, Lane: engine.Backlog})
		d.step(engine.Redelivered{})
	}
}

// value is a new one, that nothing else has.
func (s *stage) value() string {
	s.edits++
	v := "v" + strconv.Itoa(s.edits)
	s.values = append(s.values, v)
	return v
}

func (s *stage) edit(m *move) {
	sys, r := s.row(m)
	if r.gone {
		return
	}
	field, v := playFields[m.Field], ""
	if m.Do == doClear && field == "name" {
		return
	}
	i, _ := contacts.FieldIndex(field)
	s.supersede(sys, r, i)
	if m.Do != doClear {
		v = s.value()
		s.entered[r] = append(s.entered[r], v)
	}
	trigger := sys.trigger
	sys.trigger = trigger && m.Do != doBypass
	sys.edit(s.driver.now, r.id, "somebody", map[string]string{field: v})
	sys.trigger = trigger
	s.send(m.Side, r.id, m.N)
}

// supersede notes that a user replaces what the row shows in a field; -1 is a
// deletion, which replaces all that was ever entered there.
func (s *stage) supersede(sys *system, r *row, field int) {
	for i, v := range sys.canonical(r) {
		if field < 0 || i == field {
			s.superseded[v] = true
		}
	}
	if field < 0 {
		for _, v := range s.entered[r] {
			s.superseded[v] = true
		}
	}
}

func (s *stage) note(line string) {
	if s.story != nil {
		*s.story = append(*s.story, line)
	}
}

// send posts n notices of a change, at least one where none may be lost.
func (s *stage) send(side mapping.Side, id string, n int) {
	n %= 3
	if !s.play.Polls {
		n = max(n, 1)
	}
	for range n {
		s.post(side, id)
	}
}

func (s *stage) post(side mapping.Side, id string) {
	s.token++
	s.mail = append(s.mail, letter{engine.Ref{Side: side, ID: id}, s.token})
}

// deliver hands the n-th letter over, in any order and perhaps again.
func (s *stage) deliver(n int) {
	if len(s.mail) > 0 {
		l := s.mail[n%len(s.mail)]
		s.driver.step(engine.Noticed{Ref: l.ref, Token: l.token})
	}
}

// acknowledged takes a letter off the mail.
func (s *stage) acknowledged(token uint64) {
	kept := s.mail[:0:0]
	for _, l := range s.mail {
		if l.token != token {
			kept = append(kept, l)
		}
	}
	s.mail = kept
}

func (s *stage) fail(m *move) {
	d := s.driver
	err := &adapter.Error{Kind: m.Kind, Indefinite: m.Kind == adapter.Unavailable || m.Kind == adapter.Malformed}
	f := &fault{err: err, committed: m.Commit && err.Indefinite}
	for _, i := range d.carryable() {
		if side, remote := target(d.todo[i]); remote && side == m.Side {
			d.carry(i, f)
			return
		}
	}
}

func (s *stage) pass(by time.Duration) {
	d := s.driver
	d.now = d.now.Add(by)
	if d.wake != 0 && d.wake <= d.now {
		d.step(engine.Tick{})
	}
}

func (s *stage) restart() {
	for side := range s.pauses {
		s.pauses[side] = min(s.pauses[side], s.driver.store.meta.Gates[side])
		s.exempt[side] = nil
	}
	s.durable, s.noticed = map[engine.Op]bool{}, map[uint64][]engine.Op{}
	s.driver.start()
}

// heal ends all faults, delivers what is left, and lets the engine rest.
func (s *stage) heal() {
	d := s.driver
	d.crashAfter = 0
	for side := range d.signals {
		d.signals[side] = quiet
	}
	for range 3 {
		for len(s.mail) > 0 && s.breach == "" {
			n := len(s.mail)
			s.deliver(0)
			d.run()
			if len(s.mail) == n {
				s.broken("a notice is never acknowledged")
			}
		}
		if !d.wait(3*playPoll) || !d.settle(2*time.Hour) {
			s.broken("the engine does not come to rest")
			return
		}
	}
}
