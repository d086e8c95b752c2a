package live

import (
	"net/http/httptest"
	"strings"
	"testing"

	toxiproxy "github.com/Shopify/toxiproxy/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/rs/zerolog"

	"github.com/syncproof/syncproof/sim"
)

// TestAToxiproxyThatRunsAlready: faults are made by a Toxiproxy elsewhere, by
// its own interface; two runs at once do not meet each other's lines, and leave
// nothing behind.
func TestAToxiproxyThatRunsAlready(t *testing.T) {
	server := toxiproxy.NewServer(toxiproxy.NewMetricsContainer(prometheus.NewRegistry()), zerolog.Nop())
	face := httptest.NewServer(server.Routes())
	t.Cleanup(face.Close)
	address := strings.TrimPrefix(face.URL, "http://")
	names := []string{"update-stored-answer-reset", "a-link-that-flaps", "answers-later-than-the-timeout"}
	runs := together(names, func(name string) (*sim.Result, error) {
		return Run(t.Context(), found(t, name), Options{Toxiproxy: address})
	})
	for name, run := range runs {
		if run.err != nil {
			t.Errorf("%s: %v", name, run.err)
			continue
		}
		sound(t, run.result)
	}
	if left := server.Collection.Proxies(); len(left) > 0 {
		t.Errorf("%d lines are left: %v", len(left), left)
	}
}

// TestNoToxiproxy: an address at which none answers is inconclusive, by name.
func TestNoToxiproxy(t *testing.T) {
	nobody := httptest.NewServer(nil)
	address := strings.TrimPrefix(nobody.URL, "http://")
	nobody.Close()
	for given, says := range map[string]string{address: "no Toxiproxy answers at " + address, "here": `the address of Toxiproxy is "here", expected host:port`} {
		_, err := Run(t.Context(), found(t, "higher-version-wins"), Options{Toxiproxy: given})
		if err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%v, expected %q", err, says)
		}
	}
}
