package main

import (
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
// for it is configured (SE-3).
func mountConsole(s *service.Service, c *config.Config, kept store.Console, log *slog.Logger) error {
	token := c.Console.Token.Value()
	if token == "" {
		log.Info("there is no review console: console.token is not configured")
		return nil
	}
	h, err := console.New(console.Config{Store: kept, Decider: s, Mapping: c.Mapping.Compiled, Also: service.Also(c), Token: token, Log: log})
	if err != nil {
		return broken("%w", err)
	}
	s.Mount(console.Root+"/", h)
	return nil
}
