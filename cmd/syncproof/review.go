package main

import (
	"context"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/console"
)

func newReview(a *app) *cobra.Command {
	d := &desk{app: a}
	cmd := &cobra.Command{
		Use:   "review",
		Short: "look at the records that wait for a person, and decide them",
		Long: `Talks to the review console of a running service: lists the flagged and failed
records, shows one with both sides and its history, and takes a decision. The
service judges every decision against what both systems hold by then: one on a
state that has moved on is refused.

Exit codes: 0 done, 1 the service refused, 2 it has not answered in time,
64 wrong usage, 70 the service cannot be reached.`,
		Example: `  syncproof review list
  syncproof review show cc:ada
  syncproof review resolve cc:ada --state f7bc5bf11b4bbee8 --choose crm --by "Grace Hopper"
  syncproof review restore cc:eve --by "Grace Hopper"`,
		Args: cobra.ArbitraryArgs,
		RunE: sayWhat(a),
	}
	d.flags(cmd)
	cmd.AddCommand(d.newList(), d.newShow(), d.newResolve(), d.newRestore(), d.newStatus())
	return cmd
}

// sayWhat answers a verb that needs another one behind it: with its help.
func sayWhat(a *app) func(*cobra.Command, []string) error {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return unknownVerb(cmd, args[0])
		}
		cmd.SetOut(a.errors)
		_ = cmd.Help()
		return misuse("", "say what to do")
	}
}

