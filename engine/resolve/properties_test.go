package resolve_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine/resolve"
)

// mirror exchanges the sides, traits and all.
func mirror(in resolve.Input) resolve.Input {
	m := in
	m.Fields = nil
	for _, f := range in.Fields {
		if f.OneWay != resolve.None {
			f.OneWay = f.OneWay.Other()
		}
		m.Fields = append(m.Fields, f)
	}
	for s := range 2 {
		m.Traits[s], m.Sides[s], m.Bases[s] = in.Traits[1-s], in.Sides[1-s], in.Bases[1-s]
	}
	return m
}

func mirrorDecision(d resolve.Decision) resolve.Decision {
	m := d
	if d.Winner != resolve.None {
		m.Winner = d.Winner.Other()
	}
	m.Writes = [2]resolve.SideWrite{d.Writes[1], d.Writes[0]}
	m.Effective = [2]int64{d.Effective[1], d.Effective[0]}
	m.Lost = nil
	for _, l := range d.Lost {
		l.Side = l.Side.Other()
		m.Lost = append(m.Lost, l)
	}
	return m
}

// TestSidesSwapped is CR-9: with the sides swapped the decision is mirrored.
func TestSidesSwapped(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		want := mirrorDecision(resolve.Decide(in))
		if got := resolve.Decide(mirror(in)); !reflect.DeepEqual(got, want) {
			t.Fatalf("mirrored input:\n got %+v\nwant %+v", got, want)
		}
	})
}

// TestDecisionIsCarriedOut checks what every decision promises, whatever
// the rule: both sides agree in two-way fields and in the version (CR-3), no
// stored version goes down (DM-3), a flag writes nothing (CR-10), one-way
// fields are written in their direction only (FC-2).
func TestDecisionIsCarriedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		checkPromises(t, in, resolve.Decide(in))
	})
}

// TestChoiceIsCarriedOut checks the same of a person's decision, and that
// the chosen side keeps what it has in every two-way field.
func TestChoiceIsCarriedOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		winner := rapid.SampledFrom([]resolve.Side{resolve.CC, resolve.CRM}).Draw(t, "winner")
		d := resolve.Choose(in, winner)
		checkPromises(t, in, d)
		if d.Action == resolve.Flag {
			t.Fatal("a person's decision asks a person")
		}
		if got, want := resolve.Choose(mirror(in), winner.Other()), mirrorDecision(d); !reflect.DeepEqual(got, want) {
			t.Fatalf("mirrored choice:\n got %+v\nwant %+v", got, want)
		}
		for i, f := range in.Fields {
			mine := at(in.Sides[winner].Content, i)
			if f.OneWay == resolve.None && mine != "" && in.Sides[winner].Present && at(d.After(&in, winner), i) != mine {
				t.Fatalf("%s of the chosen side became %q", f.Name, at(d.After(&in, winner), i))
			}
		}
	})
}

func checkPromises(t *rapid.T, in resolve.Input, d resolve.Decision) {
	for s := resolve.CC; s <= resolve.CRM; s++ {
		w := d.Writes[s]
		switch {
		case !w.Needed && (w.Delete || w.Create || len(w.Fields) > 0):
			t.Fatalf("%v: an unneeded write does something: %+v", s, w)
		case d.Action == resolve.Flag && w.Needed:
			t.Fatalf("a flagged record is written on %v", s)
		case w.Needed && !w.Delete && d.Version < in.Sides[s].Version:
			t.Fatalf("%v: the version goes down from %d to %d", s, in.Sides[s].Version, d.Version)
		case w.Create == in.Sides[s].Present && w.Create, w.Delete && !in.Sides[s].Present:
			t.Fatalf("%v: %+v does not fit presence %v", s, w, in.Sides[s].Present)
		}
		for _, i := range w.Fields {
			if to := in.Fields[i].OneWay; to != resolve.None && to != s {
				t.Fatalf("%v: the one-way field %s is written at its source", s, in.Fields[i].Name)
			}
		}
	}
	if d.Action == resolve.Flag {
		return
	}
	cc, crm := d.After(&in, resolve.CC), d.After(&in, resolve.CRM)
	if (cc == nil) != (crm == nil) && len(in.Fields) > 0 && in.Sides[0].Content != nil && in.Sides[1].Content != nil {
		t.Fatalf("one side is gone and the other is not: %v, %v", cc, crm)
	}
	for i, f := range in.Fields {
		if f.OneWay == resolve.None && at(cc, i) != at(crm, i) {
			t.Fatalf("%s ends as %q and %q", f.Name, at(cc, i), at(crm, i))
		}
	}
}

// TestNothingFollowsFromADecision is the root of no-loop: once a decision is
// carried out, the same question has the answer "nothing".
func TestNothingFollowsFromADecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		d := resolve.Decide(in)
		if d.Action == resolve.Flag {
			d = resolve.Choose(in, resolve.Side(rapid.IntRange(0, 1).Draw(t, "chosen")))
		}
		next := in
		for s := resolve.CC; s <= resolve.CRM; s++ {
			present := (in.Sides[s].Present || d.Writes[s].Create) && !d.Writes[s].Delete
			next.Sides[s].Present, next.Sides[s].Content = present, d.After(&in, s)
			if present {
				next.Sides[s].Version = d.Version
			}
			next.Bases[s] = resolve.Base{Known: true, Present: present, Content: next.Sides[s].Content, Version: next.Sides[s].Version}
		}
		after := resolve.Decide(next)
		if after.Action != resolve.Nothing && after.Action != resolve.Forget {
			t.Fatalf("after %+v\nfollows %+v", d, after)
		}
	})
}

// TestSameInputSameDecision is CR-8, and that neither call touches its input.
func TestSameInputSameDecision(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := drawInput(t)
		before := clone(in)
		first := resolve.Decide(in)
		if second := resolve.Decide(clone(in)); !reflect.DeepEqual(first, second) {
			t.Fatalf("two decisions:\n%+v\n%+v", first, second)
		}
		resolve.Explain(in, first)
		if !reflect.DeepEqual(in, before) {
			t.Fatalf("the input changed:\n%+v\n%+v", before, in)
		}
	})
}

func clone(in resolve.Input) resolve.Input {
	c := in
	c.Fields = append([]resolve.FieldTraits(nil), in.Fields...)
	for s := range 2 {
		c.Sides[s].Content = append([]string{}, in.Sides[s].Content...)
		c.Bases[s].Content = append([]string{}, in.Bases[s].Content...)
	}
	return c
}
