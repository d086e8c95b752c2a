package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/internal/again"
	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/trace"
)

// contextMost bounds the events that are shown before a difference.
const contextMost = 1000

type diffFlags struct {
	context   int
	sim, live bool
}

func newDiff(a *app) *cobra.Command {
	var f diffFlags
	cmd := &cobra.Command{
		Use:   "diff A B | diff --sim --live FILE|DIR|NAME...",
		Short: "name the first event in which two journals differ",
		Long: `Compares two journals, as ` + "`run --journal`" + ` or ` + "`replay --json`" + ` wrote them, and shows
the first event that differs with those before it. What follows it is the
consequence as a rule, and is left out. Journals of several scenarios are
compared one by one, in their order.

With --sim and --live together the arguments are scenarios instead: each is
played in the simulator and live, and what was decided or stored differently is
shown (docs/fidelity.md says what timing decides).

The exit code is 0 if they are the same, 1 if they differ.`,
		Example: `  syncproof diff before.ndjson after.ndjson
  syncproof diff before.ndjson after.ndjson --context 20
  syncproof diff --sim --live higher-version-wins`,
		Args: func(cmd *cobra.Command, args []string) error {
			if f.sim || f.live {
				return nil
			}
			return exactly("a journal", "another one")(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if f.sim != f.live {
				return misuse("", "--sim and --live go together: they name the two worlds to compare")
			}
			if f.sim {
				return a.diffWorlds(cmd.Context(), args)
			}
			if f.context < 0 || f.context > contextMost {
				return misuse("", "--context is %d, it must be from 0 to %d", f.context, contextMost)
			}
			first, err := a.readJournals(args[0])
			if err != nil {
				return err
			}
			second, err := a.readJournals(args[1])
			if err != nil {
				return err
			}
			c := &comparison{app: a, names: [2]string{args[0], args[1]}, context: f.context}
			return c.show(first, second)
		},
	}
	cmd.Flags().IntVar(&f.context, "context", 3, "how many events to show before the first that differs")
	cmd.Flags().BoolVar(&f.sim, "sim", false, "with --live: compare the simulated world of each scenario with the live one")
	cmd.Flags().BoolVar(&f.live, "live", false, "with --sim: compare the live world of each scenario with the simulated one")
	return cmd
}

// comparison is two sides that should be the same, by the names that people
// have for them.
type comparison struct {
	app     *app
	names   [2]string
	context int
}

// divergence is the first difference between the journals of one scenario. It
// is what diff --json prints.
type divergence struct {
	Scenario string       `json:"scenario,omitempty"`
	Same     bool         `json:"same"`
	Events   [2]int       `json:"events"`
	Op       uint64       `json:"op,omitempty"`
	Fields   []string     `json:"fields,omitempty"`
	Before   []trace.Line `json:"before,omitempty"`
	First    *trace.Line  `json:"first,omitempty"`
	Second   *trace.Line  `json:"second,omitempty"`

	// lines are Before, First and Second for people.
	lines []string
}

// show compares journal by journal; the error is the exit code.
func (c *comparison) show(first, second []recorded) error {
	if len(first) != len(second) {
		return misuse("compare journals of the same scenarios", "found %d in %s and %d in %s, expected as many", len(first), c.names[0], len(second), c.names[1])
	}
	all := make([]divergence, 0, len(first))
	differ := 0
	for i := range first {
		a, b := first[i].scenario, second[i].scenario
		if a != b && a != "" && b != "" {
			return misuse("compare journals of the same scenarios, in the same order", "journal %d is of %q in %s and of %q in %s", i+1, a, c.names[0], b, c.names[1])
		}
		d := c.compare(first[i].events, second[i].events)
		d.Scenario = cmp.Or(a, b)
		all = append(all, d)
		if !d.Same {
			differ++
		}
	}
	if err := c.print(all, differ); err != nil {
		return err
	}
	if differ > 0 {
		return &exitError{code: exitFail}
	}
	return nil
}

// compare finds the first difference between two journals of one scenario.
func (c *comparison) compare(first, second []trace.Event) divergence {
	d := divergence{Events: [2]int{len(first), len(second)}}
	found := again.Compare(first, second)
	if found == nil {
		d.Same = true
		return d
	}
	d.Op, d.Fields = found.Op, found.Fields
	at := int(found.Op) - 1
	journal := reports.NewJournal(first)
	for i := max(at-c.context, 0); i < at; i++ {
		d.Before = append(d.Before, journal.Record(&first[i]))
		d.lines = append(d.lines, "  "+journal.Line(&first[i]))
	}
	d.First = c.side("- ", first[:at], found.First, &d.lines)
	d.Second = c.side("+ ", first[:at], found.Second, &d.lines)
	return d
}

// side is one side's event after those that both have, nil if its journal has
// ended.
func (c *comparison) side(mark string, before []trace.Event, e *trace.Event, lines *[]string) *trace.Line {
	if e == nil {
		*lines = append(*lines, mark+"the journal has ended")
		return nil
	}
	journal := reports.NewJournal(append(before[:len(before):len(before)], *e))
	*lines = append(*lines, mark+journal.Line(e))
	line := journal.Record(e)
	return &line
}

func (c *comparison) print(all []divergence, differ int) error {
	if c.app.json {
		return c.app.writeJSON(all)
	}
	var b strings.Builder
	for i := range all {
		d := &all[i]
		if d.Same {
			continue
		}
		if d.Scenario != "" {
			fmt.Fprintf(&b, "%s: ", reports.Plain(d.Scenario))
		}
		fmt.Fprintf(&b, "event #%d is the first that differs", d.Op)
		if len(d.Fields) > 0 {
			fmt.Fprintf(&b, ", in %s", strings.Join(d.Fields, ", "))
		}
		fmt.Fprintf(&b, " (- %s, + %s)\n", reports.Plain(c.names[0]), reports.Plain(c.names[1]))
		for _, line := range d.lines {
			b.WriteString("  " + line + "\n")
		}
	}
	switch {
	case differ > 0:
		fmt.Fprintf(&b, "%d of %d differ\n", differ, len(all))
	case !c.app.quiet:
		fmt.Fprintf(&b, "the same: %s\n", sizes(all))
	}
	_, err := fmt.Fprint(c.app.out, b.String())
	return err
}

// sizes says how much is the same.
func sizes(all []divergence) string {
	events := 0
	for i := range all {
		events += all[i].Events[0]
	}
	if len(all) == 1 {
		return fmt.Sprintf("%d events", events)
	}
	return fmt.Sprintf("%d events in %d journals", events, len(all))
}
