package resolve

// effective gives the versions that the table compares (DM-8).
//
// With a working trigger on both sides they are the stored ones. Otherwise,
// or where a changed side's stored version did not move above its base (a
// data loader bypassed the trigger, somebody lowered it, or the engine itself
// stored it with half of a decision), every changed side counts as the common base + 1: no side is favoured and time decides.
//
// An unchanged side counts as its base, even if its stored version moved: a
// version that moves without content has not moved. An unknown base is
// version 0.
func effective(in *Input, changed [2]bool) [2]int64 {
	base := [2]int64{baseVersion(&in.Bases[CC]), baseVersion(&in.Bases[CRM])}
	stored := in.Traits[CC].Versioning == Trigger && in.Traits[CRM].Versioning == Trigger
	for s := CC; s <= CRM; s++ {
		if changed[s] && (in.Sides[s].OwnVersion || in.Sides[s].Version <= base[s]) {
			stored = false
		}
	}
	next := plusOne(max(base[CC], base[CRM]))

	eff := base
	for s := CC; s <= CRM; s++ {
		switch {
		case changed[s] && stored:
			eff[s] = in.Sides[s].Version
		case changed[s]:
			eff[s] = next
		}
	}
	return eff
}

func baseVersion(b *Base) int64 {
	if !b.Known {
		return 0
	}
	return b.Version
}
