package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/trace"
)

type replayFlags struct {
	seed   uint64
	until  uint64
	record string
	kinds  []string
}

func newReplay(a *app) *cobra.Command {
	var f replayFlags
	p := &player{stall: defaultStall, quick: true, simulate: a.simulate}
	cmd := &cobra.Command{
		Use:   "replay FILE|NAME",
		Short: "play one scenario and print what happened, step by step",
		Long: `Plays one scenario and prints its journal: what the mock systems, the network
and the world saw, one event a line, in one total order. Lines whose kind
begins with "claim" are the engine's own words. Nothing is judged: the exit
code says whether the scenario could be played.`,
		Example: `  syncproof replay higher-version-wins
  syncproof replay my.yaml --record ada --kind commit,claim-decision
  syncproof replay my.yaml --until 120 --json`,
		Args: exactly("a file or a name of the library"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("seed") {
				p.seed = &f.seed
			}
			p.until = f.until
			return a.replay(cmd, args[0], &f, p)
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 0, "seed in place of the scenario's own")
	flags.Uint64Var(&f.until, "until", 0, "stop after this operation")
	flags.StringVar(&f.record, "record", "", "only events of this record, by the scenario's name or a native id")
	flags.StringSliceVar(&f.kinds, "kind", nil, "only events of these kinds, e.g. commit,ack")
	p.engine.addTo(flags)
	p.crm.addTo(flags)
	p.addFidelity(flags)
	flags.DurationVar(&p.stall, "stall", defaultStall, "give up if nothing moved for this long in wall time")
	return cmd
}

func (a *app) replay(cmd *cobra.Command, arg string, f *replayFlags, p *player) error {
	if err := knownKinds(f.kinds); err != nil {
		return err
	}
	if err := checkStall(p.stall); err != nil {
		return err
	}
	j, err := pickOne(arg)
	if err != nil {
		return err
	}
	if j, err = p.crm.recastOne(j); err != nil {
		return err
	}
	bar := a.newProgress(1)
	p.moved = bar.moved
	c := p.play(cmd.Context(), j)
	bar.finish()
	if err := faultError(&c); err != nil {
		return err
	}
	journal := reports.NewJournal(c.Journal)
	shown, err := f.choose(journal, c.Journal)
	if err != nil {
		return err
	}
	if err := printEvents(a.out, journal, c.Journal, shown, a.json); err != nil || a.json || a.quiet {
		return err
	}
	_, err = fmt.Fprintf(a.out, "\n%d of %d events, ended: %s, seed %d, hash %s\n", len(shown), len(c.Journal), c.Ended, c.Seed, c.Hash)
	return err
}

// faultError is the fault of a case that had to be played, nil if it has none.
func faultError(c *reports.Case) error {
	if c.Fault == nil {
		return nil
	}
	code := exitHarness
	if c.Fault.Inconclusive {
		code = exitInconclusive
	}
	text := c.Fault.Message
	if c.Fault.Stack != "" {
		text += "\n" + strings.ReplaceAll(c.Fault.Stack, "\t", "  ")
	}
	return &exitError{code: code, err: fmt.Errorf("%s: %s", c.Name, text)}
}

// choose gives the indexes of the events that the flags ask for.
func (f *replayFlags) choose(journal *reports.Journal, events []trace.Event) ([]int, error) {
	var shown []int
	found := f.record == ""
	for i := range events {
		e := &events[i]
		if f.record != "" && journal.Name(e) != f.record && e.Record != f.record {
			continue
		}
		found = true
		if len(f.kinds) > 0 && !slices.Contains(f.kinds, e.Kind.String()) {
			continue
		}
		shown = append(shown, i)
	}
	if !found {
		return nil, misuse(recordsHint(f.record, recordsOf(events)), "no event is about a record %q", f.record)
	}
	return shown, nil
}

// recordsOf lists the records that a journal names, by the scenario's names
// where it has them; the first hundred, which is enough for a hint.
func recordsOf(events []trace.Event) []string {
	journal := reports.NewJournal(events)
	var names []string
	for i := range events {
		name := journal.Name(&events[i])
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if len(names) == 100 {
			break
		}
	}
	return names
}

// recordsHint names the nearest record, or all that there are.
func recordsHint(given string, known []string) string {
	hint := "records: " + strings.Join(known, ", ")
	if near := nearest(given, known); near != "" {
		hint = "did you mean " + near + "?"
	}
	return reports.Plain(hint)
}

func printEvents(w io.Writer, journal *reports.Journal, events []trace.Event, shown []int, asJSON bool) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for _, i := range shown {
		var err error
		if asJSON {
			err = enc.Encode(journal.Record(&events[i]))
		} else {
			_, err = fmt.Fprintln(w, journal.Line(&events[i]))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func knownKinds(given []string) error {
	var known []string
	for k := trace.KindNone + 1; k.String() != "unknown"; k++ {
		known = append(known, k.String())
	}
	for _, k := range given {
		if !slices.Contains(known, k) {
			return misuse("kinds: "+strings.Join(known, ", "), "unknown kind %q", k)
		}
	}
	return nil
}
