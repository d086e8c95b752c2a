package engine_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// letterPlay is one record whose notes the CRM may not be able to hold, and
// people who deal with its dead letters.
type letterPlay struct {
	*driver
	t     *rapid.T
	token uint64
	asked map[uint64]engine.LetterVerb
	edits int
}

func newLetterPlay(t *rapid.T) *letterPlay {
	caps := [2]adapter.Capabilities{genesysLike(), salesforceLike()}
	p := &letterPlay{driver: newDriver(defaultConfig(caps), caps), t: t, asked: map[uint64]engine.LetterVerb{}}
	p.link("ada", 4, map[string]string{"name": "Lovelace", "notes": "old"})
	p.limit(10)
	p.start()
	p.run()
	return p
}

// limit lets the CRM's notes hold so many characters.
func (p *letterPlay) limit(characters int) {
	schema := &p.systems[mapping.CRM].schema
	schema.Fields = slices.Clone(schema.Fields)
	for i := range schema.Fields {
		if schema.Fields[i].Name == "Description" {
			schema.Fields[i].MaxLength = characters
		}
	}
	schema.Revision += "'"
}

func (p *letterPlay) record() *engine.Record {
	return p.store.lookup(engine.Ref{Side: mapping.CC, ID: "ada"})
}

func (p *letterPlay) say(verb engine.LetterVerb, state string) {
	p.token++
	p.asked[p.token] = verb
	p.step(engine.Reviewed{Ref: engine.Ref{Side: mapping.CC, ID: "ada"}, Token: p.token, Choose: 2, Letter: verb, State: state})
}

// edit changes the notes in the contact center, which fit there.
func (p *letterPlay) edit(long bool) {
	p.edits++
	text := fmt.Sprint("n", p.edits)
	if long {
		text += strings.Repeat("x", 20)
	}
	p.systems[mapping.CC].edit(p.now, "ada", "somebody", map[string]string{"notes": text})
	p.step(engine.Noticed{Ref: engine.Ref{Side: mapping.CC, ID: "ada"}, Token: 1 << 32})
}

func (p *letterPlay) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){
		"edit": func(t *rapid.T) { p.edit(rapid.Bool().Draw(t, "long")) },
		"notice": func(*rapid.T) {
			p.step(engine.Noticed{Ref: engine.Ref{Side: mapping.CRM, ID: "003ada"}, Token: 1 << 32})
		},
		"retry":   func(*rapid.T) { p.say(engine.RetryLetter, "") },
		"guess":   func(*rapid.T) { p.say(engine.DiscardLetter, "0") },
		"schema":  func(t *rapid.T) { p.limit(rapid.SampledFrom([]int{10, 200}).Draw(t, "limit")) },
		"wait":    func(*rapid.T) { p.wait(6 * time.Minute) },
		"run":     func(*rapid.T) { p.run() },
		"discard": p.discard,
		"carry": func(t *rapid.T) {
			if ready := p.carryable(); len(ready) > 0 {
				p.carry(rapid.SampledFrom(ready).Draw(t, "which"), nil)
			}
		},
		"crash": func(t *rapid.T) {
			p.crash(rapid.IntRange(0, 3).Draw(t, "survive"))
			p.start()
		},
	}
}

func (p *letterPlay) discard(*rapid.T) {
	if rec := p.record(); rec.Failure != nil {
		p.say(engine.DiscardLetter, rec.Failure.Letter())
	}
}

// TestRandomLetters: whatever people do with dead letters, and however their
// words meet edits, crashes and each other, no letter is discarded without a
// ledger entry, none that was accepted is forgotten, and the record ends in
// step or on one of the two lists.
func TestRandomLetters(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newLetterPlay(t)
		t.Repeat(p.actions())
		// What was not acknowledged is delivered again.
		p.step(engine.Noticed{Ref: engine.Ref{Side: mapping.CC, ID: "ada"}, Token: 1 << 32})
		if !p.settle(24 * time.Hour) {
			t.Fatal("it does not settle")
		}
		p.judge()
	})
}

func (p *letterPlay) judge() {
	rec := p.record()
	cc, _ := p.systems[mapping.CC].read("ada")
	crm, _ := p.systems[mapping.CRM].read("003ada")
	agree := slices.Equal(p.systems[mapping.CC].canonical(p.systems[mapping.CC].row("ada")), p.systems[mapping.CRM].canonical(p.systems[mapping.CRM].row("003ada")))
	switch {
	case rec.Failure == nil && !agree:
		p.t.Fatalf("no letter is left, and the sides hold %v and %v", cc.Fields, crm.Fields)
	case rec.Failure != nil && agree:
		p.t.Fatalf("a letter is left of a record in step: %+v", rec.Failure)
	case (rec.Failure != nil) != (rec.Status == engine.Failed), (crm.Status.Text == "FAILED") != (rec.Failure != nil):
		p.t.Fatalf("the status is %s, in the CRM %q, the letter %+v", rec.Status, crm.Status.Text, rec.Failure)
	case rec.Failure != nil && rec.Failure.Discarded == 0 && len(p.told) == 0:
		p.t.Fatal("nobody was told of the letter")
	}
	accepted := map[uint64]bool{}
	for _, r := range p.replies {
		if p.asked[r.Token] == engine.DiscardLetter && r.OK {
			accepted[r.Token] = true
		}
	}
	entries := 0
	for i := range p.store.ledger {
		if p.store.ledger[i].Rule == "FC-1" {
			entries++
		}
	}
	if entries < len(accepted) {
		p.t.Fatalf("%d words to discard were accepted, the ledger has %d", len(accepted), entries)
	}
	if rec.Failure != nil && rec.Failure.Discarded != 0 && entries == 0 {
		p.t.Fatal("a letter is discarded, and the ledger does not say so")
	}
}

// TestALetterDiscardedIsLeftAlone: from a discard until a side changes nothing
// is written and nobody is told, whatever else happens.
func TestALetterDiscardedIsLeftAlone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newLetterPlay(t)
		p.edit(true)
		p.run()
		p.discard(t)
		if !p.settle(time.Hour) || p.record().Failure.Discarded == 0 {
			t.Fatal("the letter is not discarded")
		}
		told, written := len(p.told), 0
		p.onWrite = func(*engine.Write, *row) { written++ }
		actions := p.actions()
		delete(actions, "edit")
		delete(actions, "retry")
		t.Repeat(actions)
		if !p.settle(24 * time.Hour) {
			t.Fatal("it does not settle")
		}
		if p.record().Failure == nil || p.record().Failure.Discarded == 0 || written > 0 || len(p.told) > told {
			t.Fatalf("%d writes, %d more messages, the letter is %+v", written, len(p.told)-told, p.record().Failure)
		}
	})
}
