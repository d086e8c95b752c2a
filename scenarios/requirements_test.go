package scenarios

import (
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Every rule and invariant of the specification.
var specified = strings.Fields(`
DM-1 DM-2 DM-3 DM-4 DM-5 DM-6 DM-7 DM-8 DM-9 DM-10 DM-11
EV-1 EV-2 EV-3 EV-4 EV-5 EV-6 EV-7 EV-8 EV-9 EV-10 EV-11
CR-1 CR-2 CR-3 CR-4 CR-5 CR-6 CR-7 CR-8 CR-9 CR-10 CR-11 CR-12 CR-13 CR-14
RL-1 RL-2 RL-3 RL-4 RL-5 RL-6
FC-1 FC-2 FC-3
SE-1 SE-2 SE-3`)

var invariants = strings.Fields(`
convergence no-over-flagging no-lost-edit right-winner no-loop version-monotonic durable-ack prompt-ack backoff bounded
review-isolation valid-payloads no-duplicates told liveness secrecy`)

func TestRequirements(t *testing.T) {
	all, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range all {
		ids = append(ids, r.ID)
	}
	if want := slices.Concat(specified, invariants); !slices.Equal(ids, want) {
		t.Errorf("got %v\nwant %v", ids, want)
	}
	source := regexp.MustCompile(`^(Step [123]|Edge Case [123]|Prerequisites|specification|field report)$`)
	thread := regexp.MustCompile(`^(https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+)?$`)
	tested := regexp.MustCompile(`^(engine|mocks|sim|scenarios|reports|cmd)(/[a-z]+)*$`)
	for _, r := range all {
		if !source.MatchString(r.Source) || !thread.MatchString(r.Thread) {
			t.Errorf("%s: source %q, thread %q", r.ID, r.Source, r.Thread)
		}
		if !strings.HasSuffix(r.Rule, ".") || strings.Count(r.Rule, ". ") > 0 {
			t.Errorf("%s: the rule is not one sentence: %s", r.ID, r.Rule)
		}
		if len(r.Checks) == 0 && len(r.Scenarios) == 0 && len(r.Tests) == 0 {
			t.Errorf("%s: no check, scenario or test covers it", r.ID)
		}
		for _, check := range r.Checks {
			if !slices.Contains(invariants, check) {
				t.Errorf("%s: %q is no invariant", r.ID, check)
			}
		}
		for _, path := range r.Tests {
			if !tested.MatchString(path) {
				t.Errorf("%s: %q is no package of a room", r.ID, path)
			}
		}
	}
}

func TestRequirementsKnowTheirScenarios(t *testing.T) {
	all, err := Requirements()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(r Requirement) bool { return r.ID == "CR-7" })
	if !slices.Contains(all[i].Scenarios, "guide/partition-both-edited-same-second.yaml") {
		t.Errorf("CR-7 is covered by %v", all[i].Scenarios)
	}
}

func TestRequirementsFileErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                             "found no list",
		"- {id: X, rule: y}":           "found no source",
		"- {id: X, rule: y, sorce: z}": `did you mean "source"?`,
		"- {id: X, rule: y, source: field report}":                     "thread",
		"- {id: X, rule: y, source: z}\n- {id: X, rule: y, source: z}": "twice",
	} {
		if _, err := parseRequirements("r.yaml", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v; want %q", text, err, want)
		}
	}
}
