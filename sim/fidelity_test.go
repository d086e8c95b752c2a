package sim_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// twin is one vendor at both fidelities: the adapter speaks HTTP to wire, and
// model is asked directly. Whatever is done to the one is done to the other.
type twin struct {
	t        *testing.T
	v        *vendor
	now      time.Time
	adapter  adapter.System
	wire     mocks.Direct
	model    mocks.Direct
	journals [2]*trace.Journal // of wire and model
	seen     [2]int            // how many events were compared

	token, revision string
	missing         []string // fields that the last Describe did not show, where reads name their fields
	cursor          string
	answer          *http.Response // the last one on the wire
	told            mocks.Outcome  // the last one of the model
	uneven          bool           // the two have counted different numbers of requests
	id              string         // of the record that the steps are about
	other           string
}

// vendor is what differs between the systems under test.
type vendor struct {
	name      string
	kind      string // as the scenario format names it
	object    mocks.Object
	stranger  map[string]any // the fields of a contact, where object is another
	mock      func(mocks.Config) mocks.Direct
	adapter   func(adapter.Config) (adapter.System, error)
	fields    []field
	version   string
	status    string
	external  string
	base      string
	mockField string // the mock's name of the external field
	tenant    string // what stands behind the login host
	narrows   bool   // reads leave out what Describe did not show
	signals   adapter.Signals
}

// field is a mapped field with a value that the vendor takes, another one,
// and values that it refuses.
type field struct {
	config      mocks.Field
	good, other mapping.Native
	bad         []mapping.Native
	builtin     bool // the vendor has it without being told
}

func text(s string) mapping.Native   { return mapping.Native{Kind: mapping.String, Text: s} }
func number(s string) mapping.Native { return mapping.Native{Kind: mapping.Number, Text: s} }
func truth(s string) mapping.Native  { return mapping.Native{Kind: mapping.Bool, Text: s} }
func list(s string) mapping.Native   { return mapping.Native{Kind: mapping.List, Text: s} }

var null = mapping.Native{Kind: mapping.Null}

var fidelityStart = time.Date(2026, 3, 2, 9, 0, 0, 123_400_000, time.UTC)

func newTwin(t *testing.T, v *vendor, change func(*mocks.Config)) *twin {
	w := &twin{t: t, v: v, now: fidelityStart}
	config := mocks.Config{
		On: trace.CRM, Seed: 11, ClientID: "syncproof-engine", ClientSecret: "s3cret",
		BaseURL: "https://system.test", WebhookURL: "https://engine.test/hook", WebhookSecret: "hook",
		VersionField: v.version, StatusField: v.status, ExternalField: v.mockField,
		Trigger: true, Conditional: true, BaseVersionField: v.base, Region: "US", PageSize: 12,
		Quota: mocks.Quota{Requests: 1 << 20, Per: time.Hour, RetryAfter: "reset", Headers: true},
	}
	mapped := adapter.Config{
		BaseURL: config.BaseURL, ClientID: config.ClientID, ClientSecret: config.ClientSecret,
		VersionField: v.version, StatusField: v.status, ExternalField: v.external, BaseVersionField: v.base,
		WebhookSecret: config.WebhookSecret, Flight: alone{}, LoginURL: config.BaseURL + v.tenant,
	}
	for _, f := range v.fields {
		mapped.Fields = append(mapped.Fields, f.config.Name)
		mapped.Types = append(mapped.Types, typeOf[f.config.Type])
		config.Mapped = append(config.Mapped, f.config.Name)
		if !f.builtin {
			config.Fields = append(config.Fields, f.config)
		}
	}
	if change != nil {
		change(&config)
	}
	v.about(&config)
	mapped.Object = v.adapterObject()
	mapped.NoTags = !config.Of(v.object).Conditional
	mapped.BaseVersionField = config.Of(v.object).BaseVersionField
	for i := range w.journals {
		w.journals[i] = trace.NewJournal(func() int64 { return int64(w.now.Sub(fidelityStart)) })
	}
	config.Journal = w.journals[0]
	w.wire = v.mock(config)
	config.Journal = w.journals[1]
	w.model = v.mock(config)
	w.both(func(m mocks.Direct) {
		if err := v.strange(m); err != nil {
			t.Fatal(err)
		}
	})
	h := mocks.Handler(w.wire, func() time.Time { return w.now })
	mapped.HTTP = &http.Client{Transport: inMemory{h, &w.answer}}
	var err error
	if w.adapter, err = v.adapter(mapped); err != nil {
		t.Fatal(err)
	}
	return w
}

