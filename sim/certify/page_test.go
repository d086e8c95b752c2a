package certify

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/sim/trace"
)

var update = flag.Bool("update", false, "rewrite docs/certification.md")

const pagePath = "../../docs/certification.md"

const pageHead = `# How the checkers are certified

A checker that passes a broken run would pass a broken engine. So journals of the
reference engine that every check passes are broken here, one change at a time,
and judged again. They are the runs of the library with at most %d events: %d
journals. What [engines with one defect each](detection.md) show of the library
and the checkers together, this page shows of the checkers alone.

This page is written by ` + "`go test ./sim/certify -run TestCertificationPage -update`" + `. The
test without the flag breaks fewer journals and compares everything but the
figures. Beside it stand tests that an empty journal is unknown, that a cut one
never passes, that another seed is another run, that no order of scenarios
changes a verdict (` + "`cmd/syncproof/order_test.go`" + `), and that each invariant has a
journal by hand which it passes and one which it fails
(` + "`sim/check/hand_made_test.go`" + `).

## Rules that are broken on purpose

Each line breaks one rule in every journal that has a place for it, and the
invariant that speaks of the rule must fail, or be unknown where evidence was
taken away and nothing else. The last column says of how many journals it did
not pass.

| invariant | mutation | rule | what the journal shows | must be | noticed |
|---|---|---|---|---|---|
`

const blindHead = `
## Changes that nobody aimed

Single events, drawn by a hash of their places, are dropped, swapped with what
happens next, repeated, advanced by ten seconds or altered in one field. Each cell
says how many changes were noticed by an invariant that had passed, then, after the
plus, how many because the journal contradicts itself, which makes the run
inconclusive, and how many were judged. The rest is no measure of the checkers
alone: most events of a journal are one of many that say the same, and may go. The
last column says so of each kind.

| event | drop | swap | repeat | advance | alter | fields of which no change is noticed | what goes unnoticed, and why |
|---|---|---|---|---|---|---|---|
`

// page is the certification as Markdown.
func page(t *testing.T, everywhere bool, n int) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, pageHead, longest, len(library(t)))
	var passes []string
	for _, m := range Mutations() {
		noticed, all := 0, outcomes(t, &m, everywhere)
		for _, o := range all {
			if o.Noticed {
				noticed++
			}
		}
		must := "fail"
		if m.Doubt {
			must = "unknown"
		}
		fmt.Fprintf(&b, "| %s | `%s` | %s | %s | %s | %d of %d |\n", m.Invariant, m.Name, m.Rule, m.Breaks, must, noticed, len(all))
		for _, name := range slices.Sorted(maps.Keys(m.Passes)) {
			passes = append(passes, fmt.Sprintf("- `%s` in `%s`: %s.\n", m.Name, name, m.Passes[name]))
		}
	}
	b.WriteString("\nNot noticed, each known by name:\n\n")
	b.WriteString(strings.Join(passes, ""))
	b.WriteString(blindHead)
	s := score(t, n)
	for _, kind := range s.kinds() {
		fmt.Fprintf(&b, "| `%s` |", kind)
		for _, how := range Ways {
			b.WriteString(" " + cell(s.ways[kind][how]) + " |")
		}
		fmt.Fprintf(&b, " %s | %s |\n", s.asleep(kind), unnoticed[kind])
	}
	b.WriteString("| all |")
	for _, how := range Ways {
		b.WriteString(" " + cell(s.way(how)) + " |")
	}
	b.WriteString(" | |\n")
	return b.String()
}

func cell(s *Score) string {
	if s == nil {
		return "–"
	}
	return fmt.Sprintf("%d + %d of %d", s[ByInvariant], s[ByContradiction], s.Applied())
}

// asleep lists the fields of a kind whose alterations nothing noticed.
func (s *tally) asleep(kind trace.Kind) string {
	var names []string
	for _, name := range slices.Sorted(maps.Keys(s.fields[kind])) {
		if s.fields[kind][name].Noticed() == 0 {
			names = append(names, name)
		}
	}
	return strings.Join(names, " ")
}

