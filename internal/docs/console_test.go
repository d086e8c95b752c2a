package docs

import (
	"net/http/httptest"
	"testing"

	"github.com/syncproof/syncproof/engine/service/console"
	"github.com/syncproof/syncproof/engine/service/console/consoletest"
)

// reviewConsole serves a review console over a small world, of its own for
// each page, and returns the environment in which the command line finds it.
func reviewConsole(t *testing.T) []string {
	t.Helper()
	const token = "a-token-for-the-pages"
	w := consoletest.Example()
	c, err := console.New(console.Config{Store: w.Store, Decider: w, Mapping: consoletest.Mapping, Token: token, Now: w.Now})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	return []string{"SYNCPROOF_SERVICE=" + server.URL, "SYNCPROOF_TOKEN=" + token}
}