type alone struct{}

func (alone) Do(_ string, fn func() (string, error)) (string, error) { return fn() }

type inMemory struct {
	h    http.Handler
	last **http.Response
}

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body == nil {
		r.Body = http.NoBody
	}
	rec := httptest.NewRecorder()
	m.h.ServeHTTP(rec, r)
	body := slices.Clone(rec.Body.Bytes())
	res := rec.Result()
	kept := *res
	kept.Body = io.NopCloser(bytes.NewReader(body))
	*m.last = &kept
	return res, nil
}

// both does the same to the two systems behind the engine's back.
func (w *twin) both(do func(mocks.Direct)) {
	do(w.wire)
	do(w.model)
}

// ask is what the direct caller wants to see: the mapped fields, the version
// and the status, without those that are known to be missing.
func (w *twin) ask() []string {
	names := make([]string, 0, len(w.v.fields)+2)
	for _, f := range w.v.fields {
		names = append(names, f.config.Name)
	}
	names = append(names, w.v.version, w.v.status)
	return slices.DeleteFunc(names, func(name string) bool { return slices.Contains(w.missing, name) })
}

// do is the direct caller's exchange, with the token handling of wire.Client.
func (w *twin) do(o mocks.Op) (mocks.Outcome, *adapter.Error) {
	o.Call, o.Object, o.Ask, o.Revision = 1, w.v.object, w.ask(), w.revision
	write := o.Kind == mocks.OpCreate || o.Kind == mocks.OpUpdate || o.Kind == mocks.OpDelete
	for attempt := 0; ; attempt++ {
		if w.token == "" {
			out := w.model.Do(w.now, &mocks.Op{Kind: mocks.OpToken, Call: 1})
			w.told = out
			if out.Refusal != mocks.None {
				e := w.err(&out, false)
				if e.Kind != adapter.Unavailable && e.Kind != adapter.Limited {
					e.Kind = adapter.Unauthorized
				}
				return out, e
			}
			if w.token = out.Token; attempt == 1 && w.unguarded(&o) {
				return out, &adapter.Error{Kind: adapter.Conflict, Status: http.StatusUnauthorized}
			}
		}
		o.Token = w.token
		out := w.model.Do(w.now, &o)
		if out.Refusal != mocks.Unauthorized || attempt == 1 {
			w.revision = out.Revision
			if out.Status != 0 || out.Refusal == mocks.Unmapped { // it was sent
				w.told = out
			}
			if out.Refusal == mocks.None {
				return out, nil
			}
			return out, w.err(&out, write)
		}
		w.token = ""
	}
}

// unguarded says as the adapter's client does which writes are not repeated
// with a fresh token.
func (w *twin) unguarded(o *mocks.Op) bool {
	switch o.Kind {
	case mocks.OpCreate:
		return o.External != "" && w.v.kind != "genesys"
	case mocks.OpUpdate, mocks.OpDelete:
		return w.adapter.Capabilities().Conditional != adapter.ByTag
	}
	return false
}

var kindOfRefusal = map[mocks.Refusal]adapter.Kind{
	mocks.Unavailable: adapter.Unavailable, mocks.NotFound: adapter.NotFound, mocks.Conflict: adapter.Conflict,
	mocks.Limited: adapter.Limited, mocks.Unauthorized: adapter.Unauthorized, mocks.Forbidden: adapter.Forbidden,
	mocks.Invalid: adapter.Invalid, mocks.Duplicated: adapter.Duplicate, mocks.Unmapped: adapter.Drift, mocks.Misread: adapter.Malformed,
}

