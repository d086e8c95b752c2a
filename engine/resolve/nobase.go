package resolve

// claimWithoutBase is CR-12 for one field: both sides count as changed, and
// an empty value never overwrites a present one.
func claimWithoutBase(f *FieldTraits, now [2]string) claim {
	switch {
	case now[CC] == now[CRM]:
		return settled
	case f.OneWay != None:
		return oneWayWithoutBase(f, now)
	case now[CC] == f.Empty:
		return crmTravels
	case now[CRM] == f.Empty:
		return ccTravels
	}
	return contested
}

// oneWayWithoutBase fills in the field's direction only: where its source is
// empty, the destination keeps what it has.
func oneWayWithoutBase(f *FieldTraits, now [2]string) claim {
	to, source := f.OneWay, f.OneWay.Other()
	switch {
	case now[source] == f.Empty:
		return settled
	case now[to] == f.Empty:
		return travels(source)
	}
	return corrects(source)
}