// figures are what another draw, or another scenario, changes on the page.
var figures = regexp.MustCompile(`\d+ \+ \d+ of \d+|\d+ of \d+|at most \d+ events: \d+`)

// fieldsColumn is the one of the blind table that names fields, which another
// draw changes as well.
const fieldsColumn = 7

// bare is a page without what depends on the draw.
func bare(page string) string {
	lines := strings.Split(figures.ReplaceAllString(page, "#"), "\n")
	for i, line := range lines {
		if columns := strings.Split(line, "|"); strings.HasPrefix(line, "| `") && len(columns) > fieldsColumn {
			columns[fieldsColumn] = ""
			lines[i] = strings.Join(columns, "|")
		}
	}
	return strings.Join(lines, "\n")
}

// TestCertificationPage keeps docs/certification.md true.
func TestCertificationPage(t *testing.T) {
	if *update {
		if err := os.WriteFile(pagePath, []byte(page(t, true, 40)), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	written, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if bare(string(written)) != bare(page(t, false, 1)) {
		t.Errorf("docs/certification.md is stale: run go test ./sim/certify -run TestCertificationPage -update")
	}
}

// TestEveryKindIsExplained: the page says of each kind of event what goes
// unnoticed.
func TestEveryKindIsExplained(t *testing.T) {
	for kind := trace.Send; kind.String() != "unknown"; kind++ {
		if unnoticed[kind] == "" {
			t.Errorf("nothing is said of %s", kind)
		}
	}
}

// unnoticed says of each kind of event which changes break no rule, or break
// one that nobody sees.
var unnoticed = map[trace.Kind]string{
	trace.Send:          "a request may leave earlier where no pause, no retry and no other write stands in its way; who sent it is read from its arrival",
	trace.Arrive:        "the account and the record are told again by what the system discloses or stores; names of records are for people",
	trace.Read:          "an engine may read as often as it likes, and one read among many tells nothing new; what was read is judged by the commits",
	trace.Commit:        "an edit at another time, by another person or with another stamp is another edit, and mostly ends the same; a change to a field outside the mapping, or that is overwritten later, decides nothing",
	trace.Notify:        "a notice that is queued a little later than it might be is no matter: notices are hints",
	trace.Answer:        "codes and dates are read of refusals and limit signals; the rest are successes",
	trace.Receive:       "codes and dates are read of refusals and limit signals; a success that comes at another time changes nothing",
	trace.Lose:          "why no answer came is not read: to an engine all losses are alike",
	trace.Feed:          "a page is one of many ways to hear of a record, and is shown again",
	trace.Deliver:       "deliveries are repeated and reordered by nature (EV-4); one that was repeated too late for an answer is noticed",
	trace.Ack:           "an answer 5xx asks for the notice again, which an engine may do; that one which always does loses edits where polling is off is not noticed yet",
	trace.Missed:        "a delivery that was missed promises nothing",
	trace.FaultBegin:    "faults only excuse; where nothing needs the excuse nothing changes",
	trace.FaultEnd:      "faults only excuse; one that never ends excuses to the end, which is doubted where the sides differ",
	trace.Crash:         "a crash at another instant is another crash, and what it interrupted is excused as well",
	trace.Restart:       "an engine may start earlier or later",
	trace.Person:        "a decision at another time is another decision; who decided is not read, and a choice of neither side covers both",
	trace.Told:          "messages beyond what must be told may say what they like, at any time; identifiers need only be different",
	trace.Gauge:         "a measurement below its limit is one of many",
	trace.Idle:          "the end of the run says the same",
	trace.End:           "every change is noticed",
	trace.Output:        "the reference engine writes none in a run; secrets in one are looked for above",
	trace.ClaimDecision: "only what names the loser of a conflict is held against the commits, and one of its values is enough; the rest of what an engine says of itself is not believed anyway",
	trace.ClaimStatus:   "a status is judged as it is stored, not as it is claimed",
	trace.ClaimState:    "nothing is concluded from it",
}
