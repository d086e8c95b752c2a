package resolve

// oneWayClaim is FC-2 for a field that travels to one side only and whose
// values differ. The table never decides such a field: its source is right
// by declaration, and an edit at its destination is on the wrong side.
//
// Where neither side moved, the difference is one that was left on purpose
// (an empty source at the first link, or a person's decision) and stays.
func oneWayClaim(to Side, moved [2]bool) claim {
	switch {
	case moved[to]:
		return corrects(to.Other())
	case moved[to.Other()]:
		return travels(to.Other())
	}
	return settled
}
