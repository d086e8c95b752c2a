package main

import (
	"bytes"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
)

// defaultStall is how long a run may stand still in wall time.
const defaultStall = 30 * time.Second

type runFlags struct {
	seed        uint64
	junit       string
	report      string
	markdown    string
	journal     string
	filter      string
	requirement string
	list        bool
	decisions   bool
	jobs        int
	failFast    bool
	shuffle     uint64
	stall       time.Duration
	eventsMax   int
	twice       bool
}

func newRun(a *app) *cobra.Command {
	var f runFlags
	p := &player{}
	cmd := &cobra.Command{
		Use:   "run [FILE|DIR|NAME...]",
		Short: "play scenarios and judge them",
		Long: `Plays scenarios and judges each by all invariants and its own expectations.

An argument is a file, a folder (every *.yaml below it), or the name of a
scenario or of a folder in the embedded library; without arguments the whole
library is played. All files are read and checked before the first one runs.

The exit code is 0 only if something was judged and everything judged held.`,
		Example: `  syncproof run
  syncproof run tests/sync --junit junit.xml --report report.json
  syncproof run higher-version-wins --seed 7
  syncproof run limits
  syncproof run --crm dynamics           the whole library against Dynamics 365
  syncproof run --requirement CR-7 --list
  syncproof run --filter '^within-tolerance' --jobs 1
  syncproof run --twice                  the same in another process, too?`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := onlyLists(f.list, cmd.Flags(), "junit", "report", "markdown", "journal"); err != nil {
				return err
			}
			p.stall, p.eventsMax, p.twice, p.simulate = f.stall, f.eventsMax, f.twice, a.simulate
			if cmd.Flags().Changed("seed") {
				p.seed = &f.seed
			}
			shuffled := cmd.Flags().Changed("shuffle")
			return a.run(cmd, args, &f, p, shuffled)
		},
	}
	flags := cmd.Flags()
	flags.Uint64Var(&f.seed, "seed", 0, "seed for every scenario, in place of its own")
	p.addFidelity(flags)
	flags.StringVar(&f.junit, "junit", "", "write JUnit XML to this file")
	flags.StringVar(&f.report, "report", "", "write the JSON report to this file")
	flags.StringVar(&f.markdown, "markdown", "", "write a Markdown summary to this file")
	flags.StringVar(&f.journal, "journal", "", "write every event of every run to this file, one JSON object a line")
	flags.StringVar(&f.filter, "filter", "", "only scenarios whose name or title matches this regular expression")
	flags.StringVar(&f.requirement, "requirement", "", "only scenarios that cover this requirement, e.g. CR-7")
	flags.BoolVar(&f.list, "list", false, "list the scenarios and run none")
	flags.BoolVar(&f.decisions, "decisions", false, "show what was decided in each scenario, and by which rule")
	flags.IntVar(&f.jobs, "jobs", runtime.NumCPU(), "scenarios at once; results come in order whatever the number")
	flags.BoolVar(&f.failFast, "fail-fast", false, "stop after the first scenario that is no pass")
	flags.Uint64Var(&f.shuffle, "shuffle", 0, "start the scenarios in an order drawn from this number; the report is the same")
	flags.IntVar(&f.eventsMax, "max-events", 0, "cut a scenario short after this many events; what is then open is inconclusive")
	flags.BoolVar(&f.twice, "twice", false, "play each scenario again in another process, and name the first event that differs")
	p.engine.addTo(flags)
	p.crm.addTo(flags)
	flags.DurationVar(&f.stall, "stall", defaultStall, "give a scenario up that has not moved for this long in wall time")
	return cmd
}

func (a *app) run(cmd *cobra.Command, args []string, f *runFlags, p *player, shuffled bool) error {
	jobs, err := a.selected(args, f)
	if err != nil {
		return err
	}
	jobs, p.left, err = p.crm.recast(jobs)
	switch {
	case err != nil:
		return err
	case len(jobs) == 0:
		return misuse("leave --crm out", "no scenario to run: %s is not applicable to %s: %s", p.left[0].Name, p.crm.kind, p.left[0].Reason)
	case f.list:
		return a.list(jobs)
	}
	files, journal, err := f.open()
	if err != nil {
		return err
	}
	defer files.discard()
	order := inOrder(len(jobs))
	if shuffled {
		order = permutation(len(jobs), f.shuffle)
	}
	suite, err := a.playAll(cmd.Context(), jobs, order, f, p, journal)
	if err != nil {
		return err
	}
	if err := files.write(suite); err != nil {
		return err
	}
	return verdictError(suite.Verdict())
}

