package mutant

import (
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/sim"
)

// deciding are the mutants that have the right facts and draw the wrong
// conclusion: the resolver is replaced.
var deciding = []Mutant{
	{
		Name:       "timestamp-as-version",
		Defect:     "takes the time of the last modification for the version, so that a save without a change is a newer version",
		Source:     "Step 1, the trap",
		KilledBy:   []string{"save-without-a-change", "higher-version-wins"},
		Invariants: []string{"no-loop", "right-winner"},
		Vary:       resolving(timestampAsVersion),
	},
	{
		Name:       "last-write-wins",
		Defect:     "lets the later time decide wherever the sides differ, and asks neither the versions nor who changed what",
		Source:     "Step 1, architectural reasoning",
		KilledBy:   []string{"higher-version-wins"},
		Invariants: []string{"right-winner"},
		Vary:       resolving(lastWriteWins),
	},
	{
		Name:       "always-crm",
		Defect:     "decides every conflict for the CRM",
		Source:     "Step 3, the trap",
		KilledBy:   []string{"neither-side-is-favoured", "partition-both-edited-same-second"},
		Invariants: []string{"right-winner"},
		Vary:       resolving(always(resolve.CRM)),
	},
	{
		Name:       "always-cc",
		Defect:     "decides every conflict for the contact center",
		Source:     "Step 3, the trap",
		KilledBy:   []string{"neither-side-is-favoured", "every-tie-goes-the-same-way"},
		Invariants: []string{"right-winner"},
		Vary:       resolving(always(resolve.CC)),
	},
	{
		Name:       "random-tie",
		Defect:     "tosses a coin where versions and times are equal",
		Source:     "Step 3",
		KilledBy:   []string{"every-tie-goes-the-same-way"},
		Invariants: []string{"right-winner"},
		Vary:       varyRandomTie,
	},
	{
		Name:       "first-arrival-wins-tie",
		Defect:     "lets the side that it heard of first win where versions and times are equal",
		Source:     "Edge Case 1",
		KilledBy:   []string{"every-tie-goes-the-same-way"},
		Invariants: []string{"right-winner"},
		Vary:       varyFirstArrival,
	},
	{
		Name:       "tie-by-map-order",
		Defect:     "goes through a map of the two sides where versions and times are equal, and keeps the one that comes last",
		Source:     "Step 3",
		KilledBy:   []string{"every-tie-goes-the-same-way", "partition-both-edited-same-second"},
		Invariants: []string{"right-winner"},
		Vary:       varyMapOrder,
	},
	{
		Name:       "tolerance-inclusive",
		Defect:     "takes edits exactly the tolerance apart for simultaneous",
		Source:     "Step 3",
		KilledBy:   []string{"one-millisecond-around-the-tolerance", "whole-seconds-hide-who-was-later"},
		Invariants: []string{"no-over-flagging"},
		Vary:       resolving(toleranceInclusive),
	},
	{
		Name:       "tolerance-without-abs",
		Defect:     "compares the signed difference of the times with the tolerance, so that every later CRM edit is simultaneous",
		Source:     "Step 3",
		KilledBy:   []string{"neither-side-is-favoured"},
		Invariants: []string{"no-over-flagging"},
		Vary:       resolving(toleranceWithoutAbs),
	},
	{
		Name:       "flag-everything",
		Defect:     "asks a person about every conflict, so that it is never wrong",
		Source:     "Step 3",
		KilledBy:   []string{"neither-side-is-favoured", "partition-both-edited-same-second"},
		Invariants: []string{"no-over-flagging"},
		Vary:       resolving(flagEverything),
	},
	{
		Name:       "agent-input-not-preferred",
		Defect:     "knows no origins: under the policy hierarchy every edit ranks alike, and the priority id decides",
		Source:     "Step 3",
		KilledBy:   []string{"within-tolerance-the-higher-origin-wins"},
		Invariants: []string{"right-winner"},
		Vary:       resolving(originless),
	},
	{
		Name:       "side-specific-merge",
		Defect:     "takes the contact center's record where the sides changed different fields, and loses the CRM's changes",
		Source:     "Step 3",
		KilledBy:   []string{"edits-that-do-not-conflict"},
		Invariants: []string{"right-winner"},
		Vary:       resolving(sideSpecific),
	},
	{
		Name:       "ledgers-everything",
		Defect:     "undoes every edit and names it in the ledger as the loser, so that none is ever lost",
		Source:     "specification",
		KilledBy:   []string{"crm-is-down-the-agent-does-not-wait", "reformatted-phone-does-not-echo"},
		Invariants: []string{"right-winner"},
		Vary:       resolving(ledgersEverything),
	},
	{
		Name:       "lower-version-goes",
		Defect:     "takes the lower of two versions for the common one, and writes that to both sides",
		Source:     "Step 1",
		KilledBy:   []string{"higher-version-wins"},
		Invariants: []string{"version-monotonic"},
		Vary:       resolving(lowerVersion),
	},
	{
		Name:       "no-echo-suppression",
		Defect:     "pushes whatever side a notice names to the other, its own writes included",
		Source:     "field report",
		KilledBy:   []string{"save-without-a-change", "reformatted-phone-does-not-echo"},
		Invariants: []string{"no-loop"},
		Vary:       varyEcho,
	},
	{
		Name:       "late-notice-resurrects",
		Defect:     "takes a record that is missing on one side for one that was never created there, and creates it again",
		Source:     "field report",
		KilledBy:   []string{"late-notice-does-not-resurrect"},
		Invariants: []string{"no-loop", "no-lost-edit", "right-winner"},
		Vary:       resolving(resurrect),
	},
}

