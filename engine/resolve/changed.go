package resolve

// claim says whose value a field should have, before any table.
type claim uint8

const (
	settled     claim = iota // the sides agree, or nothing is to be done
	ccTravels                // cc's value goes to crm
	crmTravels               // crm's value goes to cc
	ccCorrects               // cc's value replaces an edit on the wrong side, crm (FC-2)
	crmCorrects              // crm's value replaces an edit on the wrong side, cc
	contested                // both sides have a claim, with different values
)

// travels is the claim of the value on side s.
func travels(s Side) claim { return ccTravels + claim(s) }

// corrects is the claim of the value on side s over a wrong-side edit.
func corrects(s Side) claim { return ccCorrects + claim(s) }

// comparison is what the contents of two existing records say.
type comparison struct {
	// noBase: at least one side has no content to compare with (CR-12).
	noBase bool
	// changed: the side's content differs from its own base. Without a base
	// both sides count as changed.
	changed [2]bool
	// edited: the side changed a two-way field.
	edited [2]bool
	// gives: the side changed something that may travel to the other.
	gives [2]bool
	// claims is indexed as Input.Fields.
	claims []claim
	// contested, wrong and travelling count the claims; a travelling field
	// is a two-way one that only one side has a claim to.
	contested, wrong, travelling int
	// oneWay counts one-way fields that travel as they should.
	oneWay int
}

// agree says that nothing has to travel (CR-1).
func (c *comparison) agree() bool {
	return c.contested+c.wrong+c.travelling+c.oneWay == 0
}

// stale says that two-way fields differ though neither side changed one: an
// earlier decision did not reach one of the sides. There is no common base
// for such a field, so both sides have a claim to it.
func (c *comparison) stale() bool {
	return c.contested > 0 && !c.edited[CC] && !c.edited[CRM]
}

// compare finds who has a say in each field. The claims are appended to buf.
func compare(in *Input, buf []claim) comparison {
	c := comparison{claims: buf}
	c.noBase = !usable(&in.Bases[CC]) || !usable(&in.Bases[CRM])
	if c.noBase {
		c.changed = [2]bool{true, true}
		c.edited, c.gives = c.changed, c.changed
	}
	for i := range in.Fields {
		now := [2]string{at(in.Sides[CC].Content, i), at(in.Sides[CRM].Content, i)}
		var cl claim
		if c.noBase {
			cl = claimWithoutBase(&in.Fields[i], now)
		} else {
			cl = c.claimWithBase(in, i, now)
		}
		c.add(cl, in.Fields[i].OneWay)
	}
	return c
}

// claimWithBase compares one field with each side's own base, and notes what
// that says of the sides.
func (c *comparison) claimWithBase(in *Input, i int, now [2]string) claim {
	to := in.Fields[i].OneWay
	var moved [2]bool
	for s := CC; s <= CRM; s++ {
		moved[s] = now[s] != at(in.Bases[s].Content, i)
		if moved[s] {
			c.changed[s] = true
			c.edited[s] = c.edited[s] || to == None
			c.gives[s] = c.gives[s] || to != s
		}
	}
	switch {
	case now[CC] == now[CRM]:
		return settled
	case to != None:
		return oneWayClaim(to, moved)
	case moved[CC] == moved[CRM]:
		return contested
	case moved[CC]:
		return ccTravels
	}
	return crmTravels
}

func (c *comparison) add(cl claim, to Side) {
	c.claims = append(c.claims, cl)
	switch {
	case cl == settled:
	case cl == contested:
		c.contested++
	case cl == ccCorrects || cl == crmCorrects:
		c.wrong++
	case to == None:
		c.travelling++
	default:
		c.oneWay++
	}
}

// differsFromBase says whether a present side's content is not its base's;
// a side without a base to compare with counts as changed.
func differsFromBase(in *Input, s Side) bool {
	if !usable(&in.Bases[s]) {
		return true
	}
	for i := range in.Fields {
		if at(in.Sides[s].Content, i) != at(in.Bases[s].Content, i) {
			return true
		}
	}
	return false
}

// usable says that the base has a content to compare with.
func usable(b *Base) bool { return b.Known && b.Present }

// at is the value of a field; a content that ends early is empty from there.
func at(content []string, i int) string {
	if i < len(content) {
		return content[i]
	}
	return ""
}
