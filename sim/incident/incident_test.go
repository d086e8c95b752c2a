package incident_test

import (
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/incident"
	"github.com/syncproof/syncproof/sim/live"
	"github.com/syncproof/syncproof/sim/trace"
)

// lived is what a live run with a recording came to.
type lived struct {
	result *sim.Result
	files  []string
}

// play plays a scenario live and keeps the recordings, one for each process.
func play(t *testing.T, text string) lived {
	t.Helper()
	sc, err := scenarios.Parse("lived.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	r, err := live.Run(t.Context(), sc, live.Options{Record: dir})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "*.ndjson"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no recording: %v", err)
	}
	return lived{r, files}
}

// renamed is the incident's scenario with the names of the scenario that was
// lived through, so that both can be compared.
func (l *lived) renamed(t *testing.T, in *incident.Incident) *scenarios.Scenario {
	t.Helper()
	names := map[string]string{}
	for i := range l.result.Events {
		if e := &l.result.Events[i]; e.Kind == trace.Commit && e.Alias != "" {
			for n, ids := range in.Names {
				if slices.Contains(ids[:], e.Record) {
					names["r"+strconv.Itoa(n+1)] = e.Alias
				}
			}
		}
	}
	text, err := in.Text()
	if err != nil {
		t.Fatal(err)
	}
	word := regexp.MustCompile(`\br[0-9]+\b`)
	sc, err := scenarios.Parse("incident.yaml", word.ReplaceAllFunc(text, func(name []byte) []byte {
		if alias, ok := names[string(name)]; ok {
			return []byte(alias)
		}
		return name
	}))
	if err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	return sc
}

// TestALiveRunBecomesAScenario: what a live engine went through, recorded and
// converted, reaches the same decisions and final states in the simulator.
func TestALiveRunBecomesAScenario(t *testing.T) {
	for name, tt := range map[string]struct {
		text string
		says []scenarios.Verb
	}{
		"a conflict, a 429 and a restart": {`
scenario: lived
systems: {crm: {kind: rest}}
records: [{id: ada, notes: old}, {id: bob}, {id: eve, title: Ms}]
timeline:
  - {at: 5s, partition: [engine, crm], for: 20s}
  - {at: 6s, edit: ada, on: crm, as: user, set: {notes: VIP}}
  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: call back}}
  - {at: 50s, throttle: crm, for: 40s, retry_after: 15, count: 2}
  - {at: 55s, edit: bob, on: cc, as: agent, set: {notes: busy}}
  - {at: 2m, crash: engine, down: 5s}
  - {at: 123s, edit: eve, on: cc, as: agent, set: {title: Dr}}
  - {at: 4m, edit: eve, on: crm, as: user, set: {notes: moved}}
`, []scenarios.Verb{scenarios.CrashEngine, scenarios.Edit, scenarios.Partition, scenarios.Throttle}},
		"a tie that a person decides, a new customer and a deletion": {`
scenario: lived
systems: {crm: {kind: salesforce}}
policy: {tolerance: 3s}
records: [{id: ada, notes: old}, {id: bob}]
timeline:
  - {at: 5s, partition: [engine, crm], for: 20s}
  - {at: 8s, edit: ada, on: crm, as: user, set: {notes: VIP}}
  - {at: 10s, edit: ada, on: cc, as: agent, set: {notes: call back}}
  - {at: 2m, review: ada, choose: crm}
  - {at: 3m, create: nora, on: cc, as: agent, set: {last_name: Noether, notes: new}}
  - {at: 5m, delete: bob, on: crm, as: user}
`, []scenarios.Verb{scenarios.Create, scenarios.Delete, scenarios.Edit, scenarios.Partition, scenarios.Review}},
		"an edit that no webhook told of": {`
scenario: lived
systems: {crm: {kind: dynamics}}
engine: {poll: {cc: 1m, crm: 30s}}
records: [{id: ada}, {id: bob}]
timeline:
  - {at: 20s, edit: ada, on: cc, as: agent, set: {notes: call back}}
  - {at: 80s, mute_webhooks: cc, for: 1s}
  - {at: 80500ms, edit: bob, on: cc, as: agent, set: {notes: unheard}}
`, []scenarios.Verb{scenarios.Edit, scenarios.MuteWebhooks}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := play(t, tt.text)
			in, err := incident.Read(l.files, incident.Options{})
			if err != nil {
				t.Fatal(err)
			}
			sc := l.renamed(t, in)
			if err := check.CompileExpect(sc); err != nil {
				t.Fatal(err)
			}
			simulated, err := sim.Run(t.Context(), sc, sim.Options{Unhashed: true})
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range live.Compare(l.result, simulated) {
				t.Errorf("live and simulated: %s", d)
			}
			for _, v := range check.Judge(check.Case{Scenario: sc, Events: simulated.Events}) {
				if v.Verdict != check.Pass && v.Verdict != check.NotApplicable {
					t.Errorf("%s: %s: %s", v.Name, v.Verdict, v.Reason)
				}
			}
			var says []scenarios.Verb
			for i := range sc.Timeline {
				says = append(says, sc.Timeline[i].Verb)
			}
			slices.Sort(says)
			if says = slices.Compact(says); !slices.Equal(says, tt.says) {
				t.Errorf("the scenario says %v, expected %v", says, tt.says)
			}
			if t.Failed() {
				shown, err := in.Text()
				t.Logf("%s%v", shown, err)
			}
		})
	}
}

// TestOnly: of a recording only what concerns the records that are asked for is
// taken; a record that is not in it leaves nothing.
func TestOnly(t *testing.T) {
	l := play(t, `
scenario: lived
systems: {crm: {kind: rest}}
records: [{id: ada}, {id: bob}]
timeline:
  - {at: 5s, edit: ada, on: cc, as: agent, set: {notes: one}}
  - {at: 9s, edit: bob, on: cc, as: agent, set: {notes: two}}
`)
	all, err := incident.Read(l.files, incident.Options{})
	if err != nil {
		t.Fatal(err)
	}
	one, err := incident.Read(l.files, incident.Options{Only: all.Names[1][:1], Title: "the second"})
	if err != nil {
		t.Fatal(err)
	}
	if len(all.Names) != 2 || len(one.Names) != 1 || len(one.Scenario.Timeline) != 1 || one.Scenario.Title != "the second" {
		t.Errorf("%d and %d records, %v", len(all.Names), len(one.Names), one.Scenario.Timeline)
	}
	if _, err := incident.Read(l.files, incident.Options{Only: []string{"nobody"}}); err == nil || !strings.Contains(err.Error(), "no record was worked on") {
		t.Errorf("%v", err)
	}
	if _, err := incident.Read([]string{"incident_test.go"}, incident.Options{}); err == nil || !strings.HasPrefix(err.Error(), "incident_test.go: line 1: ") {
		t.Errorf("%v", err)
	}
}
