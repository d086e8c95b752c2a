package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/live"
)

// liveStall is how long a live run may stand still: a process may take as long
// to get ready.
const liveStall = 2 * time.Minute

type liveFlags struct {
	run       runFlags
	serve     bool
	command   string
	url       string
	speed     string
	toxiproxy string
	keep      string
	poll      time.Duration
	kills     int
	feed      string
}

func newLive(a *app) *cobra.Command {
	var f liveFlags
	cmd := &cobra.Command{
		Use:   "live [FILE|DIR|NAME...]",
		Short: "play scenarios over real HTTP, with any engine",
		Long: `Plays scenarios in real time and over real HTTP, with the mocks on loopback and
a Toxiproxy between them and the engine, and judges them as run does.

The engine under test is the reference engine in this process, unless a flag
says otherwise. In this process silence is skipped, so that an hour in which
nothing happens takes no time; with any other engine time runs as --speed says.

What cannot be made live is left out and listed with the reason, or refused if
it was named. Exit codes are those of run; an engine that dies or never gets
ready is inconclusive.`,
		Example: `  syncproof live higher-version-wins
  syncproof live table --jobs 1
  syncproof live --serve my-scenario.yaml
  syncproof live --engine-cmd 'python3 engine.py' --speed 10x my-scenario.yaml
  syncproof live --kills 20                  kill -9 at random instants under load`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if cmd.Flags().Changed("seed") {
				return a.live(cmd.Context(), args, &f, &f.run.seed)
			}
			return a.live(cmd.Context(), args, &f, nil)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.serve, "serve", false, "the reference engine as a process of its own, as syncproof serve runs it")
	flags.StringVar(&f.command, "engine-cmd", "", "a foreign engine: the `command` that starts it")
	flags.StringVar(&f.url, "engine-url", "", "a foreign engine that runs already: the `address` of its webhooks")
	flags.StringVar(&f.speed, "speed", "", "how fast time runs, e.g. 60x; default 10x in this process, else 1x")
	flags.StringVar(&f.toxiproxy, "toxiproxy", "", "use the Toxiproxy at this `host:port` instead of one in this process")
	flags.StringVar(&f.keep, "keep", "", "keep what engines leave, logs and state, in this `folder`")
	flags.StringVar(&f.feed, "feed", "webhook", "how the reference engine hears of the contact center's changes: webhook or channel")
	flags.DurationVar(&f.poll, "poll", 0, "how often a foreign engine polls, if not as the scenario says")
	flags.IntVar(&f.kills, "kills", 0, "a drill instead of scenarios: kill the served engine this often, at random instants under load")
	flags.Uint64Var(&f.run.seed, "seed", 0, "seed for every scenario, in place of its own")
	flags.StringVar(&f.run.junit, "junit", "", "write JUnit XML to this file")
	flags.StringVar(&f.run.report, "report", "", "write the JSON report to this file")
	flags.StringVar(&f.run.markdown, "markdown", "", "write a Markdown summary to this file")
	flags.StringVar(&f.run.journal, "journal", "", "write every event of every run to this file, one JSON object a line")
	flags.StringVar(&f.run.filter, "filter", "", "only scenarios whose name or title matches this regular expression")
	flags.StringVar(&f.run.requirement, "requirement", "", "only scenarios that cover this requirement, e.g. CR-7")
	flags.BoolVar(&f.run.list, "list", false, "list the scenarios and run none")
	flags.BoolVar(&f.run.decisions, "decisions", false, "show what was decided in each scenario, and by which rule")
	flags.IntVar(&f.run.jobs, "jobs", runtime.NumCPU(), "scenarios at once")
	flags.BoolVar(&f.run.failFast, "fail-fast", false, "stop after the first scenario that is no pass")
	flags.DurationVar(&f.run.stall, "stall", liveStall, "give a scenario up whose time has not moved for this long")
	return cmd
}

func (a *app) live(ctx context.Context, args []string, f *liveFlags, seed *uint64) error {
	o, err := f.options()
	if err != nil {
		return err
	}
	if f.kills > 0 {
		return a.drill(ctx, args, f, o, seed)
	}
	jobs, err := a.selected(args, &f.run)
	if err != nil {
		return err
	}
	jobs, left, err := playable(jobs, o.Form, args)
	if err != nil {
		return err
	}
	if f.run.list {
		return a.list(jobs)
	}
	return a.playLive(ctx, jobs, left, f, o, seed)
}

// playLive plays and judges jobs; left are those that cannot be made live.
func (a *app) playLive(ctx context.Context, jobs []job, left []reports.NotApplicable, f *liveFlags, o *live.Options, seed *uint64) error {
	if f.keep != "" {
		if err := os.MkdirAll(f.keep, 0o755); err != nil {
			return misuse("give another folder with --keep", "cannot keep anything in %s: %w", f.keep, err)
		}
	}
	files, journal, err := f.run.open()
	if err != nil {
		return err
	}
	defer files.discard()
	p := &player{seed: seed, stall: f.run.stall, manner: f.manner(), drilled: f.kills > 0, left: left, simulate: lively(o)}
	suite, err := a.playAll(ctx, jobs, inOrder(len(jobs)), &f.run, p, journal)
	if err != nil {
		return err
	}
	if err := files.write(suite); err != nil {
		return err
	}
	return verdictError(suite.Verdict())
}

