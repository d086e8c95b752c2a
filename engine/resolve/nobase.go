package resolve

// claimWithoutBase is CR-12 for one field: both sides count as changed, and
// an empty value never overwrites a present one. to is the field's direction.
func claimWithoutBase(to Side, now [2]string) claim {
	switch {
	case now[CC] == now[CRM]:
		return settled
	case to != None:
		return oneWayWithoutBase(to, now)
	case now[CC] == "":
		return crmTravels
	case now[CRM] == "":
		return ccTravels
	}
	return contested
}

// oneWayWithoutBase fills in the field's direction only: where its source is
// empty, the destination keeps what it has.
func oneWayWithoutBase(to Side, now [2]string) claim {
	source := to.Other()
	switch {
	case now[source] == "":
		return settled
	case now[to] == "":
		return travels(source)
	}
	return corrects(source)
}
