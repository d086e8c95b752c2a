package service

import (
	"context"
	"fmt"
	"strings"

	"golang.org/x/time/rate"

	"github.com/syncproof/syncproof/engine/service/config"
)

// RestartError is a configuration that cannot be loaded while the process
// runs: these keys need a new one.
type RestartError struct{ Keys []string }

func (e *RestartError) Error() string {
	return "the configuration was not loaded, the one before stays: a restart is needed for " + strings.Join(e.Keys, ", ")
}

// Reload lets the service go on by another configuration: policy, retries,
// limits, polling, secrets and the log's level. Anything else is refused with
// a *RestartError, and the old configuration stays. Records that are worked on
// are finished by the old one; webhooks are taken all the while. changed lists
// the keys that were different.
func (s *Service) Reload(ctx context.Context, c *config.Config) (changed []string, err error) {
	s.reload.Lock()
	defer s.reload.Unlock()
	old := s.current()
	if old == nil || s.stopping() {
		return nil, errNotRunning
	}
	changed = config.Changes(old.config, c)
	var refused []string
	for _, key := range changed {
		if !config.Live(key) {
			refused = append(refused, key)
		}
	}
	if len(refused) > 0 {
		return nil, &RestartError{Keys: refused}
	}
	if len(changed) == 0 {
		return nil, nil
	}
	return changed, s.follow(ctx, old, c)
}

// Renew ends the life of the core and begins another, by the same configuration.
func (s *Service) Renew(ctx context.Context) error {
	s.reload.Lock()
	defer s.reload.Unlock()
	old := s.current()
	if old == nil || s.stopping() {
		return errNotRunning
	}
	return s.follow(ctx, old, old.config)
}

// follow lets one life end and the next begin. If the new one cannot begin,
// another by the old configuration does.
func (s *Service) follow(ctx context.Context, old *life, c *config.Config) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := s.opts.Clock.AfterFunc(old.config.Limits.ShutdownGrace.Std(), cancel)
	defer stop()
	if old.drain(ctx) != nil {
		s.log.Warn("records were being worked on when the time was over: the next life takes them up")
	}
	if s.stopping() {
		return errNotRunning
	}
	next, err := s.beginLife(c)
	if err == nil {
		s.limit(c)
		s.swap(next)
		return nil
	}
	again, fatal := s.beginLife(old.config)
	if fatal != nil {
		s.fail(fatal)
		return fatal
	}
	s.swap(again)
	return fmt.Errorf("the configuration was not loaded, the one before stays: %w", err)
}

// limit applies what of a configuration the life does not.
func (s *Service) limit(c *config.Config) {
	now := s.opts.Clock.Now()
	for _, l := range s.limiters {
		l.SetLimitAt(now, rate.Limit(c.Limits.WebhookRate))
		l.SetBurstAt(now, c.Limits.WebhookBurst)
	}
	if s.opts.Level != nil {
		s.opts.Level.Set(c.Log.SlogLevel())
	}
}
