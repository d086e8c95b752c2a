package check

import (
	"errors"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	events := journal(t, conflict+`
		16s  engine writes crm ada notes="call back" v43
		17s  engine writes cc ada v43
		20s  end idle`)
	x, err := Explain(Case{Scenario: world(), Events: events}, "ada")
	if err != nil {
		t.Fatal(err)
	}
	said := x.String()
	for _, want := range []string{
		`notes is "call back" on both sides, from the edit of agent:sam in cc at 12s, version 42`,
		`written to crm at 16s as "call back" by CR-7`,
		`replaced "VIP" by user:sam in crm`,
		`cc by CR-7`,
		`title is "Dr" on both sides, as before the run`,
	} {
		if !strings.Contains(said, want) {
			t.Errorf("the explanation lacks %q:\n%s", want, said)
		}
	}
	_, err = Explain(Case{Scenario: world(), Events: events}, "adda")
	var unknown *UnknownRecordError
	if !errors.As(err, &unknown) || unknown.Near != "ada" {
		t.Errorf("explaining adda gives %v; want ada as the nearest", err)
	}
}

func TestDecisions(t *testing.T) {
	for _, c := range []struct{ name, text, winner, rule string }{
		{"a conflict", conflict + "16s engine writes crm ada notes=\"call back\" v43\n20s end idle", "cc", "CR-7"},
		{"an edit", synced, "cc", "CR-2"},
		{"a merge", `
			0s   setup ada v41 notes="old" title="Dr"
			12s  agent edits cc ada notes="new" v42
			12s  user edits crm ada title="Prof" v42
			14s  engine reads crm ada
			14s  engine reads cc ada
			15s  engine writes cc ada title="Prof" v43
			15s  engine writes crm ada notes="new" v43
			20s  end idle`, "merged", "CR-3"},
		{"a person's word", conflict + `
			15s  told flagged ada id=1
			16s  review ada
			16s  engine writes cc ada notes="VIP" v43
			20s  end idle`, "crm", "CR-10"},
	} {
		ds := Decisions(Case{Scenario: world(), Events: journal(t, c.text)})
		if len(ds) == 0 {
			t.Errorf("%s: no decision", c.name)
			continue
		}
		if d := ds[len(ds)-1]; d.Winner != c.winner || d.ModelRule != c.rule || d.Record != "ada" || !d.Agrees {
			t.Errorf("%s: %+v; want %s by %s", c.name, d, c.winner, c.rule)
		}
	}
}
