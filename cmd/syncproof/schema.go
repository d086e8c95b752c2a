package main

import (
	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/reports"
	"github.com/syncproof/syncproof/scenarios"
)

// schemas are the formats that have a JSON Schema, made only when asked for.
var schemas = []struct {
	name string
	make func() ([]byte, error)
}{
	{"scenario", scenarios.Schema},
	{"report", reports.Schema},
	{"config", config.Schema},
}

func newSchema(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "schema [scenario|report|config]",
		Short: "print the JSON Schema of a format",
		Long: `Prints the JSON Schema of the scenario format (the default), of the JSON report
or of the service's configuration, for editors and validators.`,
		Example: `  syncproof schema > scenario.schema.json
  syncproof schema report`,
		Args:      atMost(1),
		ValidArgs: []string{"scenario", "report", "config"},
		RunE: func(_ *cobra.Command, args []string) error {
			name := "scenario"
			if len(args) == 1 {
				name = args[0]
			}
			for _, s := range schemas {
				if s.name != name {
					continue
				}
				text, err := s.make()
				if err != nil {
					return err
				}
				_, err = a.out.Write(text)
				return err
			}
			return misuse("known are scenario, report and config", "there is no schema of %q", name)
		},
	}
}
