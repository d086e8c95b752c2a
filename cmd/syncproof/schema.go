package main

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
)

// schemas are the formats that have a JSON Schema, by name; each is made only
// when asked for.
func schemas() (names []string, texts map[string]func() ([]byte, error)) {
	names, texts = []string{"scenario"}, map[string]func() ([]byte, error){"scenario": scenarios.Schema}
	for _, f := range reports.Formats() {
		names = append(names, f.Name)
		texts[f.Name] = f.Schema
	}
	names, texts["config"] = append(names, "config"), config.Schema
	return names, texts
}

func newSchema(a *app) *cobra.Command {
	names, texts := schemas()
	return &cobra.Command{
		Use:   "schema [" + strings.Join(names, "|") + "]",
		Short: "print the JSON Schema of a format",
		Long: `Prints the JSON Schema of the scenario format (the default) or of a JSON
document that syncproof writes, for editors and validators: report is that of
run, exploration and exhaustion those of explore, detection that of mutants,
shrinking that of shrink. config is what serve reads.`,
		Example: `  syncproof schema > scenario.schema.json
  syncproof schema report`,
		Args:      atMost(1),
		ValidArgs: names,
		RunE: func(_ *cobra.Command, args []string) error {
			name := slices.Concat(args, names)[0]
			if texts[name] == nil {
				return misuse("known are "+strings.Join(names, ", "), "there is no schema of %q", name)
			}
			text, err := texts[name]()
			if err != nil {
				return err
			}
			_, err = a.out.Write(text)
			return err
		},
	}
}
