package engine_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// TestDM11IdsOfSeveralObjectsNeverMeet: an id tells its object and its native
// id, whatever either looks like, and those of a single object stay as they are.
func TestDM11IdsOfSeveralObjectsNeverMeet(t *testing.T) {
	names := engine.Objects{"", "account", "asset"}
	id := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"1", "/1", "account/1", "/account/1", "account/", "assets/1", "account"}))
	rapid.Check(t, func(r *rapid.T) {
		i, native := rapid.IntRange(0, 2).Draw(r, "object"), id.Draw(r, "native id")
		if native == "" {
			return
		}
		if j, back := names.Split(names.Qualify(i, native)); j != i || back != native {
			r.Errorf("object %d %q became object %d %q by way of %q", i, native, j, back, names.Qualify(i, native))
		}
		alone := names[:1]
		if j, back := alone.Split(native); j != 0 || back != native || alone.Qualify(0, native) != native {
			r.Errorf("%q of the only object became %d %q", native, j, back)
		}
	})
}

// two is a configuration of contacts and accounts, whose system fields have
// the same names.
func two() engine.Config {
	caps := [2]adapter.Capabilities{genesysLike(), salesforceLike()}
	cfg := defaultConfig(caps)
	cfg.Also = []engine.Object{{Name: "account", Mapping: contacts, Capabilities: caps}}
	for side := range cfg.Systems {
		cfg.Systems[side].Poll = 60e9
	}
	return cfg
}

// steps is a core whose effects a test answers one by one.
type steps struct {
	core *engine.Core
	out  engine.Effects
}

func (s *steps) step(now engine.Instant, e engine.Event) []engine.Effect {
	s.out.Reset()
	s.core.Step(now, e, &s.out)
	return s.out.List
}

// TestDM11EachObjectHasItsFeedAndItsCursor: polls, cursors and notices name
// their object, and where one object's feed stopped says nothing of another's.
func TestDM11EachObjectHasItsFeedAndItsCursor(t *testing.T) {
	s := &steps{core: engine.New(two())}
	meta := engine.Meta{}
	engine.PutCursor{Side: mapping.CRM, Cursor: "contacts"}.Into(&meta)
	engine.PutCursor{Side: mapping.CRM, Cursor: "accounts", Object: "account"}.Into(&meta)
	described, polled := map[int]int{}, map[int]engine.Poll{}
	for _, e := range s.step(epoch, engine.Started{Meta: meta}) {
		switch e := e.(type) {
		case engine.Describe:
			described[e.Object]++
		case engine.Poll:
			if e.Side == mapping.CRM {
				polled[e.Object] = e
			}
		}
	}
	if described[0] != 2 || described[1] != 2 || polled[0].After != "contacts" || polled[1].After != "accounts" {
		t.Fatalf("described %v, polled %v", described, polled)
	}
	page := adapter.Page{Changed: []adapter.Change{{ID: "7"}}, Next: "later"}
	for _, e := range s.step(epoch, engine.PollDone{Op: polled[1].Op, Page: page}) {
		p, ok := e.(engine.Persist)
		if !ok {
			continue
		}
		notice, noticed := p.Batch.Ops[0].(engine.Enqueue)
		cursor, moved := p.Batch.Ops[1].(engine.PutCursor)
		if !noticed || notice.Ref.String() != "crm:account/7" || !moved || cursor.Object != "account" || cursor.Cursor != "later" {
			t.Errorf("%+v", p.Batch.Ops)
		}
		return
	}
	t.Error("the page was not made durable")
}

// TestRL6AMissingPermissionStopsItsObjectAlone: the account's permission is
// missing, and contacts are worked on as ever.
func TestRL6AMissingPermissionStopsItsObjectAlone(t *testing.T) {
	s := &steps{core: engine.New(two())}
	var describes []engine.Describe
	var fetch engine.Op
	for _, e := range s.step(epoch, engine.Started{}) {
		switch e := e.(type) {
		case engine.Describe:
			describes = append(describes, e)
		case engine.Fetch:
			fetch = e.Op
		}
	}
	told := ""
	for _, d := range describes {
		done := engine.Described{Op: d.Op}
		if d.Object == 1 && d.Side == mapping.CRM {
			done.Err = &adapter.Error{Kind: adapter.Forbidden, Permission: "account:read"}
		}
		for _, e := range s.step(epoch, done) {
			if m, ok := e.(engine.Tell); ok && m.Message.Topic == "permission" {
				told += m.Message.Object + " " + m.Message.Topic
			}
		}
	}
	read := map[engine.Ref]bool{}
	items := []engine.Item{
		{Key: "crm:account/7", Ref: engine.Ref{Side: mapping.CRM, ID: "account/7"}},
		{Key: "crm:7", Ref: engine.Ref{Side: mapping.CRM, ID: "7"}},
	}
	for _, e := range s.step(epoch, engine.Fetched{Op: fetch, Items: items}) {
		if r, ok := e.(engine.Read); ok {
			read[r.Ref] = true
		}
	}
	if told != "account permission" || !read[items[1].Ref] || read[items[0].Ref] {
		t.Errorf("told %q, read %v", told, read)
	}
}
