package resolve

// decidePresence decides where at least one of the records does not exist
// (CR-13). An absent record whose base is unknown never existed: that is a
// first sync. Every other absent record is a tombstone.
func decidePresence(in *Input) Decision {
	if !in.Sides[CC].Present && !in.Sides[CRM].Present {
		return forget(in)
	}
	left := survivor(in)
	gone := left.Other()
	changed := differsFromBase(in, left)
	switch {
	case !in.Bases[gone].Known:
		return recreate(in, left, "CR-2", InSync)
	case wasAbsent(&in.Bases[CC]) && wasAbsent(&in.Bases[CRM]):
		// Both were known to be gone and one came back: an undelete is an edit.
		return recreate(in, left, "CR-13", InSync)
	case !changed:
		return remove(in, left, "CR-13")
	}
	switch in.Policy.DeleteVsEdit {
	case DeleteWins:
		return remove(in, left, "CR-13")
	case RestoreWins:
		return recreate(in, left, "CR-13", Resolved)
	}
	return flag(presenceOutline(in, true), "CR-13")
}

// survivor is the only side that has the record.
func survivor(in *Input) Side {
	if in.Sides[CC].Present {
		return CC
	}
	return CRM
}

func wasAbsent(b *Base) bool { return b.Known && !b.Present }

// presenceOutline is the part of a decision about an absent record that does
// not depend on its outcome. A record that is gone has no version: its side
// counts as its base. conflict: a deletion stands against an edit.
func presenceOutline(in *Input, conflict bool) Decision {
	d := Decision{Winner: None, Apart: unknownApart, Warnings: in.Policy.Warnings(in.Traits)}
	var changed [2]bool
	for s := CC; s <= CRM; s++ {
		changed[s] = in.Sides[s].Present && differsFromBase(in, s)
	}
	d.Effective = effective(in, changed)
	d.Version = version(in, d.Effective, conflict)
	return d
}

func forget(in *Input) Decision {
	d := presenceOutline(in, false)
	d.Action, d.Rule, d.Status = Forget, "CR-13", InSync
	return d
}

// remove lets a deletion travel to the side where the record is left. What
// was edited there since its base is lost.
func remove(in *Input, left Side, rule string) Decision {
	d := presenceOutline(in, false)
	d.Action, d.Winner, d.Rule, d.Status = Remove, left.Other(), rule, InSync
	d.Writes[left] = SideWrite{Needed: true, Delete: true}
	for i := range in.Fields {
		value := at(in.Sides[left].Content, i)
		was := in.Fields[i].Empty
		if usable(&in.Bases[left]) {
			was = at(in.Bases[left].Content, i)
		}
		if value != was {
			d.Lost = append(d.Lost, Loss{Field: i, Side: left, Value: value, Rule: rule})
		}
	}
	if len(d.Lost) > 0 {
		d.Status = Overwritten
	}
	return d
}

// recreate makes the record again from the side where it is left. Empty
// fields and those that travel only towards that side are not sent. Resolved
// says that a deletion lost against an edit.
func recreate(in *Input, left Side, rule string, status Status) Decision {
	d := presenceOutline(in, status == Resolved)
	d.Action, d.Winner, d.Rule, d.Status = Recreate, left, rule, status
	d.Result = make([]string, len(in.Fields))
	w := SideWrite{Needed: true, Create: true}
	for i := range in.Fields {
		d.Result[i] = at(in.Sides[left].Content, i)
		if d.Result[i] != "" && in.Fields[i].OneWay != left {
			w.Fields = append(w.Fields, i)
		}
	}
	d.Writes[left.Other()] = w
	d.Writes[left].Needed = in.Sides[left].Version != d.Version
	return d
}
