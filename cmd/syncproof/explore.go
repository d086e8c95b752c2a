package main

import (
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/explore"
)

type exploreFlags struct {
	span          time.Duration
	runs          int
	seed          uint64
	size          explore.Size
	shard         string
	jobs          int
	enough        int
	engine        engineFlag
	crm           crmFlag
	dir           string
	shrink        time.Duration
	stall         time.Duration
	twice         bool
	exhaustive    string
	depth, states int
	fidelity      sim.Fidelity
	fixed         bool // the seed was given
	shardNo       [2]int
	out           exploreOutputs
}

func newExplore(a *app) *cobra.Command {
	var f exploreFlags
	cmd := &cobra.Command{
		Use:   "explore",
		Short: "search generated worlds for failures, and shrink what is found",
		Long: `Generates worlds, plays and judges them on all cores, until the time or the
number of runs is over or something else says stop. Each world draws which
kinds of fault it has at all, and how strong they are.

Of each kind of failure (an invariant, violated in one role) the smallest
scenario that shows it is written below --dir as a commented file that
` + "`syncproof run`" + ` plays. An interrupted search keeps what it has found.

With --exhaustive one scenario is played in every order in which its messages
can arrive, breadth first, so that what is found is one of the shortest ways
to it. Its crash, lose_webhooks and loss steps are a budget of one each, spent
at every instant; its other steps stay where they are. --depth bounds the
choices of a way between what can happen next, where there is more than one;
what follows without a choice is not counted. --states bounds the states that
are kept. A search that comes to a bound says how large it became, stops
there, and exits with 2, unless it has found a failure.

The exit code is 0 if no world failed. Worlds of which some invariant could
not be decided are counted apart; if nothing at all was decided, or the search
was interrupted before its bound, it is 2.`,
		Example: `  syncproof explore --for 30s
  syncproof explore --runs 1000 --seed 7 --shard 1/4 --report shard-1.json
  syncproof explore --engine last-write-wins --enough 1
  syncproof explore --crm dynamics --runs 500
  syncproof explore --runs 500 --twice        the same in another process, too?
  syncproof explore --for 0                   until interrupted
  syncproof explore --exhaustive small.yaml --depth 20`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			f.fixed = cmd.Flags().Changed("seed")
			if err := f.together(cmd.Flags()); err != nil {
				return err
			}
			if cmd.Flags().Changed("runs") && !cmd.Flags().Changed("for") {
				f.span = 0
			}
			f.size.CRM = f.crm.kind
			if cmd.Flags().Changed("exhaustive") {
				return a.exhaust(cmd.Context(), &f)
			}
			return a.explore(cmd.Context(), &f)
		},
	}
	flags := cmd.Flags()
	flags.DurationVar(&f.span, "for", time.Minute, "how long to search, in wall time; 0, or --runs alone, is no bound")
	flags.IntVar(&f.runs, "runs", 0, "how many worlds to play, 0 for no bound")
	flags.Uint64Var(&f.seed, "seed", 0, "begin of the sequence of worlds; the same version and seed give the same worlds (default: another each time)")
	flags.IntVar(&f.size.Records, "records", explore.DefaultSize.Records, "records in a world, at most")
	flags.IntVar(&f.size.Edits, "edits", explore.DefaultSize.Edits, "edits and other acts of people in a world, at most")
	flags.IntVar(&f.size.Faults, "faults", explore.DefaultSize.Faults, "faults in a world, at most")
	flags.IntVar(&f.size.Accounts, "accounts", 0, "percent of the worlds in which some records are accounts beside contacts")
	flags.BoolVar(&f.size.Exact, "exact", false, "as many records, edits and faults in every world as --records, --edits and --faults say")
	flags.StringVar(&f.shard, "shard", "", "play only this share of the worlds, as in 2/4; report merge adds up the shares")
	flags.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "worlds at once; a seed gives the same worlds whatever the number")
	flags.IntVar(&f.enough, "enough", enoughFailures, "stop after so many different failures, 0 for never")
	f.engine.addTo(flags)
	f.crm.addTo(flags)
	flags.Var(fidelityFlag{&f.fidelity}, "fidelity", "wire: real requests and JSON; model: exchanges as data, with the same events")
	flags.BoolVar(&f.twice, "twice", false, "play each world again in another process; one that differs is a failure")
	flags.StringVar(&f.dir, "dir", explore.FailuresDir, "folder for the failures")
	flags.DurationVar(&f.shrink, "shrink", 10*time.Second, "how long to shrink each failure, in wall time; 0 leaves it as found")
	flags.DurationVar(&f.stall, "stall", defaultStall, stallUsage)
	flags.StringVar(&f.exhaustive, "exhaustive", "", "play every order of the messages of this scenario, and place its crashes and losses everywhere")
	flags.IntVar(&f.depth, "depth", 0, "with --exhaustive: leave out what lies beyond so many choices on one way, 0 for no bound")
	flags.IntVar(&f.states, "states", explore.StatesMost, "with --exhaustive: stop when there are more states")
	flags.StringVar(&f.out.junit, "junit", "", "write JUnit XML to this file")
	flags.StringVar(&f.out.report, "report", "", "write the JSON report to this file")
	flags.StringVar(&f.out.markdown, "markdown", "", "write a Markdown summary to this file")
	return cmd
}

