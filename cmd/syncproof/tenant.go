package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/config"
)

// tenants are both systems of a configuration file with each object in them,
// and the configuration.
func tenants(path string) ([]tenant.Side, *config.Config, error) {
	c, err := loadConfig(path)
	if err != nil {
		return nil, nil, err
	}
	var sides []tenant.Side
	for _, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
		objects, err := service.Connect(c, side)
		if err != nil {
			return nil, nil, misuse("", "%s: %w", path, err)
		}
		sides = append(sides, objects...)
	}
	return sides, c, nil
}

// writtenStatuses are the values that the engine writes to the status field;
// PENDING never is (CR-10).
func writtenStatuses() []string {
	var names []string
	for s := engine.InSync; s <= engine.Failed; s++ {
		names = append(names, s.String())
	}
	return names
}

// webhookTimeout is how long the engine's own endpoint may take to answer.
const webhookTimeout = 10 * time.Second

// postUnsigned sends an empty delivery without a signature. A redirect is an
// answer: vendors do not follow them.
func postUnsigned(ctx context.Context, url string) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, strings.NewReader("{}"))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json")
	client := http.Client{
		Timeout:       webhookTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	_, _ = io.CopyN(io.Discard, res.Body, 1<<10) // an answer's body says nothing here
	return res.StatusCode, res.Body.Close()
}

func configFlag(cmd *cobra.Command, into *string) {
	cmd.Flags().StringVarP(into, "config", "c", "syncproof.yaml", "the service's configuration `file`")
}
