package main

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/syncproof/syncproof/internal/again"
)

// app is what every verb shares: the streams and the flags that all have.
type app struct {
	in          io.Reader
	out, errors io.Writer

	json    bool
	quiet   bool
	noColor bool

	// simulate plays a world; nil is sim.Run.
	simulate again.Simulate
}

// run is the whole program but for the process around it.
func run(ctx context.Context, args []string, in io.Reader, out, errors io.Writer) (code int) {
	defer guard(errors, &code)
	root := newRoot(&app{in: in, out: out, errors: errors})
	root.SetArgs(args)
	return conclude(errors, root.ExecuteContext(ctx))
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "syncproof",
		Short: "prove that a two-way synchronisation loses nothing",
		Long: `syncproof plays scenarios of a contact center and a CRM being kept in step,
under outages, rate limits, crashes and simultaneous edits, in one process and
under a virtual clock, and judges what happened by the invariants of its
specification. The same scenario and seed give the same run, byte for byte.

Exit codes: 0 every check held, 1 a check failed, 2 inconclusive,
64 wrong usage or input, 70 the harness itself failed.`,
		Example: `  syncproof run                          every scenario of the library
  syncproof run my-scenario.yaml         one of your own
  syncproof replay higher-version-wins   what happened, step by step
  syncproof init                         a first scenario and a CI workflow`,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			cmd.SetOut(a.errors)
			_ = cmd.Help()
			return misuse("", "say what to do")
		},
		Args: cobra.ArbitraryArgs,
	}
	root.SetOut(a.out)
	root.SetErr(a.errors)
	root.SetIn(a.in)
	root.SetFlagErrorFunc(flagError)
	flags := root.PersistentFlags()
	flags.BoolVar(&a.json, "json", false, "write JSON instead of text (decide and schema always do)")
	flags.BoolVarP(&a.quiet, "quiet", "q", false, "no progress bar; run, explore, mutants: print only what is no pass, and the verdict; elsewhere: no closing line")
	flags.BoolVar(&a.noColor, "no-color", false, "no colours (also: the environment variable NO_COLOR)")
	root.AddCommand(
		newRun(a),
		newLive(a),
		newJudge(a),
		newReplay(a),
		newExplain(a),
		newDiff(a),
		newExplore(a),
		newShrink(a),
		newMutants(a),
		newDecide(a),
		newMock(a),
		newReview(a),
		newDeadLetters(a),
		newApprove(a),
		newServe(a),
		newIncident(a),
		newStore(a),
		newProvision(a),
		newDoctor(a),
		newRequirements(a),
		newSchema(a),
		newInit(a),
		newReport(a),
		newVersion(a),
		newAgain(a),
	)
	return root
}

func unknownVerb(cmd *cobra.Command, verb string) error {
	hint := "run `" + cmd.CommandPath() + " --help` for all verbs"
	var known []string
	for _, c := range cmd.Commands() {
		if !c.Hidden {
			known = append(known, c.Name())
		}
	}
	if near := nearest(verb, known); near != "" {
		hint = "did you mean `" + cmd.CommandPath() + " " + near + "`?"
	}
	return misuse(hint, "unknown verb %q", verb)
}

// flagError names the nearest flag beside what pflag says.
func flagError(cmd *cobra.Command, err error) error {
	hint := "run `" + cmd.CommandPath() + " --help` for all flags"
	if given, ok := strings.CutPrefix(err.Error(), "unknown flag: --"); ok {
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if near := nearest(given, known); near != "" {
			hint = "did you mean --" + near + "?"
		}
	}
	return misuse(hint, "%w", err)
}

// exactly refuses any other number of arguments, and says what they are.
func exactly(words ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) != len(words) {
			return misuse("usage: "+cmd.UseLine(), "%s takes %s, got %d", cmd.Name(), countOf(words), len(args))
		}
		return nil
	}
}

// atMost refuses more than n arguments.
func atMost(n int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > n {
			return misuse("usage: "+cmd.UseLine(), "%s does not know what to do with %q", cmd.Name(), args[n])
		}
		return nil
	}
}

func countOf(words []string) string {
	if len(words) == 0 {
		return "no arguments"
	}
	return strings.Join(words, " and ")
}