// together refuses flags that do not go together: one search is random, the
// other is not.
func (f *exploreFlags) together(flags *pflag.FlagSet) error {
	random := []string{
		"for", "runs", "seed", "records", "edits", "faults", "accounts", "exact", "shard", "enough", "shrink", "stall", "twice",
		"junit", "report", "markdown",
	}
	exhaustive := flags.Changed("exhaustive")
	switch {
	case exhaustive && f.exhaustive == "":
		return misuse("add --exhaustive FILE", "--exhaustive names no scenario")
	case exhaustive && flags.Changed("fidelity"):
		return misuse("leave --fidelity out", "--fidelity does not go with --exhaustive, which plays at model fidelity")
	}
	for _, name := range random {
		if exhaustive && flags.Changed(name) {
			return misuse("--depth and --states bound an exhaustive search, --json prints all of it", "--%s does not go with --exhaustive", name)
		}
	}
	for _, name := range []string{"depth", "states"} {
		if !exhaustive && flags.Changed(name) {
			return misuse("add --exhaustive FILE", "--%s goes with --exhaustive only", name)
		}
	}
	return nil
}

// check refuses what makes no sense.
func (f *exploreFlags) check() error {
	for _, n := range []struct {
		flag        string
		value, most int
	}{
		{"runs", f.runs, 1 << 40}, {"records", f.size.Records, explore.RecordsMax}, {"edits", f.size.Edits, explore.EditsMax},
		{"faults", f.size.Faults, explore.FaultsMax}, {"accounts", f.size.Accounts, 100}, {"enough", f.enough, 10_000},
	} {
		if n.value < 0 || n.value > n.most {
			return misuse("", "--%s is %d, it must be from 0 to %d", n.flag, n.value, n.most)
		}
	}
	switch {
	case f.jobs < 1:
		return misuse("", "--jobs is %d, it must be at least 1", f.jobs)
	case f.span < 0:
		return misuse("", "--for is %v, it must not be negative", f.span)
	case f.shrink < 0:
		return misuse("", "--shrink is %v, it must not be negative", f.shrink)
	}
	if err := checkStall(f.stall); err != nil {
		return err
	}
	return f.checkShard()
}

// checkShard reads --shard i/n.
func (f *exploreFlags) checkShard() error {
	if f.shard == "" {
		return nil
	}
	number, of, ok := strings.Cut(f.shard, "/")
	i, err1 := strconv.Atoi(number)
	n, err2 := strconv.Atoi(of)
	if !ok || err1 != nil || err2 != nil || n < 1 || i < 1 || i > n {
		return misuse("write --shard 2/4 for the second of four", "--shard is %q, it must be a number from 1 to n, a slash, and n", f.shard)
	}
	if !f.fixed {
		return misuse("add --seed 1, the same for each shard", "--shard %s without --seed: the shards would play different worlds", f.shard)
	}
	f.shardNo = [2]int{i, n}
	return nil
}

// rerun is the command that plays a failure's file again.
func (f *exploreFlags) rerun(path string) string {
	return "syncproof run " + shellWord(path) + f.args()
}

// args are what every command about this search's worlds needs.
func (f *exploreFlags) args() string {
	args := f.engine.arg()
	if f.fidelity != sim.Wire {
		args += " --fidelity " + f.fidelity.String()
	}
	return args
}

// found says in a line how a failure was found: the command draws the same
// worlds, up to this one.
func (f *exploreFlags) found(run int) string {
	return fmt.Sprintf("world %d of `syncproof explore --seed %d --runs %d%s`", run, f.seed, run, f.sizes()+f.crm.arg()+f.args())
}

// enoughFailures is how many different failures end a search by default.
const enoughFailures = 10

// sizes are the flags that say how large worlds are and when the search stops,
// where they are not the defaults: another size draws another world.
func (f *exploreFlags) sizes() string {
	var args string
	for _, s := range []struct {
		name     string
		n, usual int
	}{
		{"records", f.size.Records, explore.DefaultSize.Records}, {"edits", f.size.Edits, explore.DefaultSize.Edits},
		{"faults", f.size.Faults, explore.DefaultSize.Faults}, {"accounts", f.size.Accounts, explore.DefaultSize.Accounts},
		{"enough", f.enough, enoughFailures},
	} {
		if s.n != s.usual {
			args += fmt.Sprintf(" --%s %d", s.name, s.n)
		}
	}
	if f.size.Exact {
		args += " --exact"
	}
	return args
}
