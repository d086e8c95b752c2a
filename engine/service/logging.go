package service

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
)

// attrs are pairs of texts as attributes. A log line holds names, numbers and
// references, never a field's value or a secret (SE-1).
func attrs(pairs ...string) []slog.Attr {
	list := make([]slog.Attr, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, slog.String(pairs[i], pairs[i+1]))
		}
	}
	return list
}

// levelOf is how loud a refused delivery is logged: what anybody on the
// network can cause shows in the metrics, and in the log only when asked for.
func levelOf(status int) slog.Level {
	if status == http.StatusServiceUnavailable {
		return slog.LevelWarn
	}
	return slog.LevelDebug
}

// unwrapURL drops the URL from a client's error: its query may hold a token.
func unwrapURL(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
