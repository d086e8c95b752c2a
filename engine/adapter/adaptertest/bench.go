package adaptertest

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// patience is how long a call may go on that was told to end, or that waits
// for something of the suite's.
const patience = 5 * time.Second

// bench is one adapter under a rule.
type bench struct {
	T
	*Tenant
	system adapter.System
	tap    *tap
}

func newBench(t T, open Open) *bench {
	t.Helper()
	tenant := open(t)
	b := &bench{T: t, Tenant: tenant, tap: newTap(tenant.Transport)}
	t.Cleanup(b.tap.release)
	if len(tenant.Samples) != len(tenant.Config.Fields) || len(tenant.Samples) == 0 {
		t.Fatalf("the tenant has %d samples for %d fields: give each field of Config.Fields one", len(tenant.Samples), len(tenant.Config.Fields))
	}
	c := tenant.Config
	c.HTTP = &http.Client{Transport: b.tap}
	c.Flight = &flight{}
	var err error
	if b.system, err = tenant.New(c); err != nil {
		t.Fatalf("the adapter refuses its configuration: %v", err)
	}
	return b
}

// flight shares calls as the service does.
type flight struct{ group singleflight.Group }

func (f *flight) Do(key string, fn func() (string, error)) (string, error) {
	v, err, _ := f.group.Do(key, func() (any, error) { return fn() })
	text, _ := v.(string)
	return text, err
}

// must ends the rule with an error that nobody asked for.
func (b *bench) must(what string, err error) {
	b.Helper()
	if err != nil {
		b.Fatalf("%s: %v", what, err)
	}
}

// fails demands an error of a kind, definite or not.
func (b *bench) fails(what string, err error, kind adapter.Kind, indefinite bool) {
	b.Helper()
	_ = b.failure(what, err, kind, indefinite) // the rule is over if it is another
}

// failure is fails, and returns the error.
func (b *bench) failure(what string, err error, kind adapter.Kind, indefinite bool) *adapter.Error {
	b.Helper()
	e := b.typed(what, err)
	if e.Kind != kind {
		b.Fatalf("%s: want an error of kind %q, got %q: %v", what, kind, e.Kind, err)
	}
	b.certain(what, e, indefinite)
	return e
}

// certain demands that an error says whether the request may have taken effect.
func (b *bench) certain(what string, e *adapter.Error, indefinite bool) {
	b.Helper()
	switch {
	case indefinite && !e.Indefinite:
		b.Fatalf("%s: the request may have taken effect, but the error says that it has not: %v", what, e)
	case !indefinite && e.Indefinite:
		b.Fatalf("%s: the request has not taken effect, but the error says that it may have: %v", what, e)
	}
}

// typed demands an *adapter.Error that holds no secret.
func (b *bench) typed(what string, err error) *adapter.Error {
	b.Helper()
	if err == nil {
		b.Fatalf("%s: want an error, got none", what)
	}
	var e *adapter.Error
	if !errors.As(err, &e) {
		b.Fatalf("%s: want an *adapter.Error, got %T: %v", what, err, err)
	}
	return e
}

// values are samples of all fields.
func (b *bench) values() []adapter.FieldValue {
	var out []adapter.FieldValue
	for i, s := range b.Samples {
		out = append(out, adapter.FieldValue{Index: i, Value: s.Good})
	}
	return out
}

// other is another value of one field.
func (b *bench) other(index int) []adapter.FieldValue {
	return []adapter.FieldValue{{Index: index, Value: b.Samples[index].Other}}
}

// spare is a field that a record can be without.
func (b *bench) spare() int {
	b.Helper()
	i := slices.IndexFunc(b.Samples, func(s Sample) bool { return !s.Required && s.Good.Kind == mapping.String })
	if i < 0 {
		b.Fatalf("no sample is of a text that is not required: add one to the tenant")
	}
	return i
}

// make is a person who makes a record of all samples.
func (b *bench) make() string {
	b.Helper()
	id, err := b.Make(b.values())
	b.must("a person makes a record", err)
	return id
}

// create makes a record through the adapter.
func (b *bench) create(external string) adapter.Record {
	b.Helper()
	rec, err := b.system.Create(b.Context(), b.creation(external))
	b.must("Create", err)
	if rec.ID == "" {
		b.Fatalf("Create returned a record without an id")
	}
	return rec
}

func (b *bench) creation(external string) adapter.Write {
	return adapter.Write{Fields: b.values(), Version: 1, SetVersion: true, External: external}
}

func (b *bench) read(id string) adapter.Record {
	b.Helper()
	rec, err := b.system.Read(b.Context(), id)
	b.must("Read", err)
	return rec
}

// change is a write of fields that rests on a record as it was read.
func change(rec adapter.Record, values []adapter.FieldValue) adapter.Write {
	v := versionOf(rec)
	return adapter.Write{Fields: values, Version: v + 1, SetVersion: true, If: adapter.Precondition{Version: v, Tag: rec.Tag}}
}

// versionOf is the version that a record shows, 0 if it has none yet.
func versionOf(rec adapter.Record) (v int64) {
	if _, err := fmt.Sscan(rec.Version.Text, &v); err != nil {
		return 0
	}
	return v
}

// peek is what is stored of a record that must be there.
func (b *bench) peek(id string) map[string]string {
	b.Helper()
	stored, ok := b.Peek(id)
	if !ok {
		b.Fatalf("record %s is not there", id)
	}
	return maps.Clone(stored)
}

// unchanged demands that what is stored is as it was.
func (b *bench) unchanged(what, id string, before map[string]string) {
	b.Helper()
	if names := differing(before, b.peek(id)); len(names) > 0 {
		b.Fatalf("%s: the record was changed in %s", what, strings.Join(names, ", "))
	}
}

// differing names what differs between two states, in order.
func differing(before, after map[string]string) []string {
	all := maps.Clone(before)
	maps.Copy(all, after)
	var names []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		was, had := before[name]
		is, has := after[name]
		if was != is || had != has {
			names = append(names, name)
		}
	}
	return names
}

// pass lets time pass in the system.
func (b *bench) pass(by time.Duration) {
	if b.Advance != nil {
		b.Advance(by)
	}
}

// within demands that a call ends soon.
func (b *bench) within(what string, call func() error) error {
	b.Helper()
	done := make(chan error, 1)
	go func() { done <- call() }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		b.tap.release()
		b.Fatalf("%s: the call goes on %v after it was told to end", what, patience)
		return nil
	}
}
