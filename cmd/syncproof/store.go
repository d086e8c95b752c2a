package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlfile"
	"github.com/syncproof/syncproof/engine/store/sqlite"
)

func newStore(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "store",
		Short: "check, copy and count the store of the service",
		Long: `Looks at the file in which the service keeps its queue, records and ledger. The
service may be running meanwhile; nothing of the file is changed.`,
		Example: `  syncproof store check store.db
  syncproof store backup store.db monday.db`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownVerb(cmd, args[0])
			}
			return misuse("`syncproof store --help` shows what there is", "say what to do with which store")
		},
		Args: cobra.ArbitraryArgs,
	}
	cmd.AddCommand(newStoreCheck(a), newStoreBackup(a), newStoreStats(a))
	return cmd
}

func newStoreCheck(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "check FILE",
		Short:   "read a whole store and say whether it is sound; exit 1 if it is damaged",
		Example: `  syncproof store check store.db`,
		Args:    exactly("the store's file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.lookAt(cmd.Context(), args[0], func(ctx context.Context, v sqlite.View) error {
				if err := v.Check(ctx); err != nil {
					return err
				}
				return a.say("%s is sound, version %d\n", args[0], v.Version)
			})
		},
	}
}

func newStoreBackup(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "backup FILE COPY",
		Short: "copy a store while it is in use",
		Long: `Writes a whole, consistent copy of the store, which the service can be started
with. COPY must not exist; it does so only once the copy is durable.`,
		Example: `  syncproof store backup store.db monday.db`,
		Args:    exactly("the store's file", "the file to write"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.lookAt(cmd.Context(), args[0], func(ctx context.Context, v sqlite.View) error {
				if err := v.Backup(ctx, args[1]); err != nil {
					return err
				}
				return a.say("%s is copied to %s\n", args[0], args[1])
			})
		},
	}
}

func newStoreStats(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "stats FILE",
		Short:   "count what is in a store",
		Example: `  syncproof store stats store.db --json`,
		Args:    exactly("the store's file"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.lookAt(cmd.Context(), args[0], func(ctx context.Context, v sqlite.View) error {
				stats, err := v.Stats(ctx, engine.Instant(time.Now().UnixNano()))
				if err != nil {
					return err
				}
				return a.printStats(&stats)
			})
		},
	}
}

// lookAt opens a store without holding it, and gives errors their exit codes.
func (a *app) lookAt(ctx context.Context, path string, do func(context.Context, sqlite.View) error) error {
	v, err := sqlite.Look(ctx, path)
	if err == nil {
		err = errors.Join(do(ctx, v), v.Close())
	}
	var damaged *store.DamagedError
	var newer *store.NewerError
	var older *sqlfile.OlderError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &damaged):
		return &exitError{code: exitFail, err: damaged}
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, fs.ErrExist), errors.As(err, &newer), errors.As(err, &older), errors.Is(err, store.ErrReadOnly):
		return &exitError{code: exitUsage, err: err}
	}
	return err
}

// say prints a closing line, where one is wanted.
func (a *app) say(format string, args ...any) error {
	if a.quiet {
		return nil
	}
	_, err := fmt.Fprintf(a.out, format, args...)
	return err
}

func (a *app) printStats(s *sqlite.Stats) error {
	if a.json {
		return a.writeJSON(s)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "version  %d\nsize     %.1f MiB\n", s.Version, float64(s.Bytes)/(1<<20))
	for _, c := range s.Records {
		fmt.Fprintf(&b, "records  %d %s\n", c.Count, c.Status)
	}
	if len(s.Records) == 0 {
		b.WriteString("records  none\n")
	}
	fmt.Fprintf(&b, "ledger   %d entries\n", s.Ledger)
	fmt.Fprintf(&b, "queue    %d fresh, %d backlog, %d delayed", s.Queue.Fresh, s.Queue.Backlog, s.Queue.Delayed)
	if s.Queue.Oldest > 0 {
		fmt.Fprintf(&b, ", the oldest due since %s", time.Unix(0, int64(s.Queue.Oldest)).UTC().Format(time.RFC3339))
	}
	b.WriteByte('\n')
	_, err := fmt.Fprint(a.out, b.String())
	return err
}
