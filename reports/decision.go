package reports

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/syncproof/syncproof/sim/check"
)

// decisionsShown bounds the decisions of one case on a console.
const decisionsShown = 20

// decidedShown is how many decisions the table's column holds.
const decidedShown = 2

// decided is what was decided in a case, in at most room cells: the first
// decisions and how many more there are. What the model refuses comes first,
// then what was decided between two edits.
func decided(all []check.Decision, room int) string {
	if len(all) == 0 {
		return Fit("nothing", room)
	}
	order := make([]*check.Decision, len(all))
	for i := range all {
		order[i] = &all[i]
	}
	slices.SortStableFunc(order, func(a, b *check.Decision) int { return weight(a) - weight(b) })
	line := ""
	for n := min(decidedShown, len(all)); n > 0; n-- {
		words := make([]string, 0, n+1)
		for _, d := range order[:n] {
			words = append(words, outcome(d))
		}
		if more := len(all) - n; more > 0 {
			words = append(words, fmt.Sprintf("+%d", more))
		}
		if line = Plain(strings.Join(words, ", ")); Width(line) <= room {
			return line
		}
	}
	return Fit(line, room)
}

// weight orders decisions by what a reader looks for.
func weight(d *check.Decision) int {
	switch {
	case d.Wrong != "":
		return 0
	case d.Conflict:
		return 1
	}
	return 2
}

// outcome is a decision in a few words.
func outcome(d *check.Decision) string {
	s := d.Record + ": " + d.Winner + " by " + ruleOf(d)
	if d.Wrong != "" {
		s += " (wrong)"
	}
	return s
}

func ruleOf(d *check.Decision) string { return firstOf(d.ModelRule, d.Rule, "no rule") }

// decision is one decision in one line: what won where, by which rule, and
// whether the independent model and the engine's own word agree.
func decision(d *check.Decision) string {
	what := d.Winner + " wins"
	if d.Winner == "merged" || d.Winner == "flagged" {
		what = d.Winner
	}
	line := fmt.Sprintf("%s  %s: %s by %s", Clock(time.Duration(d.At)), d.Record, what, ruleOf(d))
	if len(d.Fields) > 0 {
		line += ", " + strings.Join(d.Fields, " ")
	}
	if d.Conflict {
		line += ", a conflict"
	}
	if d.Rule != "" && !d.Agrees {
		line += ", the engine says " + d.Rule
	}
	if d.Wrong != "" {
		line += ", wrong: " + d.Wrong
	}
	return Plain(line)
}