func (w *twin) err(out *mocks.Outcome, write bool) *adapter.Error {
	e := &adapter.Error{
		Kind: kindOfRefusal[out.Refusal], Status: out.Status, Code: out.Code, Field: out.Field,
		Permission: out.Permission, Message: out.Message, Indefinite: write && out.Status >= 500,
	}
	if e.Kind == adapter.Limited || e.Kind == adapter.Unavailable {
		if n, err := strconv.Atoi(out.RetryAfter); err == nil && n > 0 {
			e.RetryAfter = time.Duration(n) * time.Second
		} else if at, err := http.ParseTime(out.RetryAfter); err == nil {
			e.RetryAfter = at.Sub(w.now.Truncate(time.Second))
		}
	}
	return e
}

// unworded are codes whose words tell of places in a body or a query.
var unworded = map[string]bool{"JSON_PARSER_ERROR": true, "INVALID_FIELD": true}

func (w *twin) record(v *mocks.View) adapter.Record {
	rec := adapter.Record{
		ID: v.ID, External: v.External, Modified: v.Modified, By: v.By, Own: v.Own,
		Automation: v.Automation, Tag: v.Tag, MergedInto: v.MergedInto,
	}
	n := len(w.v.fields)
	rec.Fields = make([]mapping.Native, n)
	for _, a := range v.Values {
		value := mapping.Native{Kind: mapping.Kind(a.Kind), Text: a.Text}
		i := slices.IndexFunc(w.v.fields, func(f field) bool { return f.config.Name == a.Field })
		switch {
		case i >= 0:
			rec.Fields[i] = value
		case a.Field == w.v.version:
			rec.Version = value
		case a.Field == w.v.status:
			rec.Status = value
		}
	}
	return rec
}

// same fails unless the two outcomes agree; a record is compared if there is
// no error.
func (w *twin) same(step string, want, got any, wire error, model *adapter.Error) {
	w.t.Helper()
	switch {
	case wire == nil && model == nil:
		if !reflect.DeepEqual(want, got) {
			w.t.Errorf("%s:\nwire  %+v\nmodel %+v", step, want, got)
		}
	case wire == nil || model == nil:
		w.t.Errorf("%s: wire says %v, model says %v", step, wire, model)
	default:
		e := *adapter.As(wire)
		if e.Status == 0 {
			e.Status = model.Status
		}
		// The words of a conflict that the client itself finds, and those of
		// the login host, are not the system's.
		if unworded[e.Code] || e.Message == "" || model.Message == "" || e.Kind == adapter.Unauthorized {
			e.Message, e.Code = model.Message, model.Code
		}
		if cut, ok := strings.CutSuffix(e.Message, "…"); ok && strings.HasPrefix(model.Message, cut) {
			e.Message = model.Message
		}
		plain := func(s string) string { return strings.Join(strings.Fields(s), " ") }
		e.Message, model.Message = plain(e.Message), plain(model.Message)
		e.Err = nil
		if e != *model {
			w.t.Errorf("%s:\nwire  %+v\nmodel %+v", step, e, *model)
		}
	}
	w.sameJournals(step)
}

// sameSignals compares what the answers to one request told of limits.
func (w *twin) sameSignals(step string) {
	w.t.Helper()
	want := w.v.signals(w.answer)
	out := w.told
	got := adapter.Signal{Limited: out.Refusal == mocks.Limited, RetryAfter: -1, Allowed: -1, Remaining: -1, Reset: -1}
	if e := w.err(&out, false); e.RetryAfter > 0 {
		got.RetryAfter = e.RetryAfter
	}
	if out.Headers {
		got.Allowed, got.Remaining = out.Usage.Allowed, out.Usage.Remaining()
		if out.Usage.Reset >= 0 {
			got.Reset = time.Duration(out.Usage.ResetSeconds()) * time.Second
		}
	}
	if w.uneven {
		want.Remaining = got.Remaining
	}
	if got != want {
		w.t.Errorf("%s: signals\nwire  %+v\nmodel %+v", step, want, got)
	}
}

