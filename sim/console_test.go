package sim

import (
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

// conflict leaves ada flagged.
const conflict = "  - {at: 40s, edit: ada, on: crm, as: user, set: {notes: VIP}}\n" +
	"  - {at: 42s, edit: ada, on: cc, as: agent, set: {notes: call back}}\n"

// people are what people did at the console and what they were answered.
func people(all []trace.Event) string {
	var words []string
	for _, e := range find(all, trace.Person, trace.World) {
		word := e.Verb
		if e.Code != "" {
			word += " " + e.Code
		}
		if e.Text != "" {
			word += ": " + e.Text
		}
		words = append(words, word)
	}
	return strings.Join(words, "\n")
}

func TestDecisionsAtTheConsole(t *testing.T) {
	const poll = "engine: {poll: {cc: off, crm: 30s}, audit: off}\npolicy: {tolerance: 10s}\n"
	for _, c := range []struct{ name, timeline, want string }{
		{"carried out", "  - {at: 5m, review: ada, choose: cc}\n", "review"},
		{"while the engine is down", "  - {at: 5m, crash: engine, down: 1m}\n  - {at: 5m30s, review: ada, choose: cc}\n",
			"review refused: the engine is down"},
		{"approved while the engine is down", "  - {at: 5m, crash: engine, down: 1m}\n  - {at: 5m30s, review: mass-delete, choose: approve}\n",
			"review refused: the engine is down"},
		{"restored while the engine is down", "  - {at: 5m, crash: engine, down: 1m}\n  - {at: 5m30s, restore: ada}\n",
			"restore refused: the engine is down"},
		{"before it is durable", "  - {at: 5m, crash: engine, before: persist, of: ada, down: 1m}\n  - {at: 5m, review: ada, choose: cc}\n",
			"review\nreview refused: the engine died before the decision was durable"},
		{"durable before the crash", "  - {at: 5m, crash: engine, before: persisted, of: ada, down: 1m}\n  - {at: 5m, review: ada, choose: cc}\n", "review"},
		{"durable, and then the disk is lost", "  - {at: 5m, crash: engine, before: persisted, of: ada, down: 1m, wipe: true}\n  - {at: 5m, review: ada, choose: cc}\n",
			"review\nreview refused: the engine died before the decision was durable"},
		{"an approval of nothing", "  - {at: 5m, review: mass-delete, choose: approve}\n",
			"approve approve\napprove refused: no mass delete waits for approval"},
		{"stale, refused after a restart",
			"  - {at: 4m, partition: [engine, crm], for: 3m}\n" +
				"  - {at: 5m, edit: ada, on: crm, as: user, set: {notes: moved on}}\n" +
				"  - {at: 5m30s, review: ada, choose: cc}\n" +
				"  - {at: 6m, crash: engine, down: 1s}\n",
			"review\nreview refused: the record has changed since: look at it again"},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := events(t, parse(t, poll, conflict+c.timeline))
			if got := people(all); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
			for _, e := range find(all, trace.Person, trace.World, code("refused")) {
				if strings.Contains(e.Text, "is down") {
					continue
				}
				if e.Cause == 0 || all[e.Cause-1].Kind != trace.Person {
					t.Errorf("the refusal %q does not lead to what was refused", e.Text)
				}
			}
		})
	}
}
