package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/service/recording"
	"github.com/syncproof/syncproof/engine/service/tracing"
	"github.com/syncproof/syncproof/engine/store"
)

// serveFlags are what serve can be told.
type serveFlags struct {
	config string
	check  bool
	record string
	replay string
}

func newServe(a *app) *cobra.Command {
	f := &serveFlags{}
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "keep two systems in step, as a service",
		Long: `Runs the engine as a service: it takes webhooks, polls, and writes what one
side changed to the other, by the configuration in a file.

Policy, retries, limits, polling, secrets and the log's level are loaded anew
when the file changes, or on SIGHUP. SIGINT and SIGTERM end the service: what is
under way is finished, within limits.shutdown_grace.

Exit codes: 0 it was told to stop, 1 --check or --replay found a problem,
64 the configuration is wrong, 70 it could not go on: a port in use, a store
that another process holds, that is damaged, or that a newer release wrote.`,
		Example: `  syncproof serve --config syncproof.yaml --check   is everything in its place?
  syncproof serve --config syncproof.yaml`,
		Args: exactly(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case f.replay != "":
				return a.replayRecording(f.replay)
			case f.check:
				return a.checkService(cmd.Context(), f)
			}
			return a.serve(cmd.Context(), f)
		},
	}
	flags := cmd.Flags()
	flags.StringVarP(&f.config, "config", "c", "syncproof.yaml", "the configuration `file`")
	flags.BoolVar(&f.check, "check", false, "check configuration, store and both systems, change nothing, and end")
	flags.StringVar(&f.record, "record", "", "record what the core is given in a new `file`; it will hold customers' data")
	flags.StringVar(&f.replay, "replay", "", "give a recording's events to a fresh core, compare what it does, and end")
	return cmd
}

// loadConfig reads the configuration; whatever is wrong with it is misuse.
func loadConfig(path string) (*config.Config, error) {
	c, err := config.Load(path, config.Machine())
	if err == nil {
		err = errors.Join(c.CheckFiles(), checkConsole(c))
	}
	if err == nil {
		return c, nil
	}
	var problem *config.Error
	var meaning *mapping.ParseError
	switch {
	case errors.As(err, &problem), errors.As(err, &meaning):
		return nil, misuse("", "%w", err)
	case errors.Is(err, fs.ErrNotExist):
		return nil, misuse("docs/serve.md shows one; give its place with --config", "there is no configuration: %w", err)
	}
	return nil, misuse("", "cannot read the configuration: %w", err)
}

// serve runs the service until it is told to stop.
func (a *app) serve(ctx context.Context, f *serveFlags) (err error) {
	c, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	level := &slog.LevelVar{}
	level.Set(c.Log.SlogLevel())
	log := newLog(a.errors, c.Log.Format, level)
	kept, err := openStore(ctx, c.Store.Path)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeStore(kept)) }()
	o := service.Options{Config: c, Store: kept, Log: log, Level: level, Version: version()}
	if f.record != "" {
		file, err := recording.Create(f.record, recording.DefaultMax)
		if err != nil {
			return misuse("give the name of a file that does not exist yet", "cannot record: %w", err)
		}
		defer file.Close()
		file.Systems([2]string{c.Systems.CC.Kind, c.Systems.CRM.Kind})
		o.Recorder = file
	}
	traces, flush, err := tracing.Start(ctx, c.Tracing, version(), log)
	if err != nil {
		return misuse("", "%w", err)
	}
	defer func() { endTraces(flush, log) }()
	o.Traces = traces
	s, err := service.New(o)
	if err != nil {
		return broken("%w", err)
	}
	if err := mountConsole(s, c, kept, log); err != nil {
		return err
	}
	if err := s.Start(ctx); err != nil {
		return cannotServe(err)
	}
	watch, stop := context.WithCancel(ctx)
	defer stop()
	go watchConfig(watch, s, f.config, log)
	select {
	case <-ctx.Done():
		return s.Shutdown(context.WithoutCancel(ctx))
	case <-s.Done():
		s.Abort()
		return cannotServe(s.Err())
	}
}

// endTraces sends the last spans; a collector that does not answer in time
// goes without them.
func endTraces(flush func(context.Context) error, log *slog.Logger) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	if err := flush(ctx); err != nil {
		log.Warn("the last traces were not taken", "error", err.Error())
	}
}

// newLog writes structured lines, never values of fields or secrets.
func newLog(w io.Writer, format string, level *slog.LevelVar) *slog.Logger {
	o := &slog.HandlerOptions{Level: level}
	if format == "text" {
		return slog.New(slog.NewTextHandler(w, o))
	}
	return slog.New(slog.NewJSONHandler(w, o))
}

// cannotServe is exit code 70 with a hint where there is one.
func cannotServe(err error) error {
	e := &exitError{code: exitHarness, err: fmt.Errorf("cannot serve: %w", err)}
	if errors.Is(err, store.ErrBusy) {
		e.hint = "one process at a time may serve from a store: stop the other one, or give this one another store.path"
	}
	return e
}

// checkService looks at everything that serve needs.
func (a *app) checkService(ctx context.Context, f *serveFlags) error {
	c, err := loadConfig(f.config)
	if err != nil {
		return err
	}
	findings := []service.Finding{{What: "config", OK: true, Text: f.config + ": it is complete, and its secrets are there"}}
	findings = append(findings, checkStore(ctx, c.Store.Path))
	findings = append(findings, service.Ping(ctx, c)...)
	if a.json {
		if err := json.NewEncoder(a.out).Encode(findings); err != nil {
			return err
		}
	}
	failed := false
	for _, found := range findings {
		failed = failed || !found.OK
		if !a.json {
			fmt.Fprintf(a.out, "%-4s  %-6s  %s\n", map[bool]string{true: "ok", false: "FAIL"}[found.OK], found.What, found.Text)
		}
	}
	if failed {
		return &exitError{code: exitFail}
	}
	return nil
}

// replayRecording compares a recording with what the core does now.
func (a *app) replayRecording(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return misuse("", "cannot read the recording: %w", err)
	}
	defer file.Close()
	summary, err := recording.Replay(file, nil)
	var diverged *recording.DivergedError
	switch {
	case errors.As(err, &diverged):
		return &exitError{code: exitFail, err: fmt.Errorf("%s: %w", path, err)}
	case err != nil:
		return misuse("", "%s: %w", path, err)
	}
	if a.json {
		return json.NewEncoder(a.out).Encode(summary)
	}
	_, err = fmt.Fprintf(a.out, "%s: %d events in %d lives of the core: the same effects\n", path, summary.Events, summary.Lives)
	return err
}
