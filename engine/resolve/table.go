package resolve

import "time"

// unknownApart is Decision.Apart where a time is unknown or was not compared.
const unknownApart time.Duration = -1

// verdict is the table's word on a conflict.
type verdict struct {
	winner Side
	rule   string
	// flag: a person decides (CR-6).
	flag bool
	// byField: only contested fields go to the winner, whatever the
	// granularity (CR-6, policy merge).
	byField bool
}

// table goes through CR-4 to CR-7.
func table(in *Input, eff [2]int64, apart time.Duration) verdict {
	tolerance := in.Policy.tolerance(&in.Traits)
	switch {
	case eff[CC] > eff[CRM]:
		return verdict{winner: CC, rule: "CR-4"}
	case eff[CRM] > eff[CC]:
		return verdict{winner: CRM, rule: "CR-4"}
	case apart == 0 || (apart == unknownApart && tolerance == 0):
		return verdict{winner: byPriority(&in.Traits), rule: "CR-7"}
	case apart == unknownApart || apart < tolerance:
		return simultaneous(in)
	}
	return verdict{winner: later(in), rule: "CR-5"}
}

// simultaneous is CR-6.
func simultaneous(in *Input) verdict {
	switch in.Policy.Simultaneous {
	case MergeFields:
		return verdict{winner: byOrigin(in), rule: "CR-6", byField: true}
	case Hierarchy:
		return verdict{winner: byOrigin(in), rule: "CR-6"}
	}
	return verdict{winner: None, rule: "CR-6", flag: true}
}

// byOrigin: agent before user before system, then the priority id.
func byOrigin(in *Input) Side {
	cc, crm := in.Sides[CC].Origin, in.Sides[CRM].Origin
	switch {
	case cc > crm:
		return CC
	case crm > cc:
		return CRM
	}
	return byPriority(&in.Traits)
}

// byPriority: the lower priority id wins (CR-7). The ids of a pair differ; if
// they do not, the contact center's counts as lower, as it does by default.
func byPriority(traits *[2]SystemTraits) Side {
	if traits[CRM].Priority < traits[CC].Priority {
		return CRM
	}
	return CC
}

// later is the side with the later time, both known and different.
func later(in *Input) Side {
	if in.Sides[CRM].Time.After(in.Sides[CC].Time) {
		return CRM
	}
	return CC
}

// apartness is |tS - tT| as instants at the coarser resolution (DM-7,
// DM-10), or unknownApart.
func apartness(in *Input) time.Duration {
	cc, crm := in.Sides[CC].Time, in.Sides[CRM].Time
	if cc.IsZero() || crm.IsZero() {
		return unknownApart
	}
	r := coarser(&in.Traits)
	return cc.Truncate(r).Sub(crm.Truncate(r)).Abs()
}
