package serve

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/recording"
)

func TestAnEditTravelsBothWays(t *testing.T) {
	for _, kind := range []string{"rest", "salesforce"} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t, setup{kind: kind})
			cc, crm := r.pair("Lovelace")
			title := map[string]string{"rest": "title", "salesforce": "Title"}[kind]
			r.edit(r.cc, cc, map[string]any{"title": "Countess"})
			r.until("the contact center's edit is in the CRM", func() bool { return r.crm.peek(crm).Fields[title] == "Countess" })
			r.until("the service is idle", r.service.Idle)
			r.edit(r.crm, crm, map[string]any{title: "Analyst"})
			r.until("the CRM's edit is in the contact center", func() bool { return r.cc.peek(cc).Fields["title"] == "Analyst" })
			r.until("both sides hold one version", func() bool { return r.cc.peek(cc).Version == r.crm.peek(crm).Version })
		})
	}
}

// TestEV2NothingAcknowledgedIsLost: a crash at any instant loses nothing that was
// acknowledged, and the next process takes it up.
func TestEV2NothingAcknowledgedIsLost(t *testing.T) {
	r := newRig(t, setup{poll: "30s"})
	var ccs, crms []string
	for i := range 20 {
		cc, crm := r.pair(fmt.Sprintf("Name%d", i))
		ccs, crms = append(ccs, cc), append(crms, crm)
	}
	for i, id := range ccs {
		r.edit(r.cc, id, map[string]any{"title": fmt.Sprintf("T%d", i)})
	}
	r.until("some deliveries are acknowledged", func() bool { return r.acknowledged() >= 5 })
	r.crash()
	r.until("every edit has travelled", func() bool {
		for i, id := range crms {
			if r.crm.peek(id).Fields["title"] != fmt.Sprintf("T%d", i) {
				return false
			}
		}
		return true
	})
}

// TestRecordedInputsReplayToTheSameEffects: the recorded inputs replay through the core to
// identical effects.
func TestRecordedInputsReplayToTheSameEffects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "recording")
	file, err := recording.Create(path, 20_000)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t, setup{vary: func(o *service.Options) { o.Recorder = file }})
	cc, crm := r.pair("Lovelace")
	for i := range 30 {
		r.edit(r.cc, cc, map[string]any{"title": fmt.Sprintf("T%d", i)})
		r.until("the edit has travelled", func() bool { return r.crm.peek(crm).Fields["title"] == fmt.Sprintf("T%d", i) })
	}
	r.until("the recording was begun anew", func() bool { _, err := os.Stat(path + ".1"); return err == nil })
	r.service.Abort()
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path + ".1", path} {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		summary, err := recording.Replay(bytes.NewReader(data), nil)
		if err != nil || summary.Lives == 0 || summary.Events == 0 {
			t.Fatalf("%s: %+v, %v", name, summary, err)
		}
		if bytes.Contains(data, []byte("canary-secret")) {
			t.Error("a secret is in the recording")
		}
	}
}

func TestAReloadTakesEffectWhileWorkGoesOn(t *testing.T) {
	r := newRig(t, setup{})
	cc, crm := r.pair("Lovelace")
	next := *r.config
	next.Policy.Simultaneous = "hierarchy"
	next.Limits.WebhookRate = 7
	for i := range 10 {
		r.edit(r.cc, cc, map[string]any{"title": fmt.Sprintf("T%d", i)})
		if i == 5 {
			changed, err := r.service.Reload(t.Context(), &next)
			if err != nil || !slices.Equal(changed, []string{"policy.simultaneous", "limits.webhook_rate"}) {
				t.Fatalf("%q, %v", changed, err)
			}
		}
		r.until("the edit has travelled", func() bool { return r.crm.peek(crm).Fields["title"] == fmt.Sprintf("T%d", i) })
	}
	if lives := r.service.Status().Lives; lives != 2 {
		t.Errorf("%d lives", lives)
	}
	other := next
	other.Listen.Admin, other.Systems.CRM.BaseURL = "127.0.0.1:1", "http://127.0.0.1:1"
	_, err := r.service.Reload(t.Context(), &other)
	var restart *service.RestartError
	if !errors.As(err, &restart) || !slices.Equal(restart.Keys, []string{"systems.crm.base_url", "listen.admin"}) {
		t.Fatalf("%v", err)
	}
	for _, status := range r.statuses.seen() {
		if status != http.StatusOK {
			t.Errorf("a webhook was answered %d", status)
		}
	}
}

func TestShutdownFinishesWhatIsUnderWay(t *testing.T) {
	r := newRig(t, setup{})
	cc, crm := r.pair("Lovelace")
	r.edit(r.cc, cc, map[string]any{"title": "Countess"})
	r.until("the notice is acknowledged", func() bool { return r.acknowledged() >= 1 })
	if err := r.service.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.start(nil)
	r.until("the edit has travelled", func() bool { return r.crm.peek(crm).Fields["title"] == "Countess" })
	r.until("the service is idle", r.service.Idle)
}
