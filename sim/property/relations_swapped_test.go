package property

import (
	"slices"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/explore"
)

// TestSidesSwapped is CR-7 and CR-9: a world and its mirror image end as
// mirror images. The two systems are different products, so only worlds that
// both can play have an image:
//
//   - The CRM is the generic one: Salesforce knows whole seconds only, so that
//     its edits would tie where the contact center's do not.
//   - The policy is review: where origins decide (merge and hierarchy), the
//     contact center's edits are agents', and the CRM's are users', for want of
//     a sign on the wire that says otherwise (DM-10).
//   - Phone numbers are left out: each system has its own form for them, so
//     that a person who types one anew changes it in the one and not in the
//     other.
//   - Nobody brings a record back, which the contact center cannot.
//
// Priority ids, versioning and clocks change sides with the edits.
func TestSidesSwapped(t *testing.T) { related(t, "tie-break", sidesSwapped) }

func sidesSwapped(a arena, d explore.Draw) (got, want outcome) {
	sc := symmetricWorld(d)
	image := mirror(sc)
	a.looksAt(sc, image)
	got = canonicalOutcomeOf(a.t, a.play(image))
	want = canonicalOutcomeOf(a.t, a.play(sc)).mirrored()
	return got.decided(), want.decided()
}

func symmetricWorld(d explore.Draw) *scenarios.Scenario {
	q := newQuiet(d)
	q.sc.Systems.CRM.Kind, q.sc.Policy.Simultaneous = "rest", "review"
	q.values = slices.DeleteFunc(slices.Clone(q.values), func(f fieldValues) bool { return f.field == "phone" })
	q.people("")
	return q.done()
}

// mirror exchanges the roles of the two systems.
func mirror(sc *scenarios.Scenario) *scenarios.Scenario {
	other := func(side string) string {
		switch side {
		case "cc":
			return "crm"
		case "crm":
			return "cc"
		}
		return side
	}
	image := with(sc)
	cc, crm := &image.Systems.CC, &image.Systems.CRM
	cc.Versioning, crm.Versioning = crm.Versioning, cc.Versioning
	cc.Priority, crm.Priority = crm.Priority, cc.Priority
	cc.Clock, crm.Clock = crm.Clock, cc.Clock
	cc.Automation, crm.Automation = crm.Automation, cc.Automation
	image.Records.List = slices.Clone(sc.Records.List)
	for i := range image.Records.List {
		r := &image.Records.List[i]
		r.On = other(r.On)
		r.CC, r.CRM = r.CRM, r.CC
	}
	for i := range image.Timeline {
		s := &image.Timeline[i]
		s.On, s.Choose = other(s.On), other(s.Choose)
		switch s.As {
		case "agent":
			s.As, s.By = "user", "sam"
		case "user":
			s.As, s.By = "agent", "maria"
		}
	}
	return image
}
