package main

import (
	"bufio"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/resolve/vector"
)

func newDecide(a *app) *cobra.Command {
	var vectors bool
	cmd := &cobra.Command{
		Use:   "decide [FILE]",
		Short: "give the decision for conflicts, one JSON object a line",
		Long: `Reads conflicts, one JSON object a line, from a file or standard input, and
writes what the decision table says about each, one JSON object a line, with
the rule that decided. The same input gives the same output, byte for byte.

--vectors prints the embedded decision vectors, each with its input and the
decision expected, to test an implementation in any language.`,
		Example: `  syncproof decide --vectors | head -n 3
  syncproof decide conflicts.ndjson
  syncproof decide --vectors | jq -c .input | syncproof decide`,
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			if vectors {
				return a.printVectors(args)
			}
			return a.decide(args)
		},
	}
	cmd.Flags().BoolVar(&vectors, "vectors", false, "print the embedded decision vectors")
	return cmd
}

func (a *app) printVectors(args []string) error {
	if len(args) > 0 {
		return misuse("", "--vectors reads no file")
	}
	out := bufio.NewWriter(a.out)
	if err := vector.Print(out); err != nil {
		return err
	}
	return out.Flush()
}

func (a *app) decide(args []string) error {
	in, name := a.in, "standard input"
	if len(args) == 1 && args[0] != "-" {
		f, err := os.Open(args[0])
		if err != nil {
			return unreadable(args[0], err)
		}
		defer func() { _ = f.Close() }()
		in, name = io.Reader(f), args[0]
	}
	if err := vector.Run(in, a.out); err != nil {
		return misuse("`syncproof decide --vectors` shows the form", "%s: %w", name, err)
	}
	return nil
}