// sameJournals compares what the step left in the two journals. Where the
// adapter needed several requests, the model has one exchange: then what was
// committed, disclosed and announced is compared, each disclosure once.
func (w *twin) sameJournals(step string) {
	w.t.Helper()
	var steps [2][]trace.Event
	requests := 0
	for i, j := range w.journals {
		steps[i] = slices.Clone(j.Events()[w.seen[i]:])
		w.seen[i] = len(j.Events())
	}
	for _, e := range steps[0] {
		if e.Kind == trace.Arrive {
			requests++
		}
	}
	arrived := requests > 0
	for _, e := range steps[1] {
		if e.Kind == trace.Arrive {
			requests--
		}
	}
	w.uneven = w.uneven || requests != 0
	if arrived && requests == 0 {
		w.sameSignals(step)
	}
	for i := range steps {
		var kept []trace.Event
		for _, e := range steps[i] {
			e.Op, e.Cause, e.Call = 0, 0, 0
			known := slices.ContainsFunc(kept, func(k trace.Event) bool { return reflect.DeepEqual(k, e) })
			exchange := e.Kind == trace.Arrive || e.Kind == trace.Answer
			if requests != 0 && (exchange || e.Kind == trace.Read && known) {
				continue
			}
			kept = append(kept, e)
		}
		steps[i] = kept
	}
	if !reflect.DeepEqual(steps[0], steps[1]) {
		w.t.Errorf("%s: the journals differ\nwire  %+v\nmodel %+v", step, steps[0], steps[1])
	}
}

func (w *twin) read(step, id string) adapter.Record {
	w.t.Helper()
	want, err := w.adapter.Read(context.Background(), id)
	out, e := w.do(mocks.Op{Kind: mocks.OpRead, Record: id})
	var got adapter.Record
	if e == nil {
		got = w.record(&out.Records[0])
	}
	w.same(step, want, got, err, e)
	return want
}

func (w *twin) find(step, external string) {
	w.t.Helper()
	want, err := w.adapter.Find(context.Background(), external)
	out, e := w.do(mocks.Op{Kind: mocks.OpFind, External: external})
	var got []adapter.Record
	for i := range out.Records {
		got = append(got, w.record(&out.Records[i]))
	}
	w.same(step, want, got, err, e)
}

// set is a Write as a direct caller says it.
func (w *twin) set(d adapter.Write) (set []mocks.Assign) {
	for _, f := range d.Fields {
		set = append(set, mocks.Assign{Field: w.v.fields[f.Index].config.Name, Kind: mocks.ValueKind(f.Value.Kind), Text: f.Value.Text})
	}
	if d.SetVersion {
		set = append(set, mocks.Assign{Field: w.v.version, Kind: mocks.Number, Text: strconv.FormatInt(d.Version, 10)})
	}
	if d.Status != "" {
		set = append(set, mocks.Assign{Field: w.v.status, Kind: mocks.String, Text: d.Status})
	}
	return set
}

func (w *twin) create(step string, d adapter.Write) string {
	w.t.Helper()
	want, err := w.adapter.Create(context.Background(), d)
	want.Unread = nil // the reading afterwards is an exchange of its own
	out, e := w.do(mocks.Op{Kind: mocks.OpCreate, Set: w.set(d), External: d.External})
	var got adapter.Record
	if e == nil {
		got = w.record(&out.Records[0])
	}
	w.same(step, want, got, err, e)
	return want.ID
}

func (w *twin) update(step, id string, d adapter.Write) {
	w.t.Helper()
	want, err := w.adapter.Update(context.Background(), id, d)
	o := mocks.Op{Kind: mocks.OpUpdate, Record: id, Set: w.set(d), External: d.External, IfTag: d.If.Tag}
	if w.adapter.Capabilities().Conditional == adapter.ByVersion {
		o.IfVersion = &d.If.Version
	}
	out, e := w.do(o)
	var got adapter.Record
	if e == nil {
		got = w.record(&out.Records[0])
	}
	w.same(step, want, got, err, e)
}

