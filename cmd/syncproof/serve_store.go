package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/store"
	"github.com/syncproof/syncproof/engine/store/sqlite"
)

// openStore opens the store of the service; its folder is made if need be.
func openStore(ctx context.Context, path string) (*sqlite.Store, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, cannotServe(fmt.Errorf("the store's folder: %w", err))
	}
	s, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, cannotServe(err)
	}
	return s, nil
}

func closeStore(s store.Store) error {
	if err := s.Close(); err != nil {
		return broken("the store did not close well: %w", err)
	}
	return nil
}

// checkStore opens the store, if there is one, and closes it again.
func checkStore(ctx context.Context, path string) service.Finding {
	found := service.Finding{What: "store"}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		found.OK, found.Text = true, path+": there is none yet; serve makes it"
		return found
	}
	s, err := sqlite.Open(ctx, path)
	if err == nil {
		err = s.Close()
	}
	found.OK, found.Text = err == nil, path+": it can be opened, and nobody else holds it"
	if err != nil {
		found.Text = err.Error()
	}
	return found
}
