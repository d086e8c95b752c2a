package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// linked is the version that the linker sets: -ldflags "-X main.linked=v1.2.3".
var linked string

// version is the release of this binary: what the linker set, else the
// module's version, else the revision that it was built from.
func version() string {
	if linked != "" {
		return linked
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	if revision := setting(info, "vcs.revision"); revision != "" {
		return "devel-" + revision[:min(12, len(revision))]
	}
	return "devel"
}

func setting(info *debug.BuildInfo, key string) string {
	for _, s := range info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "print the version of this binary",
		Example: "  syncproof version\n  syncproof version --json",
		Args:    exactly(),
		RunE: func(*cobra.Command, []string) error {
			v := struct {
				Version  string `json:"version"`
				Go       string `json:"go"`
				Platform string `json:"platform"`
			}{version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH}
			if a.json {
				return a.writeJSON(v)
			}
			_, err := fmt.Fprintf(a.out, "syncproof %s (%s, %s)\n", v.Version, v.Go, v.Platform)
			return err
		},
	}
}
