package adaptertest

import (
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

var schemaRules = []rule{
	{"describe names every configured field, in one order", func(b *bench) {
		s := b.describe()
		for _, name := range append(slices.Clone(b.Config.Fields), b.Config.VersionField, b.Config.StatusField) {
			if name != "" && !knows(s, name) {
				b.Fatalf("the schema has no field %s", name)
			}
		}
		again := b.describe()
		if !slices.EqualFunc(s.Fields, again.Fields, func(x, y mapping.Constraint) bool { return x.Name == y.Name && x.Type == y.Type }) || s.Revision != again.Revision {
			b.Fatalf("two descriptions of one schema differ")
		}
	}},
	{"a field that was dropped is Drift with its name", func(b *bench) {
		if b.Drop == nil {
			b.Skipf("the tenant has no Drop")
		}
		id, name := b.make(), b.Config.Fields[b.DropIndex]
		b.describe()
		rec := b.read(id)
		before := b.describe()
		b.Drop()
		_, err := b.system.Update(b.Context(), id, change(rec, b.other(b.DropIndex)))
		if err == nil {
			b.Fatalf("a write of %s, which is no more, was reported as done", name)
		}
		if e := b.failure("Update of a dropped field", err, adapter.Drift, false); e.Field != name {
			b.Fatalf("the error names field %q, dropped was %q", e.Field, name)
		}
		after := b.describe()
		if knows(after, name) {
			b.Fatalf("the schema still has field %s, which was dropped", name)
		}
		if after.Revision == before.Revision {
			b.Fatalf("the schema changed and its revision did not: %q", after.Revision)
		}
	}},
	{"a field that was dropped never reads as empty", func(b *bench) {
		if b.Drop == nil {
			b.Skipf("the tenant has no Drop")
		}
		id, name := b.make(), b.Config.Fields[b.DropIndex]
		b.read(id)
		b.Drop()
		// An empty field would be carried to the other system (DM-6).
		rec, err := b.system.Read(b.Context(), id)
		if err != nil {
			b.fails("Read without the dropped field", err, adapter.Drift, false)
		} else if v := rec.Fields[b.DropIndex]; v.Kind != mapping.Absent {
			b.Fatalf("%s was dropped and reads as kind %d, want Absent or an error of kind %q", name, v.Kind, adapter.Drift)
		}
	}},
}

func (b *bench) describe() adapter.Schema {
	b.Helper()
	s, err := b.system.Describe(b.Context())
	b.must("Describe", err)
	return s
}

func knows(s adapter.Schema, name string) bool {
	return slices.ContainsFunc(s.Fields, func(c mapping.Constraint) bool { return c.Name == name })
}
