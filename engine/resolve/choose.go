package resolve

// Choose is a person's decision for one side (CR-10): the whole record of
// that side, a deletion included. An empty value still does not overwrite a
// present one where there is no base (CR-12), and one-way fields still travel
// in their direction only; a wrong-side edit on the chosen side stays.
//
// It must be given the state that the person saw: whether that still holds
// is for the caller to check.
func Choose(in Input, winner Side) Decision {
	const rule = "CR-10"
	present := [2]bool{in.Sides[CC].Present, in.Sides[CRM].Present}
	switch {
	case !present[CC] && !present[CRM]:
		return forget(&in)
	case !present[winner]:
		return remove(&in, winner.Other(), rule)
	case !present[winner.Other()]:
		return recreate(&in, winner, rule, Resolved)
	}
	var buf [maxFieldsOnStack]claim
	c := compare(&in, buf[:0])
	d := outline(&in, &c)
	d.Winner, d.Rule = winner, rule
	for i, cl := range c.claims {
		if cl == corrects(winner.Other()) {
			c.claims[i] = settled
			c.wrong--
		}
	}
	if c.agree() {
		return align(&in, &c, d)
	}
	return merge(&in, &c, d, true)
}
