package property

import (
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/explore"
	"github.com/syncproof/syncproof/sim/mutant"
)

// TestRelationsNoticeDefects: a relation that no engine could break would
// prove nothing. Each must be broken by an engine with a defect of its kind,
// in one of some worlds. The names of records alone are not listed: no engine
// gets to see them, so that the relation holds the harness to its word.
func TestRelationsNoticeDefects(t *testing.T) {
	const worlds = 500
	for _, tc := range []struct {
		name     string
		relation relation
		engine   mutant.Mutant
	}{
		{"sides swapped", sidesSwapped, known(t, "always-cc")},
		{"sides swapped", sidesSwapped, known(t, "always-crm")},
		{"notices permuted", noticesPermuted, known(t, "first-arrival-wins-tie")},
		{"delays heal", delaysHeal, known(t, "token-expiry-loses-batch")},
		{"losses heal", lossesHeal, known(t, "gives-up-at-once")},
		{"side by side", sideBySide, known(t, "random-tie")},
		{"ids changed", idsChanged, ties("a-tie-goes-by-the-seed", func(_ resolve.Input, c *engine.Config) resolve.Side {
			return resolve.Side(c.Seed & 1)
		})},
		{"fields renamed", fieldsRenamed, ties("a-tie-goes-by-a-fields-name", func(in resolve.Input, _ *engine.Config) resolve.Side {
			if in.Fields[0].Name == "first_name" {
				return resolve.CC
			}
			return resolve.CRM
		})},
	} {
		t.Run(tc.name+"/"+tc.engine.Name, func(t *testing.T) {
			broken := slices.ContainsFunc(seeds(worlds), func(seed uint64) bool {
				a := arena{t: t, keeper: &keeper{}, engine: &tc.engine}
				got, want := tc.relation(a, explore.NewNumbers(seed))
				return got.String() != want.String()
			})
			if !broken {
				t.Errorf("no world of %d breaks the relation with the engine %s", worlds, tc.engine.Name)
			}
		})
	}
}

// known is an engine whose defect is in the table.
func known(t *testing.T, name string) mutant.Mutant {
	m, ok := mutant.Find(name)
	if !ok {
		t.Fatalf("there is no engine %s", name)
	}
	return m
}

// ties is an engine that lets a side win ties by something that CR-7 does not name.
func ties(name string, winner func(resolve.Input, *engine.Config) resolve.Side) mutant.Mutant {
	vary := func(c *engine.Config) {
		c.Resolver = func(in resolve.Input) resolve.Decision {
			if d := resolve.Decide(in); d.Rule != "CR-7" {
				return d
			}
			d := resolve.Choose(in, winner(in, c))
			d.Rule = "CR-7"
			return d
		}
	}
	return mutant.Mutant{Name: name, Vary: func() *sim.Variation { return &sim.Variation{Config: vary} }}
}

func seeds(n int) []uint64 {
	all := make([]uint64, n)
	for i := range all {
		all[i] = uint64(i)
	}
	return all
}
