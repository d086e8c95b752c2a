package resolve_test

import (
	"sort"

	"github.com/syncproof/syncproof/engine/resolve"
)

// fates is CR-13 as a table: what is known of the absent record, and of the
// one that is left.
var fates = map[[2]string]string{
	{"never", "new"}:        "first",
	{"never", "same"}:       "first",
	{"never", "edited"}:     "first",
	{"never", "back"}:       "first",
	{"had", "same"}:         "delete",
	{"had", "edited"}:       "policy",
	{"had", "new"}:          "policy",
	{"had", "back"}:         "policy",
	{"tombstone", "same"}:   "delete",
	{"tombstone", "edited"}: "policy",
	{"tombstone", "new"}:    "policy",
	{"tombstone", "back"}:   "undelete",
}

func (m *model) absent() outcome {
	if !m.in.Sides[0].Present && !m.in.Sides[1].Present {
		return outcome{Action: "forget", Winner: "none", Rule: "CR-13", Status: "IN_SYNC", After: []string{"cc gone", "crm gone"}}
	}
	left := index(m.in.Sides[1].Present)
	gone := 1 - left
	fate := fates[[2]string{m.history(gone, "never", "had", "tombstone"), m.present(left)}]
	if fate == "policy" {
		fate = map[resolve.DeleteVsEdit]string{
			resolve.ReviewDelete: "review", resolve.DeleteWins: "delete", resolve.RestoreWins: "restore",
		}[m.in.Policy.DeleteVsEdit]
	}
	switch fate {
	case "review":
		return m.flagged("CR-13")
	case "delete":
		return m.deletes(left)
	}
	o := outcome{Action: "recreate", Winner: sideName(left), Rule: "CR-13", Status: "IN_SYNC"}
	if fate == "first" {
		o.Rule = "CR-2"
	}
	eff := m.effective()
	o.Version = max(m.floor(), eff[0], eff[1])
	if fate == "restore" {
		o.Status = "RESOLVED"
		o.Version++
	}
	for s := range 2 {
		for i := range m.n {
			v := m.now(left, i)
			if s == gone && int(m.in.Fields[i].OneWay) == left {
				v = ""
			}
			o.After = append(o.After, m.named(s, i, v))
		}
		if s == gone || m.in.Sides[s].Version != o.Version {
			o.Written = append(o.Written, sideName(s))
		}
	}
	return o
}

func (m *model) deletes(left int) outcome {
	o := outcome{
		Action: "delete", Winner: sideName(1 - left), Rule: "CR-13", Status: "IN_SYNC",
		After: []string{"cc gone", "crm gone"}, Written: []string{sideName(left)},
	}
	b := m.in.Bases[left]
	for i := range m.n {
		was := ""
		if b.Known && b.Present {
			was = at(b.Content, i)
		}
		if m.now(left, i) != was {
			o.Lost = append(o.Lost, m.loss(left, i, "CR-13"))
			o.Status = "OVERWRITTEN"
		}
	}
	sort.Strings(o.Lost)
	return o
}

// history words what the base of a side says.
func (m *model) history(s int, unknown, present, absent string) string {
	switch b := m.in.Bases[s]; {
	case !b.Known:
		return unknown
	case b.Present:
		return present
	}
	return absent
}

func (m *model) present(s int) string {
	word := m.history(s, "new", "same", "back")
	if word == "same" && m.changedAlone(s) {
		return "edited"
	}
	return word
}
