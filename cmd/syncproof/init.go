package main

import (
	_ "embed"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/scenarios"
)

//go:embed starter/first-conflict.yaml
var starterScenario string

//go:embed starter/workflow.yml
var starterWorkflow string

// starter are the files that init writes, below its folder.
func starter() ([]starterFile, error) {
	schema, err := scenarios.Schema()
	if err != nil {
		return nil, err
	}
	release := version()
	if strings.HasPrefix(release, "devel") || strings.Contains(release, "+dirty") {
		release = "main"
	}
	return []starterFile{
		{filepath.Join("scenarios", "first-conflict.yaml"), starterScenario},
		{filepath.Join("scenarios", "scenario.schema.json"), string(schema)},
		{filepath.Join(".github", "workflows", "syncproof.yml"), strings.ReplaceAll(starterWorkflow, "@RELEASE@", release)},
	}, nil
}

type starterFile struct{ path, text string }

func newInit(a *app) *cobra.Command {
	var force bool
	cmd := &cobra.Command{
		Use:   "init [DIR]",
		Short: "write a first scenario and a CI workflow",
		Long: `Writes into a folder (the current one by default) a commented scenario, the
schema that lets editors complete it, and a GitHub workflow that runs it.
Existing files are left alone: if one is in the way nothing is written, unless
--force is given.`,
		Example: `  syncproof init
  syncproof init tests/sync && syncproof run tests/sync`,
		Args: atMost(1),
		RunE: func(_ *cobra.Command, args []string) error {
			dir := "."
			if len(args) == 1 {
				dir = args[0]
			}
			return a.init(dir, force)
		},
	}
	cmd.Flags().BoolVar(&force, "force", false, "overwrite existing files")
	return cmd
}

func (a *app) init(dir string, force bool) error {
	files, err := starter()
	if err != nil {
		return err
	}
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		_, err := os.Lstat(path)
		if err == nil && !force {
			return misuse("--force overwrites it", "%s is already there", path)
		}
	}
	var written []string
	for _, f := range files {
		path := filepath.Join(dir, f.path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return misuse("", "%w", err)
		}
		err := writeFile(path, func(w io.Writer) error {
			_, err := io.WriteString(w, f.text)
			return err
		})
		if err != nil {
			return err
		}
		written = append(written, path)
	}
	if a.json {
		return a.writeJSON(written)
	}
	if a.quiet {
		return nil
	}
	for _, path := range written {
		if _, err := fmt.Fprintf(a.out, "wrote %s\n", path); err != nil {
			return err
		}
	}
	_, err = fmt.Fprintf(a.out, "next: syncproof run %s\n", shellWord(filepath.Join(dir, "scenarios")))
	return err
}
