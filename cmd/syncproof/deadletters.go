package main

import (
	"context"
	"net/url"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/console"
)

func newDeadLetters(a *app) *cobra.Command {
	d := &desk{app: a}
	cmd := &cobra.Command{
		Use:   "deadletters",
		Short: "list, retry and discard records that a system cannot take",
		Long: `Talks to the review console of a running service about its dead letters:
records with a value that the other system cannot hold. A retry works them
again now. Discarding takes them off the list and writes nothing: they are left
alone until one of their sides changes, or they are retried.

Exit codes: 0 done, 1 the service refused one, 2 it has not answered for one in
time, 64 wrong usage, 70 the service cannot be reached.`,
		Example: `  syncproof deadletters list
  syncproof deadletters retry --field Description --dry-run --by "Grace Hopper"
  syncproof deadletters discard cc:bob --by "Grace Hopper"`,
		Args: cobra.ArbitraryArgs,
		RunE: sayWhat(a),
	}
	d.flags(cmd)
	cmd.AddCommand(d.newLetterList(),
		d.newLetterVerb("retry", "work dead letters again now", "would be retried", "retried"),
		d.newLetterVerb("discard", "take dead letters off the list, writing nothing", "would be discarded", "discarded"))
	return cmd
}

// filterFlags adds the flags that choose dead letters.
func filterFlags(cmd *cobra.Command, f *console.Filter) {
	cmd.Flags().StringVar(&f.Side, "side", "", "those of this system: cc or crm")
	cmd.Flags().StringVar(&f.Field, "field", "", "those with this field, as the system calls it")
	cmd.Flags().StringVar(&f.Rule, "rule", "", "those by this rule, such as length")
	cmd.Flags().BoolVar(&f.Discarded, "discarded", false, "among those off the list")
	completeSide(cmd, "side")
}

func (d *desk) newLetterList() *cobra.Command {
	var f console.Filter
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list dead letters",
		Example: `  syncproof deadletters list
  syncproof deadletters list --rule length --json`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			query := given(map[string]*string{"side": &f.Side, "field": &f.Field, "rule": &f.Rule})
			query.Set("status", "failed")
			if f.Discarded {
				query.Set("discarded", "true")
			}
			all, err := d.all(cmd.Context(), query)
			if err != nil {
				return err
			}
			return d.printList(all, "no dead letters")
		},
	}
	filterFlags(cmd, &f)
	return cmd
}

func (d *desk) newLetterVerb(verb, short, would, done string) *cobra.Command {
	var ask console.Letters
	var f console.Filter
	cmd := &cobra.Command{
		Use:   verb + " [KEY...]",
		Short: short,
		Example: "  syncproof deadletters " + verb + " cc:bob --by \"Grace Hopper\"\n" +
			"  syncproof deadletters " + verb + " --rule length --dry-run --by \"Grace Hopper\"\n" +
			"  syncproof deadletters " + verb + " --all --by \"Grace Hopper\"",
		ValidArgsFunction: d.completeKeys(url.Values{"status": {"failed"}}),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			filtered := f.All || f.Side != "" || f.Field != "" || f.Rule != ""
			switch {
			case len(args) == 0 && !filtered:
				return misuse("name keys, or filter with --side, --field or --rule, or say --all", "say which dead letters to %s", verb)
			case len(args) > 0 && (filtered || f.Discarded):
				return misuse("", "keys and filters exclude each other")
			case len(args) == 0:
				ask.Filter = &f
			}
			if ask.By, err = d.signature(); err != nil {
				return err
			}
			ask.Keys = args
			out, err := d.letters(cmd.Context(), verb, &ask)
			if err != nil {
				return err
			}
			if err := d.printOutcomes(out, would, done); err != nil {
				return err
			}
			return outcomesError(out)
		},
	}
	d.signed(cmd)
	filterFlags(cmd, &f)
	cmd.Flags().BoolVar(&f.All, "all", false, "all dead letters")
	cmd.Flags().StringVar(&ask.State, "state", "", "with one key: the state that you looked at")
	cmd.Flags().BoolVar(&ask.DryRun, "dry-run", false, "only list what would be done")
	return cmd
}

// lettersAtOnce is how many dead letters one request handles.
const lettersAtOnce = 200

// letters asks for something to be done with dead letters, in parts.
func (d *desk) letters(ctx context.Context, verb string, ask *console.Letters) (*console.Outcomes, error) {
	all := &console.Outcomes{DryRun: ask.DryRun, Letters: []console.Outcome{}}
	ask.Limit = lettersAtOnce
	keys := ask.Keys
	for {
		ask.Keys = keys[:min(len(keys), lettersAtOnce)]
		keys = keys[len(ask.Keys):]
		var part console.Outcomes
		if err := d.post(ctx, "/dead-letters/"+verb, ask, &part); err != nil {
			return all, err
		}
		all.Letters = append(all.Letters, part.Letters...)
		if ask.After = part.Next; ask.After == "" && len(keys) == 0 {
			return all, nil
		}
	}
}

// outcomesError is nil where everything was done.
func outcomesError(out *console.Outcomes) error {
	code := exitPass
	for i := range out.Letters {
		switch out.Letters[i].Result {
		case console.Refused:
			return &exitError{code: exitFail}
		case console.Undecided:
			code = exitInconclusive
		}
	}
	if code == exitPass {
		return nil
	}
	return &exitError{code: code}
}
