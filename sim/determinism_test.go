package sim

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

// childEnv makes this test binary print the hashes of a fixed set of worlds
// and exit, so that a process can be compared with another.
const childEnv = "SYNCPROOF_SIM_HASHES"

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) == "" {
		os.Exit(m.Run())
	}
	lines, err := hashes()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Print(lines)
}

// rough is a world in which every source of disorder is at work: loss,
// jitter, reordering, repeated webhooks, limits, and crashes of every kind.
const rough = `
scenario: everything at once
systems:
  cc:  {kind: genesys, jitter: 30ms}
  crm: {kind: %s, jitter: 30ms, clock: {skew: 3s, drift: 200ppm}}
engine: {concurrency: 4, working_set: 16, poll: 20s}
records: 40
timeline:
  - {at: 1s, loss: [engine, crm], rate: 20, for: 3m}
  - {at: 1s, reorder: [engine, cc], rate: 40, for: 3m}
  - {at: 1s, repeat_webhooks: cc, count: 3, for: 3m}
  - {at: 1s, duplicate: [engine, crm], rate: 30, for: 3m}
  - {at: 2s, edit: "*", on: cc, as: agent, set: {notes: "call {n}"}, every: 40s, times: 3}
  - {at: 21s, edit: "*", on: crm, as: user, set: {title: "Director {n}", notes: "VIP {n}"}, every: 40s, times: 3}
  - {at: 30s, throttle: crm, for: 20s, retry_after: 5}
  - {at: 45s, crash: engine, before: written, nth: 3, down: 3s}
  - {at: 70s, crash: engine, before: persisted, nth: 2, down: 3s, torn: true}
  - {at: 90s, truncate: [engine, crm], rate: 30, for: 30s}
  - {at: 2m, lose_store: true, down: 1s}
`

func roughWorlds() ([]*scenarios.Scenario, error) {
	var all []*scenarios.Scenario
	for _, kind := range []string{"rest", "salesforce"} {
		sc, err := scenarios.Parse(kind+".yaml", fmt.Appendf(nil, rough, kind))
		if err != nil {
			return nil, err
		}
		all = append(all, sc)
	}
	return all, nil
}

// hashes are the journals' hashes of the rough worlds, for two seeds each.
func hashes() (string, error) {
	all, err := roughWorlds()
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, sc := range all {
		for _, seed := range []uint64{1, 2} {
			wire, err := Run(context.Background(), sc, Options{Seed: &seed})
			if err != nil {
				return "", err
			}
			model, err := Run(context.Background(), sc, Options{Seed: &seed, Fidelity: Model})
			if err != nil {
				return "", err
			}
			if wire.Hash != model.Hash {
				return "", fmt.Errorf("%s, seed %d: %s at wire fidelity, %s at model fidelity", sc.Path, seed, wire.Hash, model.Hash)
			}
			fmt.Fprintf(&b, "%s %d %s %s %d events\n", sc.Path, seed, wire.Hash, wire.Ended, len(wire.Events))
		}
	}
	return b.String(), nil
}

// TestSameSeedSameJournal: in this process again, in others, with other
// numbers of processors and with the collector off and busy.
func TestSameSeedSameJournal(t *testing.T) {
	want, err := hashes()
	if err != nil {
		t.Fatal(err)
	}
	if again, err := hashes(); err != nil || again != want {
		t.Errorf("the second time in one process:\n%s%v, the first time:\n%s", again, err, want)
	}
	for _, env := range [][]string{
		{"GOMAXPROCS=1", "GOGC=off"},
		{"GOMAXPROCS=2", "GOGC=10"},
		{"GOMAXPROCS=1", "GODEBUG=asyncpreemptoff=1"},
	} {
		t.Run(strings.Join(env, " "), func(t *testing.T) {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(append(os.Environ(), childEnv+"=1"), env...)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if string(out) != want {
				t.Errorf("got\n%swant\n%s", out, want)
			}
		})
	}
}

func TestAnotherSeedAnotherJournal(t *testing.T) {
	text, err := hashes()
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(text), "\n")
	for i := 0; i < len(lines); i += 2 {
		if a, b := strings.Fields(lines[i])[2], strings.Fields(lines[i+1])[2]; a == b {
			t.Errorf("seeds 1 and 2 gave one journal: %s", lines[i])
		}
	}
}

// TestRunsShareNothing: the library forwards and backwards, so that whatever
// a run leaves behind in its process meets another one.
func TestRunsShareNothing(t *testing.T) {
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	// The large worlds take most of the time and leave nothing else behind.
	all = slices.DeleteFunc(all, func(sc *scenarios.Scenario) bool { return sc.Records.Count() > 200 })
	if testing.Short() {
		all = all[:len(all)/8]
	}
	forwards := make(map[string]string, len(all))
	for _, sc := range all {
		forwards[sc.Path] = runWith(t, sc, Options{}).Hash
	}
	slices.Reverse(all)
	for _, sc := range all {
		if got := runWith(t, sc, Options{}).Hash; got != forwards[sc.Path] {
			t.Errorf("%s: %s after other runs, %s before them", sc.Path, got, forwards[sc.Path])
		}
	}
}

// TestWrittenAgain: a scenario that is written as a file and read again plays
// the same, wherever its lines stand now.
func TestWrittenAgain(t *testing.T) {
	all, err := roughWorlds()
	if err != nil {
		t.Fatal(err)
	}
	for _, sc := range all {
		text, err := sc.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		again, err := scenarios.Parse("again.yaml", append([]byte("# one\n# two\n# three lines\n"), text...))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := runWith(t, sc, Options{}).Hash, runWith(t, again, Options{}).Hash; a != b {
			t.Errorf("%s: %s as written by hand, %s as written by Marshal", sc.Path, a, b)
		}
	}
}