func (d *desk) newList() *cobra.Command {
	query := map[string]*string{}
	cmd := &cobra.Command{
		Use:   "list",
		Short: "list flagged and failed records",
		Example: `  syncproof review list
  syncproof review list --status flagged --rule CR-6
  syncproof review list --json | jq -r '.records[].key'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := d.all(cmd.Context(), given(query))
			if err != nil {
				return err
			}
			return d.printList(all, "nothing waits for a person")
		},
	}
	query["status"] = cmd.Flags().String("status", "", "statuses, separated by commas (without it: flagged,failed)")
	query["rule"] = cmd.Flags().String("rule", "", "only records that this rule flagged or failed")
	names := []string{"pending", "in_sync", "resolved", "overwritten", "flagged", "failed"}
	if err := cmd.RegisterFlagCompletionFunc("status", cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp)); err != nil {
		panic(err) // the flag is not there
	}
	return cmd
}

// given are the parameters that were given.
func given(flags map[string]*string) url.Values {
	query := url.Values{}
	for name, value := range flags {
		if *value != "" {
			query.Set(name, *value)
		}
	}
	return query
}

// all reads every page of a list.
func (d *desk) all(ctx context.Context, query url.Values) ([]console.Summary, error) {
	all := []console.Summary{}
	query.Set("limit", "1000")
	for {
		var page console.Page
		if err := d.get(ctx, "/records", query, &page); err != nil {
			return nil, err
		}
		all = append(all, page.Records...)
		if page.Next == "" {
			return all, nil
		}
		query.Set("after", page.Next)
	}
}

func (d *desk) newShow() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "show KEY",
		Short: "show a record: both sides, why it waits, what was decided before",
		Example: `  syncproof review show cc:ada
  syncproof review show cc:ada --json | jq '.fields[] | select(.differs)'`,
		Args:              exactly("KEY"),
		ValidArgsFunction: d.completeKeys(url.Values{}),
		RunE: func(cmd *cobra.Command, args []string) error {
			var rec console.Record
			if err := d.get(cmd.Context(), keyPath(args[0]), nil, &rec); err != nil {
				return err
			}
			return d.printRecord(&rec)
		},
	}
	return cmd
}

func (d *desk) newResolve() *cobra.Command {
	var ask console.Decision
	var set, clearing []string
	cmd := &cobra.Command{
		Use:   "resolve KEY",
		Short: "decide a flagged record: by one side, field by field, or by values",
		Long: `Decides a flagged record. --choose takes one side's values; --set and --clear
give single fields, on top of it. Without --choose they must cover every field
in which the sides differ. --state is what ` + "`syncproof review show`" + ` printed: if the
record has changed since, the decision is refused and nothing is written.`,
		Example: `  syncproof review resolve cc:ada --state f7bc5bf11b4bbee8 --choose crm --by "Grace Hopper"
  syncproof review resolve cc:ada --state f7bc5bf11b4bbee8 --choose cc --set notes="VIP, call back" --by "Grace Hopper"
  syncproof review resolve cc:ada --state f7bc5bf11b4bbee8 --clear notes --by "Grace Hopper"`,
		Args:              exactly("KEY"),
		ValidArgsFunction: d.completeKeys(url.Values{"status": {"flagged"}}),
		RunE: func(cmd *cobra.Command, args []string) error {
			var err error
			if ask.By, err = d.signature(); err != nil {
				return err
			}
			if ask.State == "" {
				return misuse("`syncproof review show "+shell(args[0])+"` prints it", "say which state you looked at, with --state")
			}
			if ask.Set, err = assignments(set, clearing); err != nil {
				return err
			}
			return d.say(cmd.Context(), keyPath(args[0])+"/decision", &ask, args[0]+": decided")
		},
	}
	d.signed(cmd)
	cmd.Flags().StringVar(&ask.State, "state", "", "the state that you looked at")
	cmd.Flags().StringVar(&ask.Choose, "choose", "", "the side whose values to take: cc or crm")
	cmd.Flags().StringArrayVar(&set, "set", nil, "give one field a value, as field=value (repeatable)")
	cmd.Flags().StringArrayVar(&clearing, "clear", nil, "empty one field (repeatable)")
	completeSide(cmd, "choose")
	return cmd
}

// assignments are the values of --set and --clear.
func assignments(set, clearing []string) (map[string]*string, error) {
	all := map[string]*string{}
	add := func(name string, value *string) error {
		if _, twice := all[name]; twice {
			return misuse("", "the field %s is given twice", name)
		}
		all[name] = value
		return nil
	}
	for _, text := range set {
		name, value, ok := strings.Cut(text, "=")
		if !ok || name == "" {
			return nil, misuse("", "--set: found %q, expected field=value", text)
		}
		if err := add(name, &value); err != nil {
			return nil, err
		}
	}
	for _, name := range clearing {
		if err := add(name, nil); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (d *desk) newRestore() *cobra.Command {
	var ask console.Restore
	cmd := &cobra.Command{
		Use:   "restore KEY",
		Short: "write values again that a decision overwrote",
		Long: `Writes values of the ledger again, to both sides. The record must be in sync.
Without --entry it is the newest entry that lost something; without --field all
that it lost.`,
		Example: `  syncproof review restore cc:eve --by "Grace Hopper"
  syncproof review restore cc:eve --entry 1 --field notes --side cc --by "Grace Hopper"`,
		Args:              exactly("KEY"),
		ValidArgsFunction: d.completeKeys(url.Values{"status": {"overwritten"}}),
		RunE: func(cmd *cobra.Command, args []string) (err error) {
			if ask.By, err = d.signature(); err != nil {
				return err
			}
			if ask.Entry == 0 {
				if ask.Entry, err = d.newestLoss(cmd.Context(), args[0]); err != nil {
					return err
				}
			}
			return d.say(cmd.Context(), keyPath(args[0])+"/restore", &ask, args[0]+": restored")
		},
	}
	d.signed(cmd)
	cmd.Flags().Uint32Var(&ask.Entry, "entry", 0, "number of the ledger's entry")
	cmd.Flags().StringArrayVar(&ask.Fields, "field", nil, "only this field (repeatable)")
	cmd.Flags().StringVar(&ask.Side, "side", "", "whose value, where both sides lost theirs: cc or crm")
	completeSide(cmd, "side")
	return cmd
}

// newestLoss is the number of the newest ledger entry that lost something.
func (d *desk) newestLoss(ctx context.Context, key string) (uint32, error) {
	var rec console.Record
	if err := d.get(ctx, keyPath(key), nil, &rec); err != nil {
		return 0, err
	}
	for i := len(rec.Ledger) - 1; i >= 0; i-- {
		if len(rec.Ledger[i].Lost) > 0 {
			return rec.Ledger[i].Number, nil
		}
	}
	return 0, misuse("", "the ledger of %s holds nothing that was overwritten", key)
}

// say gives the service a person's word, and prints done when it was taken.
func (d *desk) say(ctx context.Context, path string, ask any, done string) error {
	var accepted console.Accepted
	if err := d.post(ctx, path, ask, &accepted); err != nil {
		return err
	}
	if d.app.json {
		return d.app.writeJSON(accepted)
	}
	return d.closing(done)
}

func (d *desk) newStatus() *cobra.Command {
	return &cobra.Command{
		Use:     "status",
		Short:   "count what waits for a person, and for the engine",
		Example: "  syncproof review status\n  syncproof review status --json | jq .queue",
		Args:    exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			var s console.Status
			if err := d.get(cmd.Context(), "/status", nil, &s); err != nil {
				return err
			}
			return d.printStatus(&s)
		},
	}
}
