package main

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/console"
)

// watchEvery is how often the configuration file is looked at for a change.
const watchEvery = 2 * time.Second

// watchConfig loads the configuration anew on SIGHUP, or when its file changes.
func watchConfig(ctx context.Context, s *service.Service, con *console.Console, path string, log *slog.Logger) {
	hup := make(chan os.Signal, 1)
	signal.Notify(hup, syscall.SIGHUP)
	defer signal.Stop(hup)
	tick := time.NewTicker(watchEvery)
	defer tick.Stop()
	seen := stampOf(path)
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			seen = stampOf(path)
		case <-tick.C:
			now := stampOf(path)
			if now == seen {
				continue
			}
			seen = now
		}
		reload(ctx, s, con, path, log)
	}
}

// fileStamp tells whether a file has changed.
type fileStamp struct {
	modified time.Time
	size     int64
}

// stampOf is the zero one while there is no file, as when an editor replaces it.
func stampOf(path string) fileStamp {
	info, err := os.Stat(path)
	if err != nil {
		return fileStamp{}
	}
	return fileStamp{info.ModTime(), info.Size()}
}

// reload lets the service go on by the file's new content; one that is wrong
// changes nothing.
func reload(ctx context.Context, s *service.Service, con *console.Console, path string, log *slog.Logger) {
	c, err := loadConfig(path)
	if err != nil {
		log.Error("the configuration was not loaded, the one before stays", "error", err.Error())
		return
	}
	changed, err := reloaded(ctx, s, con, c)
	var restart *service.RestartError
	switch {
	case errors.As(err, &restart):
		log.Error(err.Error())
	case err != nil:
		log.Error("the configuration could not take effect", "error", err.Error())
	case len(changed) == 0:
		log.Info("the configuration was read again: nothing has changed")
	default:
		log.Info("the configuration was loaded anew", "changed", strings.Join(changed, ", "))
	}
}