func (w *twin) remove(step, id string, p adapter.Precondition) {
	w.t.Helper()
	err := w.adapter.Delete(context.Background(), id, p)
	_, e := w.do(mocks.Op{Kind: mocks.OpDelete, Record: id, IfTag: p.Tag})
	w.same(step, nil, nil, err, e)
}

// changes reads one page of the feed, from w.cursor on, and moves it.
func (w *twin) changes(step string, limit int) adapter.Page {
	w.t.Helper()
	want, err := w.adapter.(adapter.Feed).Changes(context.Background(), adapter.Cursor(w.cursor), limit)
	out, e := w.do(mocks.Op{Kind: mocks.OpChanges, After: w.cursor, Limit: limit})
	got := adapter.Page{Next: adapter.Cursor(out.Next), More: out.More}
	for _, c := range out.Changed {
		got.Changed = append(got.Changed, adapter.Change(c))
	}
	w.same(step, want, got, err, e)
	if err == nil {
		w.cursor = string(want.Next)
	}
	return want
}

// drain reads the feed to its end.
func (w *twin) drain(step string, limit int) {
	w.t.Helper()
	for n := 0; ; n++ {
		if page := w.changes(step+" "+strconv.Itoa(n), limit); !page.More || w.t.Failed() {
			return
		}
	}
}

func (w *twin) rewind(by time.Duration) {
	w.t.Helper()
	want := w.cursor
	if r, ok := w.adapter.(adapter.Rewinder); ok {
		want = string(r.Rewind(adapter.Cursor(w.cursor), by))
	}
	if got := w.model.Rewind(w.cursor, by); got != want {
		w.t.Errorf("rewinding %q gives %q, the adapter's gives %q", w.cursor, got, want)
	}
	w.cursor = want
}

func (w *twin) describe(step string) {
	w.t.Helper()
	want, err := w.adapter.Describe(context.Background())
	out, e := w.do(mocks.Op{Kind: mocks.OpDescribe})
	var got adapter.Schema
	got.Revision = out.Revision
	if got.Revision == "" {
		got.Revision = want.Revision // the adapter's own work
	}
	if err == nil {
		w.missing = nil
	}
	for _, c := range want.Fields {
		got.Fields = append(got.Fields, constraint(out.Fields, c.Name))
	}
	for _, name := range w.ask() {
		described := slices.ContainsFunc(want.Fields, func(c mapping.Constraint) bool { return c.Name == name })
		if shown := slices.ContainsFunc(out.Fields, func(f mocks.FieldView) bool { return f.Name == name }); shown != described && err == nil {
			w.t.Errorf("%s: field %s: described by wire: %v, by model: %v", step, name, described, shown)
		}
		if w.v.narrows && !described && err == nil {
			w.missing = append(w.missing, name)
		}
	}
	w.same(step, want, got, err, e)
}

var typeOf = map[string]mapping.Type{
	"string": mapping.TypeString, "text": mapping.TypeString, "phone": mapping.TypePhone, "email": mapping.TypeEmail,
	"picklist": mapping.TypePicklist, "multipicklist": mapping.TypeMultiPicklist, "boolean": mapping.TypeBoolean,
	"date": mapping.TypeDate, "instant": mapping.TypeInstant, "integer": mapping.TypeInteger, "decimal": mapping.TypeDecimal,
}

func constraint(fields []mocks.FieldView, name string) mapping.Constraint {
	for _, f := range fields {
		if f.Name == name {
			return mapping.Constraint{
				Name: f.Name, Type: typeOf[f.Type], MaxLength: f.MaxLength, UTF16: f.UTF16, NoChoice: f.NoChoice,
				Required: f.Required, Writable: f.Writable, Pattern: f.Pattern, Values: f.Values,
			}
		}
	}
	return mapping.Constraint{}
}
