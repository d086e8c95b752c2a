package main

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

type judgeFlags struct {
	scenario  string
	decisions bool
	out       struct{ junit, report, markdown string }
}

func newJudge(a *app) *cobra.Command {
	var f judgeFlags
	cmd := &cobra.Command{
		Use:   "judge JOURNAL",
		Short: "judge what was recorded before",
		Long: `Judges a recorded journal by all invariants and by its scenario's expectations,
as run does after playing, and plays nothing. The journal is one that
` + "`run --journal`" + ` or ` + "`replay --json`" + ` wrote, or anybody else in the same form; - is
standard input.

--scenario says what was to happen. A journal of run names its scenarios
itself: then each is found by its name, and several are judged one by one.

The exit codes are those of run. A journal that contradicts itself, or that
ends before its run did, never passes: it is inconclusive, or fails if a check
fails in what is there. One with gaps is refused.`,
		Example: `  syncproof run higher-version-wins --journal journal.ndjson
  syncproof judge journal.ndjson
  syncproof judge recorded.ndjson --scenario my-scenario.yaml --junit junit.xml`,
		Args: exactly("a journal"),
		RunE: func(_ *cobra.Command, args []string) error { return a.judge(args[0], &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.scenario, "scenario", "", "file or name of the scenario that was played (default: the one that the journal names)")
	flags.BoolVar(&f.decisions, "decisions", false, "show what was decided, and by which rule")
	flags.StringVar(&f.out.junit, "junit", "", "write JUnit XML to this file")
	flags.StringVar(&f.out.report, "report", "", "write the JSON report to this file")
	flags.StringVar(&f.out.markdown, "markdown", "", "write a Markdown summary to this file")
	return cmd
}

func (a *app) judge(path string, f *judgeFlags) error {
	journals, err := a.readJournals(path)
	if err != nil {
		return err
	}
	jobs, err := f.scenarios(path, journals)
	if err != nil {
		return err
	}
	files, err := openAll([]wanted[*reports.Suite]{
		{"--junit", f.out.junit, turned(reports.JUnit)}, {"--report", f.out.report, turned(reports.JSON)},
		{"--markdown", f.out.markdown, turned(reports.Markdown)},
	})
	if err != nil {
		return err
	}
	defer files.discard()
	began := time.Now()
	suite := &reports.Suite{Tool: version(), Invariants: check.Invariants(), RerunOne: f.rerun(path), RerunFailed: f.rerun(path)}
	for i := range journals {
		suite.Cases = append(suite.Cases, f.judged(path, jobs[i], journals[i].events))
	}
	suite.Wall = time.Since(began)
	if err := a.showJudged(suite, jobs, f.decisions); err != nil {
		return err
	}
	if err := files.write(suite); err != nil {
		return err
	}
	return verdictError(suite.Verdict())
}

// scenarios are those that the journals are of, one for each.
func (f *judgeFlags) scenarios(path string, journals []recorded) ([]job, error) {
	if f.scenario != "" && len(journals) > 1 {
		return nil, misuse("leave --scenario out: each is found by its name", "%s holds %d journals, and --scenario names one scenario", path, len(journals))
	}
	jobs := make([]job, 0, len(journals))
	for _, r := range journals {
		name := r.scenario
		if f.scenario != "" {
			name = f.scenario
		}
		if name == "" {
			return nil, misuse("add --scenario FILE", "%s does not say which scenario was played", path)
		}
		j, err := pickOne(name)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, j)
	}
	return jobs, nil
}

// judged is one journal, judged.
func (f *judgeFlags) judged(path string, j job, events []trace.Event) reports.Case {
	began := time.Now()
	of := check.Case{Scenario: j.sc, Events: events}
	last := &events[len(events)-1] // a journal has at least one
	c := reports.Case{
		Name: j.name, Title: j.sc.Title, Path: j.sc.Path, Seed: j.sc.Seed, Hash: trace.Hash(events),
		Virtual: time.Duration(last.At), Events: len(events), Exchanges: exchanges(events), Journal: events,
		Results: check.Judge(of), Decisions: check.Decisions(of), Rerun: f.rerun(path),
	}
	if last.Kind == trace.End {
		c.Ended = last.Code
	}
	c.Wall = time.Since(began)
	return c
}

// exchanges counts the requests that were put on the wire.
func exchanges(events []trace.Event) int {
	n := 0
	for i := range events {
		if events[i].Kind == trace.Send {
			n++
		}
	}
	return n
}

// rerun is the command that judges the journal again.
func (f *judgeFlags) rerun(path string) string {
	command := "syncproof judge " + shellWord(path)
	if path == "-" {
		command = "syncproof judge -"
	}
	if f.scenario != "" {
		command += " --scenario " + shellWord(f.scenario)
	}
	return command
}

func (a *app) showJudged(suite *reports.Suite, jobs []job, decisions bool) error {
	if a.json {
		return reports.JSON(a.out, suite)
	}
	style := a.style()
	style.Decisions = decisions
	table := reports.NewConsole(a.out, style, namesOf(jobs))
	for i := range suite.Cases {
		table.Case(&suite.Cases[i])
	}
	return table.Close(suite)
}