// selected are the jobs that pass the filters. None is a mistake of the
// caller: a run of nothing would look like a run in which nothing failed.
func (a *app) selected(args []string, f *runFlags) ([]job, error) {
	if f.jobs < 1 {
		return nil, misuse("", "--jobs is %d, it must be at least 1", f.jobs)
	}
	if err := checkStall(f.stall); err != nil {
		return nil, err
	}
	if f.eventsMax < 0 {
		return nil, misuse("", "--max-events is %d, it must not be negative", f.eventsMax)
	}
	pattern, err := regexp.Compile(f.filter)
	if err != nil {
		return nil, misuse("", "--filter: %w", err)
	}
	jobs, err := pick(args)
	if err != nil {
		return nil, err
	}
	all := len(jobs)
	jobs = slices.DeleteFunc(jobs, func(j job) bool {
		matches := pattern.MatchString(j.name) || pattern.MatchString(j.sc.Title)
		covers := f.requirement == "" || slices.Contains(j.sc.Requirements, strings.ToUpper(f.requirement))
		return !matches || !covers
	})
	if len(jobs) == 0 {
		return nil, misuse("`syncproof run --list` shows what there is", "no scenario to run: %d found, none selected", all)
	}
	return jobs, nil
}

// list prints what would run, the library's by their folders.
func (a *app) list(jobs []job) error {
	if a.json {
		type entry struct {
			Folder       string   `json:"folder,omitempty"`
			Name         string   `json:"name"`
			Title        string   `json:"title"`
			Requirements []string `json:"requirements"`
		}
		entries := make([]entry, 0, len(jobs))
		for _, j := range jobs {
			entries = append(entries, entry{j.theme, j.name, j.sc.Title, append([]string{}, j.sc.Requirements...)})
		}
		return a.writeJSON(entries)
	}
	var rows bytes.Buffer
	w := tabwriter.NewWriter(&rows, 0, 0, 2, ' ', 0)
	for _, j := range jobs {
		indent := ""
		if j.theme != "" {
			indent = "  "
		}
		_, _ = fmt.Fprintf(w, "%s%s\t%s\t%s\n", indent, reports.Plain(j.name), strings.Join(j.sc.Requirements, " "), reports.Plain(j.sc.Title))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var out strings.Builder
	above := ""
	for i, row := range strings.SplitAfter(strings.TrimSuffix(rows.String(), "\n"), "\n") {
		if theme := jobs[i].theme; theme != above {
			above = theme
			if i > 0 {
				out.WriteByte('\n')
			}
			out.WriteString(heading(theme))
		}
		out.WriteString(row)
	}
	_, err := fmt.Fprintln(a.out, out.String())
	return err
}

// heading says what a folder of the library tells, "" for files.
func heading(theme string) string {
	for _, f := range scenarios.Folders() {
		if f.Name == theme {
			return f.Name + ": " + f.Tells + "\n"
		}
	}
	return ""
}

// open begins all files before anything runs. The journal's is filled as the
// runs end.
func (f *runFlags) open() (files *pending[*reports.Suite], journal *output, err error) {
	files, err = openAll([]wanted[*reports.Suite]{
		{"--junit", f.junit, turned(reports.JUnit)}, {"--report", f.report, turned(reports.JSON)}, {"--markdown", f.markdown, turned(reports.Markdown)},
		{"--journal", f.journal, func(*reports.Suite, io.Writer) error { return nil }},
	})
	if err == nil && f.journal != "" {
		journal = files.files[len(files.files)-1]
	}
	return files, journal, err
}

// turned is a writer of suites that takes the suite first.
func turned(write func(io.Writer, *reports.Suite) error) func(*reports.Suite, io.Writer) error {
	return func(s *reports.Suite, w io.Writer) error { return write(w, s) }
}