// options are what the flags say of the engine under test.
func (f *liveFlags) options() (*live.Options, error) {
	o := &live.Options{Toxiproxy: f.toxiproxy, Dir: f.keep, Poll: f.poll, URL: f.url}
	named := 0
	for _, given := range []bool{f.serve || f.kills > 0, f.command != "", f.url != ""} {
		if given {
			named++
		}
	}
	if named > 1 {
		return nil, misuse("", "--serve, --kills, --engine-cmd and --engine-url name several engines")
	}
	switch {
	case f.serve || f.kills > 0:
		self, err := os.Executable()
		if err != nil {
			return nil, broken("cannot find this program to start it: %w", err)
		}
		o.Form, o.Command = live.Serve, []string{self, "serve"}
	case f.command != "":
		o.Form, o.Command = live.Command, strings.Fields(f.command)
	case f.url != "":
		if at, err := url.Parse(f.url); err != nil || at.Host == "" || at.Scheme != "http" && at.Scheme != "https" {
			return nil, misuse("", "--engine-url is %q, expected the address of the engine's webhooks, such as http://127.0.0.1:9000/webhooks/cc", f.url)
		}
		o.Form = live.ByURL
	}
	switch {
	case f.feed != "webhook" && f.feed != "channel":
		return nil, misuse("", "--feed is %q, expected webhook or channel", f.feed)
	case f.feed == "channel" && (o.Form == live.Command || o.Form == live.ByURL):
		return nil, misuse("leave --feed out", "what a foreign engine hears changes by is its own choice")
	}
	o.Channels = f.feed == "channel"
	speed, err := speedOf(f.speed)
	if err != nil {
		return nil, err
	}
	if o.Form == live.Serve && speed != 0 && speed != 1 {
		return nil, misuse("leave --speed out", "syncproof serve runs by the machine's clock: its time cannot be scaled")
	}
	if f.kills < 0 || f.kills > killsMost {
		return nil, misuse("", "--kills is %d, it must be from 1 to %d", f.kills, killsMost)
	}
	o.Speed = speed
	return o, nil
}

// speedOf reads "60x" or "60"; 0 is the default of the engine's form.
func speedOf(text string) (float64, error) {
	if text == "" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(strings.TrimSuffix(text, "x"), 64)
	if err != nil || !(speed >= 0.1 && speed <= 10_000) {
		return 0, misuse("", "--speed is %q, expected a number from 0.1 to 10000, such as 60x", text)
	}
	return speed, nil
}

// playable parts the jobs into those that can be made live and, with the
// reason, those that cannot. One that was named by itself is refused.
func playable(jobs []job, form live.Form, args []string) (can []job, left []reports.NotApplicable, err error) {
	var refused []error
	for _, j := range jobs {
		why := live.Playable(j.sc, form)
		switch {
		case why == nil:
			can = append(can, j)
		case len(jobs) == len(args):
			refused = append(refused, fmt.Errorf("%s: %w", j.name, why))
		default:
			left = append(left, reports.NotApplicable{Name: j.name, Reason: why.Error()})
		}
	}
	if len(refused) > 0 {
		return nil, nil, &exitError{code: exitUsage, err: errors.Join(refused...)}
	}
	if len(can) == 0 {
		return nil, nil, misuse("play them with `syncproof run`", "none of %d scenarios can be made live; the first: %s", len(jobs), left[0].Reason)
	}
	return can, left, nil
}

// lively plays worlds live. Each run gets options of its own.
func lively(o *live.Options) func(context.Context, *scenarios.Scenario, sim.Options) (*sim.Result, error) {
	return func(ctx context.Context, sc *scenarios.Scenario, so sim.Options) (*sim.Result, error) {
		own := *o
		own.Seed, own.EventsMax, own.Beat, own.Progress = so.Seed, so.EventsMax, so.Beat, so.Progress
		return live.Run(ctx, sc, own)
	}
}

// manner is what repeats a run like this one, in place of `run`.
func (f *liveFlags) manner() string {
	var b strings.Builder
	b.WriteString("live")
	if f.serve {
		b.WriteString(" --serve")
	}
	if f.feed == "channel" {
		b.WriteString(" --feed channel")
	}
	for _, flag := range [][2]string{
		{"engine-cmd", f.command}, {"engine-url", f.url}, {"speed", f.speed}, {"toxiproxy", f.toxiproxy},
	} {
		if flag[1] != "" {
			b.WriteString(" --" + flag[0] + " " + shellWord(flag[1]))
		}
	}
	if f.poll > 0 {
		b.WriteString(" --poll " + f.poll.String())
	}
	if f.kills > 0 {
		b.WriteString(" --kills " + strconv.Itoa(min(f.kills, killsEach)))
	}
	return b.String()
}
