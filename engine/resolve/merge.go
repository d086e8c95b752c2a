package resolve

// merge carries a decision out over the fields: the value that each ends
// with, what each side has to get, and what is lost. With whole, the winner's
// record is taken for all two-way fields (CR-3, granularity record);
// otherwise each change travels and the winner only decides contested fields.
func merge(in *Input, c *comparison, d Decision, whole bool) Decision {
	// Without a base the only claims that travel fill an empty field, and an
	// empty value never overwrites a present one, not even the winner's.
	whole = whole && !c.noBase
	d.Result = make([]string, len(in.Fields))
	for i, cl := range c.claims {
		from, lost := source(cl, d.Winner, whole && in.Fields[i].OneWay == None)
		if from == None {
			d.Result[i] = agreedValue(in, i)
			continue
		}
		to := from.Other()
		d.Result[i] = at(in.Sides[from].Content, i)
		d.Writes[to].Fields = append(d.Writes[to].Fields, i)
		if lost {
			rule := d.Rule
			if cl == ccCorrects || cl == crmCorrects {
				rule = "FC-2"
			}
			d.Lost = append(d.Lost, Loss{Field: i, Side: to, Value: at(in.Sides[to].Content, i), Rule: rule})
		}
	}
	needWrites(in, &d)
	d.Action = Merge
	if d.Winner != None && len(d.Writes[d.Winner].Fields) == 0 {
		d.Action = Push
	}
	d.Status = statusOf(&d)
	return d
}

// source is the side whose value a field takes (None: leave it), and whether
// the other side loses a change by that.
func source(cl claim, winner Side, whole bool) (from Side, lost bool) {
	switch cl {
	case settled:
		return None, false
	case contested:
		return winner, true
	case ccCorrects:
		return CC, true
	case crmCorrects:
		return CRM, true
	case ccTravels:
		from = CC
	case crmTravels:
		from = CRM
	}
	if whole && winner != from {
		return winner, true
	}
	return from, false
}

// agreedValue is the value of a settled field, at its destination if it is
// one-way.
func agreedValue(in *Input, i int) string {
	if in.Fields[i].OneWay == CRM {
		return at(in.Sides[CRM].Content, i)
	}
	return at(in.Sides[CC].Content, i)
}

// needWrites asks for a write wherever fields or the version must change.
func needWrites(in *Input, d *Decision) {
	for s := CC; s <= CRM; s++ {
		d.Writes[s].Needed = len(d.Writes[s].Fields) > 0 || in.Sides[s].Version != d.Version
	}
}

// statusOf is the status that a carried-out merge leads to (DM-9).
func statusOf(d *Decision) Status {
	switch {
	case len(d.Lost) > 0:
		return Overwritten
	case d.Rule == "CR-2":
		return InSync
	}
	return Resolved
}

// After is the content that a side ends with once the decision is carried
// out; nil where the record is gone. It is the side's next base.
func (d *Decision) After(in *Input, s Side) []string {
	w := &d.Writes[s]
	if w.Delete || (!in.Sides[s].Present && !w.Create) {
		return nil
	}
	if len(w.Fields) == 0 && !w.Create {
		return in.Sides[s].Content
	}
	content := make([]string, len(in.Fields))
	if !w.Create {
		copy(content, in.Sides[s].Content)
	}
	for _, i := range w.Fields {
		content[i] = d.Result[i]
	}
	return content
}
