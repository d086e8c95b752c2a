package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/reports"
)

// defaultTolerance is the policy's where none is configured (CR-5).
const defaultTolerance = time.Second

type doctorFlags struct {
	config    string
	probe     bool
	publicURL string
}

func newDoctor(a *app) *cobra.Command {
	f := &doctorFlags{}
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "check both tenants before go-live",
		Long: `Looks at both systems of a configuration and says one line for each thing that
the engine needs: ok, warn or fail, what is there, and what to do. It checks the
token, the rights, the fields with their types, lengths, values and rights, what
makes writes conditional, limits, clocks, the feed and the webhook.

It writes nothing. With --write-probe it also sends writes that no tenant can
carry out, to learn whether the account has the right to write.

Exit codes: 0 nothing failed, 1 something did, 64 the configuration is wrong.`,
		Example: `  syncproof doctor --config syncproof.yaml
  syncproof doctor --config syncproof.yaml --write-probe --public-url https://sync.example.com
  syncproof doctor --config syncproof.yaml --json | jq '.[] | select(.level == "fail")'`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error { return a.doctor(cmd.Context(), f) },
	}
	configFlag(cmd, &f.config)
	flags := cmd.Flags()
	flags.BoolVar(&f.probe, "write-probe", false, "send writes that cannot be carried out, to learn the account's rights")
	flags.StringVar(&f.publicURL, "public-url", "", "the `URL` under which vendors reach the engine's webhooks")
	return cmd
}

func (a *app) doctor(ctx context.Context, f *doctorFlags) error {
	if f.publicURL != "" && !strings.HasPrefix(f.publicURL, "https://") && !strings.HasPrefix(f.publicURL, "http://") {
		return misuse("", "--public-url %s: expected a URL that begins with https://", f.publicURL)
	}
	sides, c, err := tenants(f.config)
	if err != nil {
		return err
	}
	tolerance := defaultTolerance
	if c.Policy.Tolerance != nil {
		tolerance = c.Policy.Tolerance.Std()
	}
	lines := tenant.Inspect(ctx, sides, tenant.Options{
		Probe: f.probe, Statuses: writtenStatuses(), PublicURL: f.publicURL, Post: postUnsigned, Tolerance: tolerance,
	})
	if err := ctx.Err(); err != nil {
		return broken("interrupted: %w", err)
	}
	if err := a.printLines(lines); err != nil {
		return err
	}
	if tenant.Worst(lines) == adapter.Fail {
		return &exitError{code: exitFail}
	}
	return nil
}

func (a *app) printLines(lines []tenant.Line) error {
	if a.json {
		return a.writeJSON(lines)
	}
	var b strings.Builder
	for _, l := range lines {
		if a.quiet && l.Level == adapter.OK {
			continue
		}
		fmt.Fprintf(&b, "%-4s  %-4s  %-15s  %s", l.Level, tenant.Place(l.System, l.Object), l.Check, reports.Plain(l.Found))
		if l.Remedy != "" {
			fmt.Fprintf(&b, "; %s", reports.Plain(l.Remedy))
		}
		b.WriteByte('\n')
	}
	_, err := fmt.Fprint(a.out, b.String())
	return err
}
