package live

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/store/sqlite"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

// served is the reference engine as `syncproof serve` runs it: a process of its
// own with its store in a file. Its words are not in the journal but for what
// it tells people: it is judged as a foreign engine is.
type served struct {
	*process
	admin string
}

func newServed(w *world) (*served, error) {
	p := &process{w: w, dead: make(chan error, 1), tail: &tail{}, client: &http.Client{Timeout: readyWithin}}
	var err error
	s := &served{process: p}
	if w.net.endpoint, err = freeAddress(); err == nil {
		s.admin, err = freeAddress()
	}
	if err == nil {
		err = p.makeDir()
	}
	if err != nil {
		return nil, &sim.HarnessError{Message: err.Error()}
	}
	p.status = "http://" + s.admin + "/readyz"
	p.command = append(append([]string(nil), w.options.Command...), "--config", s.config())
	return s, nil
}

func (s *served) config() string { return filepath.Join(s.dir, "syncproof.yaml") }

func (s *served) store() string { return filepath.Join(s.stateDir(), "store.db") }

// lay writes the configuration and the store of an engine that has been
// running.
func (s *served) lay(known []*engine.Record, cursors []engine.PutCursor) error {
	sink, err := s.w.net.listen(http.HandlerFunc(s.told))
	if err == nil {
		err = s.configure("http://" + sink)
	}
	if err == nil {
		err = s.fill(known, cursors)
	}
	if err != nil {
		return &sim.HarnessError{Message: "the engine could not be prepared: " + err.Error()}
	}
	return nil
}

// fill makes the store. Errors are the store's.
func (s *served) fill(known []*engine.Record, cursors []engine.PutCursor) (err error) {
	kept, err := sqlite.Open(context.Background(), s.store())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, kept.Close()) }()
	return kept.Apply(context.Background(), 0, laid(known, cursors))
}

// laid is the batch that makes a store know records and feed positions.
func laid(known []*engine.Record, cursors []engine.PutCursor) engine.Batch {
	var b engine.Batch
	for _, r := range known {
		b.Ops = append(b.Ops, engine.PutRecord{Record: r})
	}
	for _, c := range cursors {
		b.Ops = append(b.Ops, c)
	}
	return b
}

// configure writes the configuration file, as JSON, which is YAML. Secrets go
// by the environment.
func (s *served) configure(sink string) error {
	sc, e := s.w.sc, &s.w.sc.Engine
	policy := map[string]any{}
	if t := sc.Policy.Tolerance; t != nil {
		policy["tolerance"] = t.String()
	}
	for key, value := range map[string]string{
		"simultaneous": sc.Policy.Simultaneous, "granularity": sc.Policy.Granularity,
		"delete_vs_edit": sc.Policy.DeleteVsEdit, "wrong_side": sc.Policy.WrongSide,
	} {
		if value != "" {
			policy[key] = value
		}
	}
	c := map[string]any{
		"systems": map[string]any{"cc": s.system(mapping.CC), "crm": s.system(mapping.CRM)},
		"mapping": sc.MappingOrDefault(),
		"objects": objectsOf(sc),
		"policy":  policy,
		"retry": map[string]any{
			"base": e.Retry.Base.String(), "factor": e.Retry.Factor, "cap": e.Retry.Cap.String(), "jitter": max(e.Retry.Jitter, 1),
			"retry_after_cap": e.Retry.RetryAfterCap.String(),
		},
		"limits": map[string]any{"working_set": e.WorkingSet, "mass_delete": sc.Policy.MassDelete, "audit": e.Audit.String()},
		"listen": map[string]any{"webhooks": s.w.net.endpoint, "admin": s.admin},
		"store":  map[string]any{"path": s.store()},
		"notify": map[string]any{"url": sink},
		"log":    map[string]any{"level": "warn", "format": "text"},
	}
	text, err := json.MarshalIndent(c, "", "  ")
	if err != nil {
		return err
	}
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		_, secret, webhook := sim.Credentials(side)
		s.environ = append(s.environ, secretName(side)+"="+secret)
		if side == mapping.CC {
			s.environ = append(s.environ, "SYNCPROOF_WEBHOOK_SECRET="+webhook)
		}
	}
	return os.WriteFile(s.config(), text, 0o600)
}

// objectsOf are the objects beside contacts, with the names of the taps' mocks.
func objectsOf(sc *scenarios.Scenario) map[string]any {
	all := map[string]any{}
	for i, name := range sc.Named() {
		if i > 0 {
			all[name] = map[string]any{"mapping": sc.MappingOf(name)}
		}
	}
	return all
}

func secretName(side mapping.Side) string {
	if side == mapping.CC {
		return "SYNCPROOF_CC_CLIENT_SECRET"
	}
	return "SYNCPROOF_CRM_CLIENT_SECRET"
}

func (s *served) system(side mapping.Side) map[string]any {
	spec, e, places := s.w.sc.System(side.String()), &s.w.sc.Engine, s.w.net.places()
	id, _, _ := sim.Credentials(side)
	poll, concurrency := e.Poll.CRM, e.Concurrency.CRM
	if side == mapping.CC {
		poll, concurrency = e.Poll.CC, e.Concurrency.CC
	}
	m := map[string]any{
		"kind": spec.Kind, "base_url": places.URL[side], "login_url": places.Login[side],
		"client_id": id, "client_secret": "env:" + secretName(side),
		"versioning": spec.Versioning, "priority": spec.Priority, "automation": spec.Automation, "concurrency": concurrency,
		"poll": poll.String(), "overlap": e.Overlap.String(), "timeout": e.Timeout.String(),
		"external_field": sim.ExternalField(spec.Kind),
	}
	if side == mapping.CC && s.w.options.Channels {
		m["feed"] = "channel"
	} else if side == mapping.CC {
		m["webhook_secret"] = "env:SYNCPROOF_WEBHOOK_SECRET"
	} else {
		m["conditional"] = spec.Conditional != nil && *spec.Conditional
	}
	if spec.PageSize > 0 {
		m["page_size"] = spec.PageSize
	}
	return m
}

// messageMax bounds a message to the sink, in bytes.
const messageMax = 64 << 10

// told is the sink: what the engine tells people.
func (s *served) told(_ http.ResponseWriter, r *http.Request) {
	var m struct {
		ID       string `json:"id"`
		Topic    string `json:"topic"`
		Record   string `json:"record"`
		NativeID string `json:"native_id"`
		Side     string `json:"side"`
		Object   string `json:"object"`
		Text     string `json:"text"`
		Do       string `json:"do"`
	}
	if err := json.NewDecoder(io.LimitReader(r.Body, messageMax)).Decode(&m); err != nil {
		s.w.failed(&sim.HarnessError{Message: "a message to the sink cannot be read: " + err.Error()})
		return
	}
	side := mapping.CC
	if m.Side == "crm" {
		side = mapping.CRM
	}
	s.w.under(func() {
		s.w.Emit(s.w.stage.Told(engine.Message{
			ID: m.ID, Topic: m.Topic, Key: m.Record, Ref: engine.Ref{Side: side, ID: m.NativeID}, Side: side, Object: m.Object, Text: m.Text, Do: m.Do,
		}))
	})
}