// resolving is a variation that has another resolver.
func resolving(r engine.Resolver) func() *sim.Variation {
	return func() *sim.Variation {
		return &sim.Variation{Config: func(c *engine.Config) { c.Resolver = r }}
	}
}

// bothPresent says that there are two records to compare.
func bothPresent(in *resolve.Input) bool {
	return in.Sides[resolve.CC].Present && in.Sides[resolve.CRM].Present
}

// differ says that the two records hold different content.
func differ(in *resolve.Input) bool {
	for i := range in.Sides[resolve.CC].Content {
		if in.Sides[resolve.CC].Content[i] != in.Sides[resolve.CRM].Content[i] {
			return true
		}
	}
	return false
}

// laterSide is the side with the later time, the contact center at a tie.
func laterSide(in *resolve.Input) resolve.Side {
	if in.Sides[resolve.CRM].Time.After(in.Sides[resolve.CC].Time) {
		return resolve.CRM
	}
	return resolve.CC
}

// lets decides for one side as a person would, but in the name of a rule.
func lets(in resolve.Input, winner resolve.Side, rule string) resolve.Decision {
	d := resolve.Choose(in, winner)
	if d.Rule == "CR-10" {
		d.Rule = rule
	}
	return d
}

// timestampAsVersion counts in seconds: the later side has the higher version.
func timestampAsVersion(in resolve.Input) resolve.Decision {
	if !bothPresent(&in) {
		return resolve.Decide(in)
	}
	if in.Sides[resolve.CC].Time.Equal(in.Sides[resolve.CRM].Time) {
		return resolve.Decide(in)
	}
	winner := laterSide(&in)
	version := in.Sides[winner].Time.Unix()
	if version <= in.Sides[winner.Other()].Version {
		return resolve.Decision{Action: resolve.Nothing, Winner: resolve.None, Rule: "CR-1", Result: in.Sides[winner].Content}
	}
	d := lets(in, winner, "CR-4")
	if d.Action == resolve.Nothing {
		d.Action, d.Rule = resolve.Align, "CR-4"
	}
	d.Version = version
	for side := range d.Writes {
		d.Writes[side].Needed = true
	}
	return d
}

func lastWriteWins(in resolve.Input) resolve.Decision {
	if !bothPresent(&in) || !differ(&in) {
		return resolve.Decide(in)
	}
	return lets(in, laterSide(&in), "CR-5")
}

func always(winner resolve.Side) engine.Resolver {
	return func(in resolve.Input) resolve.Decision {
		d := resolve.Decide(in)
		if len(d.Conflicts) == 0 {
			return d
		}
		return lets(in, winner, d.Rule)
	}
}

func toleranceInclusive(in resolve.Input) resolve.Decision {
	in.Policy.Tolerance = inForce(&in) + 1
	return resolve.Decide(in)
}

// inForce is the tolerance of CR-5, the default included.
func inForce(in *resolve.Input) time.Duration {
	if in.Policy.Tolerance >= 0 {
		return in.Policy.Tolerance
	}
	return max(resolve.DefaultTolerance, 2*in.Traits[resolve.CC].Resolution, 2*in.Traits[resolve.CRM].Resolution)
}

func toleranceWithoutAbs(in resolve.Input) resolve.Decision {
	d := resolve.Decide(in)
	if d.Rule == "CR-5" && d.Winner == resolve.CRM {
		return flagged(d)
	}
	return d
}

func lowerVersion(in resolve.Input) resolve.Decision {
	d := resolve.Decide(in)
	if bothPresent(&in) {
		d.Version = min(in.Sides[resolve.CC].Version, in.Sides[resolve.CRM].Version)
	}
	return d
}

func flagEverything(in resolve.Input) resolve.Decision {
	d := resolve.Decide(in)
	if len(d.Conflicts) > 0 {
		return flagged(d)
	}
	return d
}

// flagged turns a decision into a question to a person.
func flagged(d resolve.Decision) resolve.Decision {
	return resolve.Decision{
		Action: resolve.Flag, Winner: resolve.None, Rule: "CR-6", Status: resolve.Flagged,
		Version: d.Version, Effective: d.Effective, Apart: d.Apart, Conflicts: d.Conflicts,
	}
}

func originless(in resolve.Input) resolve.Decision {
	for side := range in.Sides {
		in.Sides[side].Origin = resolve.User
	}
	return resolve.Decide(in)
}

func sideSpecific(in resolve.Input) resolve.Decision {
	d := resolve.Decide(in)
	if d.Rule != "CR-3" {
		return d
	}
	return lets(in, resolve.CC, "CR-3")
}

// ledgersEverything decides for the side that nobody edited.
func ledgersEverything(in resolve.Input) resolve.Decision {
	d := resolve.Decide(in)
	if d.Rule != "CR-2" || !bothPresent(&in) {
		return d
	}
	return lets(in, d.Winner.Other(), "CR-4")
}

// resurrect forgets that the missing side ever had the record.
func resurrect(in resolve.Input) resolve.Decision {
	for side := range in.Sides {
		if !in.Sides[side].Present {
			in.Bases[side] = resolve.Base{}
		}
	}
	return resolve.Decide(in)
}

// varyEcho takes the side that a queue entry names for the one that changed.
func varyEcho() *sim.Variation {
	s := &spy{}
	v := resolving(func(in resolve.Input) resolve.Decision {
		if !bothPresent(&in) {
			return resolve.Decide(in)
		}
		winner := resolve.Side(s.named())
		d := lets(in, winner, "CR-2")
		if d.Action == resolve.Nothing {
			d.Action = resolve.Align
		}
		d.Version = max(in.Sides[resolve.CC].Version, in.Sides[resolve.CRM].Version) + 1
		d.Writes[winner.Other()].Needed = true
		return d
	})()
	v.Machine = s.watch
	return v
}
