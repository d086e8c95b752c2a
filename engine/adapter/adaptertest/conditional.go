package adaptertest

import "github.com/syncproof/syncproof/engine/adapter"

var conditionalRules = []rule{
	{"a stale precondition of an update is a Conflict and changes nothing", func(b *bench) {
		if b.system.Capabilities().Conditional == adapter.Unconditional {
			b.Skipf("Capabilities.Conditional is Unconditional")
		}
		id, field := b.make(), b.spare()
		stale := b.read(id)
		b.must("a person edits", b.Edit(id, b.other(field)))
		before := b.peek(id)
		w := change(stale, []adapter.FieldValue{{Index: field, Value: b.Samples[field].Good}})
		_, err := b.system.Update(b.Context(), id, w)
		if err == nil {
			b.Fatalf("Update with a stale precondition was carried out")
		}
		b.fails("Update with a stale precondition", err, adapter.Conflict, false)
		b.unchanged("a refused Update", id, before)
		_, err = b.system.Update(b.Context(), id, change(b.read(id), w.Fields))
		b.must("Update with a fresh precondition", err)
	}},
	{"a stale precondition of a delete is a Conflict and deletes nothing", func(b *bench) {
		if b.system.Capabilities().Conditional != adapter.ByTag {
			b.Skipf("Capabilities.Conditional is not ByTag: a rule that compares versions sees no deletion")
		}
		if b.system.Capabilities().UpdatesOnly {
			b.Skipf("Capabilities.UpdatesOnly: the system guards no deletion")
		}
		id := b.make()
		stale := b.read(id)
		b.must("a person edits", b.Edit(id, b.other(b.spare())))
		before := b.peek(id)
		err := b.system.Delete(b.Context(), id, change(stale, nil).If)
		if err == nil {
			b.Fatalf("Delete with a stale precondition was carried out")
		}
		b.fails("Delete with a stale precondition", err, adapter.Conflict, false)
		b.unchanged("a refused Delete", id, before)
		b.must("Delete with a fresh precondition", b.system.Delete(b.Context(), id, change(b.read(id), nil).If))
	}},
	{"a write without a tag is not checked", func(b *bench) {
		if b.system.Capabilities().Conditional != adapter.ByTag {
			b.Skipf("Capabilities.Conditional is not ByTag")
		}
		id := b.make()
		w := change(b.read(id), b.other(b.spare()))
		w.If.Tag = ""
		_, err := b.system.Update(b.Context(), id, w)
		b.must("Update with no tag", err)
		b.must("Delete with no tag", b.system.Delete(b.Context(), id, adapter.Precondition{}))
	}},
}
