package resolve

import "math"

// version is what every write carries and both sides end with (CR-3): the
// maximum of both sides' stored and effective versions, plus 1 if both
// changed. The bases bound it from below, so that it never goes down even
// where somebody lowered what is stored (DM-3).
func version(in *Input, eff [2]int64, bothChanged bool) int64 {
	v := max(highest(in), eff[CC], eff[CRM])
	if bothChanged {
		v = plusOne(v)
	}
	return v
}

// highest is the highest version that either side has, or is known to have had.
func highest(in *Input) int64 {
	return max(in.Sides[CC].Version, in.Sides[CRM].Version,
		baseVersion(&in.Bases[CC]), baseVersion(&in.Bases[CRM]))
}

// plusOne stays at the largest version instead of wrapping to a lower one.
func plusOne(v int64) int64 {
	if v == math.MaxInt64 {
		return v
	}
	return v + 1
}
