package resolve

// Decide resolves one record: CR-1 to CR-7, CR-12, CR-13 and FC-2. It is
// total: every Input has exactly one Decision.
func Decide(in Input) Decision {
	if !in.Sides[CC].Present || !in.Sides[CRM].Present {
		return decidePresence(&in)
	}
	return decideContent(&in)
}

// maxFieldsOnStack is how many fields a comparison holds without allocating.
const maxFieldsOnStack = 32

// decideContent decides between two records that both exist.
func decideContent(in *Input) Decision {
	var buf [maxFieldsOnStack]claim
	c := compare(in, buf[:0])
	d := outline(in, &c)
	if c.agree() {
		return align(in, &c, d)
	}
	if c.wrong > 0 && in.Policy.WrongSide == ReviewWrongSide {
		return flag(d, "FC-2")
	}
	if !tableDecides(&c, in.Policy.Granularity) {
		d.Winner, d.Rule = withoutTable(&c)
		return merge(in, &c, d, false)
	}
	v := table(in, d.Effective, d.Apart)
	if v.flag {
		return flag(d, v.rule)
	}
	d.Winner, d.Rule = v.winner, v.rule
	if v.byField && c.contested == 0 {
		d.Winner = None
	}
	return merge(in, &c, d, in.Policy.Granularity == ByRecord && !v.byField)
}

// outline is the part of a decision that does not depend on its outcome.
func outline(in *Input, c *comparison) Decision {
	d := Decision{
		Winner:    None,
		Effective: effective(in, c.changed),
		Apart:     apartness(in),
		Warnings:  in.Policy.Warnings(in.Traits),
	}
	d.Version = version(in, d.Effective, c.changed[CC] && c.changed[CRM] || c.stale())
	for i, cl := range c.claims {
		if cl == contested {
			d.Conflicts = append(d.Conflicts, i)
		}
	}
	return d
}

// tableDecides says whether CR-4 to CR-7 are asked at all. Where only one
// side changed they are not, whatever the clocks say (CR-2).
func tableDecides(c *comparison, g Granularity) bool {
	both := c.edited[CC] && c.edited[CRM]
	switch {
	case c.noBase || !both:
		return c.contested > 0 && (both || c.stale())
	case g == ByRecord:
		return c.contested+c.travelling > 0
	}
	return c.contested > 0
}

// withoutTable names the winner and the rule where no table is asked.
func withoutTable(c *comparison) (Side, string) {
	switch {
	case c.contested > 0 && c.edited[CC]:
		return CC, "CR-2"
	case c.contested > 0:
		return CRM, "CR-2"
	case c.noBase && c.travelling+c.oneWay > 0:
		return None, "CR-12"
	case c.noBase:
		return corrector(c), "FC-2"
	case c.gives[CC] && c.gives[CRM]:
		return None, "CR-3"
	case c.gives[CC]:
		return CC, "CR-2"
	case c.gives[CRM]:
		return CRM, "CR-2"
	}
	return corrector(c), "FC-2"
}

// corrector is the side whose one-way fields correct the other, None where
// there are some in each direction.
func corrector(c *comparison) Side {
	var has [2]bool
	for _, cl := range c.claims {
		switch cl {
		case ccCorrects:
			has[CC] = true
		case crmCorrects:
			has[CRM] = true
		}
	}
	switch {
	case has[CC] && has[CRM]:
		return None
	case has[CC]:
		return CC
	}
	return CRM
}

// flag leaves everything as it is for a person (CR-6, CR-10, CR-13). The
// version stays: it is what the person's decision on this state will carry.
func flag(d Decision, rule string) Decision {
	d.Action, d.Winner, d.Rule, d.Status = Flag, None, rule, Flagged
	return d
}
