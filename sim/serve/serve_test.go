package serve

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
	"github.com/syncproof/syncproof/engine/service/recording"
	"github.com/syncproof/syncproof/mocks"
)

func TestAnEditTravelsBothWays(t *testing.T) {
	for _, kind := range []string{"rest", "salesforce", "dynamics"} {
		t.Run(kind, func(t *testing.T) {
			r := newRig(t, setup{kind: kind})
			cc, crm := r.pair("Lovelace")
			title := map[string]string{"rest": "title", "salesforce": "Title", "dynamics": "jobtitle"}[kind]
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
	r.until("the new life has taken something in", func() bool { return r.service.Status().Lives > 1 && r.service.Idle() })
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

// TestCR10: a person decides on a flagged record through the service, and is
// refused where the record has moved on.
func TestCR10APersonDecides(t *testing.T) {
	r := newRig(t, setup{extra: "policy: {simultaneous: review, tolerance: 1h}\n"})
	cc, crm := r.pair("Lovelace")
	r.until("the pair is linked", func() bool { return r.service.Idle() && r.record(cc) != nil })
	// Both edits are there before the engine can see either, a little apart: at
	// the same instant the contact center would win (CR-7).
	now := time.Now()
	r.cc.do(func(time.Time, mocks.System) {
		r.crm.do(func(time.Time, mocks.System) {
			_, first := r.crm.mock.Edit(now, mocks.Edit{By: "sam", Origin: mocks.User, Record: crm, Set: map[string]any{"title": "Analyst"}})
			_, second := r.cc.mock.Edit(now.Add(50*time.Millisecond), mocks.Edit{By: "maria", Origin: mocks.Agent, Record: cc, Set: map[string]any{"title": "Countess"}})
			if err := errors.Join(first, second); err != nil {
				t.Error(err)
			}
		})
	})
	r.until("the record is flagged", func() bool { rec := r.record(cc); return rec != nil && rec.Flag != nil })
	ref, flag := engine.Ref{Side: mapping.CC, ID: cc}, r.record(cc).Flag
	reply, err := r.service.Decide(t.Context(), engine.Reviewed{Ref: ref, State: "of yesterday", Choose: mapping.CRM})
	if err != nil || reply.OK || reply.Why == "" {
		t.Fatalf("a decision on another state: %+v, %v", reply, err)
	}
	reply, err = r.service.Decide(t.Context(), engine.Reviewed{Ref: ref, State: flag.State, Choose: mapping.CRM})
	if err != nil || !reply.OK {
		t.Fatalf("the decision: %+v, %v", reply, err)
	}
	r.until("the contact center has what was chosen", func() bool { return r.cc.peek(cc).Fields["title"] == "Analyst" })
	r.until("the flag is gone", func() bool { return r.service.Idle() && r.record(cc).Flag == nil })
}

// record is what the store holds of a contact.
func (r *rig) record(cc string) *engine.Record {
	r.t.Helper()
	rec, err := r.store.Lookup(r.t.Context(), engine.Ref{Side: mapping.CC, ID: cc})
	if err != nil {
		r.t.Fatal(err)
	}
	return rec
}

// TestEV4: a genuine webhook that comes again, while work is under way and
// after it, is answered as the first time and changes nothing.
func TestEV4AReplayedWebhookChangesNothing(t *testing.T) {
	r := newRig(t, setup{poll: "1h"})
	cc, crm := r.pair("Lovelace")
	k := &knocker{client: http.DefaultClient, url: *r.door.Load()}
	r.edit(r.cc, cc, map[string]any{"title": "Countess"})
	r.until("the edit has travelled", func() bool { return r.crm.peek(crm).Fields["title"] == "Countess" })
	r.until("the service is idle", r.service.Idle)
	version, modified := r.crm.peek(crm).Version, r.crm.peek(crm).Modified
	for range 10 {
		if err := k.send(t.Context(), cc); err != nil {
			t.Fatal(err)
		}
	}
	r.until("the service is idle", r.service.Idle)
	if now := r.crm.peek(crm); now.Version != version || !now.Modified.Equal(modified) {
		t.Errorf("version %d, was %d; modified %s, was %s", now.Version, version, now.Modified, modified)
	}
}

// TestRL1: a limit signal pauses the whole target, and nothing is lost.
func TestRL1ALimitPausesTheTarget(t *testing.T) {
	r := newRig(t, setup{poll: "1h"})
	cc, crm := r.pair("Lovelace")
	r.until("the service is idle", r.service.Idle)
	r.crm.do(func(_ time.Time, m mocks.System) {
		m.Faults().Throttle = &mocks.Throttle{Every: 1, RetryAfter: "1"}
	})
	r.edit(r.cc, cc, map[string]any{"title": "Countess"})
	r.until("a pause is durable", func() bool {
		_, text := r.admin("/metrics")
		return strings.Contains(text, `syncproof_limit_signals_total{side="crm"}`)
	})
	refused := r.crm.requests()
	r.crm.do(func(_ time.Time, m mocks.System) { m.Faults().Throttle = nil })
	began := time.Now()
	r.until("the edit has travelled", func() bool { return r.crm.peek(crm).Fields["title"] == "Countess" })
	if took := time.Since(began); took < 500*time.Millisecond {
		t.Errorf("it went on after %s, %d requests were refused", took, refused)
	}
}

// admin asks the admin listener.
func (r *rig) admin(path string) (int, string) {
	r.t.Helper()
	res, err := http.Get("http://" + r.service.Addrs().Admin + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return res.StatusCode, string(text)
}
