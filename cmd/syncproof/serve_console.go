package main

import (
	"context"
	"log/slog"

	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/store"
)

// checkConsole refuses a token that the console would not take.
func checkConsole(c *config.Config) error {
	t := c.Console.Token
	if n := len(t.Value()); t.Ref != "" && n < console.TokenMin {
		return &config.Error{
			Path: c.Path, Line: t.Line, Column: t.Column, Hint: "make one with `openssl rand -hex 32`",
			Message: "found a short token at " + t.Ref + " for console.token; expected at least 16 bytes",
		}
	}
	return nil
}

// mountConsole serves the review console at the admin listener, where a token
// for it is configured (SE-3); it is nil where none is.
func mountConsole(s *service.Service, c *config.Config, kept store.Console, log *slog.Logger) (*console.Console, error) {
	token := c.Console.Token.Value()
	if token == "" {
		log.Info("there is no review console: console.token is not configured")
		return nil, nil
	}
	h, err := console.New(console.Config{Store: kept, Decider: s, Mapping: c.Mapping.Compiled, Also: service.Also(c), Token: token, Log: log})
	if err != nil {
		return nil, broken("%w", err)
	}
	s.Mount(console.Root+"/", h)
	return h, nil
}

// reloaded lets the service and its console go on by another configuration. A
// console cannot come or go while the process lives.
func reloaded(ctx context.Context, s *service.Service, con *console.Console, c *config.Config) (changed []string, err error) {
	token := c.Console.Token.Value()
	if (con == nil) != (token == "") {
		return nil, &service.RestartError{Keys: []string{"console.token"}}
	}
	if changed, err = s.Reload(ctx, c); err == nil && con != nil {
		err = con.SetToken(token)
	}
	return changed, err
}
