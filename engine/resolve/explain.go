package resolve

import (
	"strconv"
	"strings"
)

// Explain says in one plain sentence why the input led to the decision, for
// ledgers, reports and people. It names fields, never their values.
func Explain(in Input, d Decision) string {
	switch d.Action {
	case Nothing:
		return agreement(&in, &d) + ", so nothing is written"
	case Align:
		return agreement(&in, &d) + ", so only the version is raised to " + number(d.Version)
	case Remove, Recreate, Forget:
		return explainPresence(&in, &d)
	}
	if !in.Sides[CC].Present || !in.Sides[CRM].Present {
		return explainPresence(&in, &d)
	}
	why := explainContent(&in, &d)
	if wrong := wrongSide(&in, &d); wrong != "" && d.Rule != "FC-2" {
		why += "; " + correction(wrong)
	}
	return why
}

func agreement(in *Input, d *Decision) string {
	if d.Rule == "CR-12" {
		return "a base is missing, but both sides have the same content"
	}
	if in.Sides[CC].Version == in.Sides[CRM].Version {
		return "both sides have the same content and version"
	}
	return "both sides have the same content"
}

// explainContent is the sentence about two records that both exist and differ.
func explainContent(in *Input, d *Decision) string {
	switch d.Rule {
	case "CR-2":
		if wrongSide(in, d) != "" {
			return "only " + d.Winner.String() + " has changes that may travel, and they go to " + d.Winner.Other().String()
		}
		return "only " + d.Winner.String() + " changed since the base, so it is pushed to " +
			d.Winner.Other().String() + ", whatever the clocks say"
	case "CR-3":
		return "both sides changed, but no field differently, so the changes are merged"
	case "CR-10":
		return "a person chose " + d.Winner.String()
	case "CR-12":
		return "a base is missing, and each side fills what is empty on the other"
	case "FC-2":
		if d.Action == Flag {
			return "a one-way field was edited on the wrong side, so a person decides"
		}
		return correction(wrongSide(in, d))
	}
	return conflict(in, d) + ", and " + tableReason(in, d)
}

// conflict says what the table was asked about.
func conflict(in *Input, d *Decision) string {
	fields := fieldNames(in, d.Conflicts)
	switch {
	case !usable(&in.Bases[CC]) || !usable(&in.Bases[CRM]):
		return "a base is missing, both sides have their own " + fields
	case in.Policy.Granularity == ByRecord:
		return "both sides changed, the whole record is decided"
	}
	return "both sides have their own " + fields
}

// tableReason is the sentence of CR-4 to CR-7.
func tableReason(in *Input, d *Decision) string {
	wins := ", so " + d.Winner.String() + " wins"
	if d.Rule == "CR-4" {
		loser := d.Winner.Other()
		return d.Winner.String() + " has the higher effective version (" + number(d.Effective[d.Winner]) +
			" against " + number(d.Effective[loser]) + ")" + wins
	}
	equal := "the effective versions are equal (" + number(d.Effective[CC]) + "); "
	tolerance := in.Policy.tolerance(&in.Traits)
	switch {
	case d.Rule == "CR-5":
		return equal + d.Winner.String() + " changed " + d.Apart.String() + " later, which is not under the tolerance of " +
			tolerance.String() + wins
	case d.Rule == "CR-7" && d.Apart == 0:
		return equal + "the times are identical, and " + d.Winner.String() + " has the lower priority id" + wins
	case d.Rule == "CR-7":
		return equal + "a time is unknown, nothing counts as simultaneous, and " + d.Winner.String() +
			" has the lower priority id" + wins
	case d.Apart == unknownApart:
		equal += "a time is unknown, which counts as simultaneous"
	default:
		equal += "the times are only " + d.Apart.String() + " apart, under the tolerance of " + tolerance.String()
	}
	switch {
	case d.Action == Flag:
		return equal + ", so a person decides"
	case d.Winner == None:
		return equal + ", so the changes are merged, which no field contradicts"
	case in.Sides[CC].Origin == in.Sides[CRM].Origin:
		return equal + "; the origins are equal, and " + d.Winner.String() + " has the lower priority id" + wins
	}
	return equal + "; " + in.Sides[d.Winner].Origin.String() + " comes before " +
		in.Sides[d.Winner.Other()].Origin.String() + wins
}

// explainPresence is the sentence about records that do not exist on both sides.
func explainPresence(in *Input, d *Decision) string {
	if d.Action == Forget {
		return "the record is gone on both sides"
	}
	left := survivor(in)
	gone := left.Other()
	deleted := "the record is deleted on " + gone.String()
	switch {
	case d.Rule == "CR-10":
		return "a person chose " + d.Winner.String()
	case d.Action == Flag:
		return deleted + " and edited on " + left.String() + ", so a person decides"
	case d.Action == Remove && len(d.Lost) > 0:
		return deleted + " and edited on " + left.String() + ", and the policy is that the deletion wins"
	case d.Action == Remove:
		return deleted + " and not edited on " + left.String() + ", so the deletion travels"
	case d.Rule == "CR-2":
		return gone.String() + " never had the record, so it is created there"
	case d.Status == Resolved:
		return deleted + " and edited on " + left.String() + ", and the policy is that the edit restores it"
	}
	return "the record came back on " + left.String() + ", which is an edit, so it is created again on " + gone.String()
}

// wrongSide names the fields whose edit on the wrong side is overwritten.
func wrongSide(in *Input, d *Decision) string {
	var fields []int
	for _, l := range d.Lost {
		if l.Rule == "FC-2" {
			fields = append(fields, l.Field)
		}
	}
	return fieldNames(in, fields)
}

func correction(fields string) string {
	return "what was edited on the wrong side is corrected (" + fields + ")"
}

func fieldNames(in *Input, fields []int) string {
	var names []string
	for _, i := range fields {
		names = append(names, in.Fields[i].Name)
	}
	return strings.Join(names, ", ")
}

func number(v int64) string { return strconv.FormatInt(v, 10) }
