package main

import (
	"os"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/reports"
)

func newReport(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:     "report",
		Short:   "work with JSON reports that were written before",
		Long:    `Works with the JSON reports that ` + "`syncproof run --report FILE`" + ` and ` + "`syncproof explore --report FILE`" + ` wrote.`,
		Example: `  syncproof report merge one.json two.json --junit junit.xml`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			return misuse("`syncproof report --help` shows what there is", "say what to do with which reports")
		},
		Args: cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newReportMerge(a))
	return cmd
}

type mergeFlags struct{ junit, report, markdown string }

func newReportMerge(a *app) *cobra.Command {
	var f mergeFlags
	cmd := &cobra.Command{
		Use:   "merge FILE...",
		Short: "make one report of those of several CI jobs",
		Long: `Makes one report of several JSON reports, as when the jobs of a CI each play a
part of the scenarios. The exit code is that of the worst part.

All must be of one kind and written by one version of syncproof. A scenario
that is in two of them counts once if both say the same of it, but for how long
it took; otherwise they are refused, and so is a report whose verdicts do not
follow from its results. Reports of explore are added up if they are different
shards of one search.`,
		Example: `  syncproof report merge one.json two.json
  syncproof report merge shards/*.json --junit junit.xml --report all.json`,
		RunE: func(_ *cobra.Command, args []string) error { return a.merge(args, &f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.junit, "junit", "", "write JUnit XML to this file")
	flags.StringVar(&f.report, "report", "", "write the JSON report to this file")
	flags.StringVar(&f.markdown, "markdown", "", "write a Markdown summary to this file")
	return cmd
}

func (a *app) merge(paths []string, f *mergeFlags) error {
	if len(paths) == 0 {
		return misuse("`syncproof run --report FILE` and `syncproof explore --report FILE` write them", "say which reports to merge")
	}
	shards := make([]reports.Part, 0, len(paths))
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return unreadable(path, err)
		}
		shards = append(shards, reports.Part{Path: path, Data: data})
	}
	whole, err := reports.Merge(shards)
	if err != nil {
		return misuse("", "%w", err)
	}
	files, err := openAll([]wanted[reports.Merged]{
		{"--junit", f.junit, reports.Merged.JUnit}, {"--report", f.report, reports.Merged.JSON}, {"--markdown", f.markdown, reports.Merged.Markdown},
	})
	if err != nil {
		return err
	}
	if err := files.write(whole); err != nil {
		return err
	}
	if a.json {
		err = whole.JSON(a.out)
	} else {
		err = whole.Console(a.out, a.style())
	}
	if err != nil {
		return err
	}
	return verdictError(whole.Verdict())
}
