package adaptertest

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

var recordRules = []rule{
	{"capabilities are fixed", func(b *bench) {
		before := b.system.Capabilities()
		b.create("ext-1")
		if after := b.system.Capabilities(); after != before {
			b.Fatalf("they were %+v and are %+v", before, after)
		}
		if before.Resolution <= 0 {
			b.Fatalf("Resolution is %v: say how fine the system's timestamps are", before.Resolution)
		}
	}},
	{"read of a record that is not there is NotFound and definite", func(b *bench) {
		id := b.make()
		_, err := b.system.Read(b.Context(), mangled(id))
		b.fails("Read of an unknown id", err, adapter.NotFound, false)
		b.read(id)
		b.must("a person removes the record", b.Remove(id))
		_, err = b.system.Read(b.Context(), id)
		b.fails("Read of a deleted record", err, adapter.NotFound, false)
	}},
	{"read shows the current state", func(b *bench) {
		id, field := b.make(), b.spare()
		before := b.read(id)
		b.whole(before)
		b.must("a person edits", b.Edit(id, b.other(field)))
		after := b.read(id)
		if before.ID != id || after.ID != id {
			b.Fatalf("Read(%q) returned records %q and %q", id, before.ID, after.ID)
		}
		if before.Fields[field] == after.Fields[field] {
			b.Fatalf("%s still reads as before a person changed it", b.Config.Fields[field])
		}
	}},
	{"what is read is what was written", func(b *bench) {
		byPerson, byUs := b.make(), b.create("ext-1").ID
		want, got := b.read(byPerson), b.read(byUs)
		for i, name := range b.Config.Fields {
			if got.Fields[i] != want.Fields[i] {
				b.Fatalf("%s: a person's value reads as %v, the same written by the adapter as %v", name, want.Fields[i].Kind, got.Fields[i].Kind)
			}
		}
		if versionOf(got) != 1 {
			b.Fatalf("the version was written as 1 and reads as %q", got.Version.Text)
		}
	}},
	{"find of what nobody has is empty and no error", func(b *bench) {
		b.create("ext-1")
		found, err := b.system.Find(b.Context(), "ext-2")
		b.must("Find", err)
		if len(found) != 0 {
			b.Fatalf("Find found %d records of an external id that none carries", len(found))
		}
	}},
	{"find shows who carries an external id", func(b *bench) {
		rec := b.create("ext-1")
		b.create("ext-2")
		b.finds("ext-1", rec.ID)
	}},
	{"create is idempotent by external id where it says so", func(b *bench) {
		if !b.system.Capabilities().CreateByExternal {
			b.Skipf("Capabilities.CreateByExternal is false")
		}
		first := b.create("ext-1")
		if again := b.create("ext-1"); again.ID != first.ID {
			b.Fatalf("the second Create made another record, %s beside %s", again.ID, first.ID)
		}
		b.finds("ext-1", first.ID)
	}},
	{"update changes the named field and no other", func(b *bench) {
		id, field := b.make(), b.spare()
		before := b.peek(id)
		_, err := b.system.Update(b.Context(), id, change(b.read(id), b.other(field)))
		b.must("Update", err)
		b.changedOnly(before, b.peek(id), b.Config.Fields[field])
	}},
	{"update links a record by its external id", func(b *bench) {
		id := b.make()
		rec := b.read(id)
		_, err := b.system.Update(b.Context(), id, adapter.Write{External: "ext-9", If: change(rec, nil).If})
		b.must("Update", err)
		b.finds("ext-9", id)
	}},
	{"null clears and what is not named stays", func(b *bench) {
		id, field := b.make(), b.spare()
		before := b.peek(id)
		_, err := b.system.Update(b.Context(), id, change(b.read(id), []adapter.FieldValue{{Index: field, Value: mapping.Native{Kind: mapping.Null}}}))
		b.must("Update", err)
		after := b.peek(id)
		name := b.Config.Fields[field]
		if after[name] != "" {
			b.Fatalf("%s was written as null and still holds a value", name)
		}
		b.changedOnly(before, after, name)
		if rec := b.read(id); rec.Fields[field].Kind != mapping.Null {
			b.Fatalf("%s is empty, and reads as kind %d instead of Null", name, rec.Fields[field].Kind)
		}
	}},
	{"update of a record that is not there is NotFound and definite", func(b *bench) {
		id := b.make()
		rec := b.read(id)
		b.must("a person removes the record", b.Remove(id))
		_, err := b.system.Update(b.Context(), id, change(rec, b.other(b.spare())))
		b.fails("Update of a deleted record", err, adapter.NotFound, false)
	}},
	{"delete removes, and what is gone is NotFound", func(b *bench) {
		id := b.make()
		rec := b.read(id)
		b.must("Delete", b.system.Delete(b.Context(), id, change(rec, nil).If))
		if _, there := b.Peek(id); there {
			b.Fatalf("Delete reported success and the record is still there")
		}
		b.fails("the second Delete", b.system.Delete(b.Context(), id, adapter.Precondition{}), adapter.NotFound, false)
	}},
	{"own is who wrote last, where the system says so", func(b *bench) {
		if !b.system.Capabilities().ReportsActor {
			b.Skipf("Capabilities.ReportsActor is false")
		}
		id := b.create("ext-1").ID
		if rec := b.read(id); !rec.Own {
			b.Fatalf("the adapter's own record is not its own")
		}
		b.must("a person edits", b.Edit(id, b.other(b.spare())))
		if rec := b.read(id); rec.Own || rec.By == "" {
			b.Fatalf("after a person's edit Own is %v and By is %q", rec.Own, rec.By)
		}
	}},
}

// whole demands that a record says something of every field.
func (b *bench) whole(rec adapter.Record) {
	b.Helper()
	if len(rec.Fields) != len(b.Config.Fields) {
		b.Fatalf("the record has %d fields, want one for each of Config.Fields: %d", len(rec.Fields), len(b.Config.Fields))
	}
	for i, v := range rec.Fields {
		if v.Kind == mapping.Absent || v.Kind == mapping.Null {
			b.Fatalf("%s holds a value, and reads as if there were none", b.Config.Fields[i])
		}
	}
}

// finds demands which record carries an external id.
func (b *bench) finds(external, id string) {
	b.Helper()
	found, err := b.system.Find(b.Context(), external)
	b.must("Find", err)
	if len(found) != 1 || found[0].ID != id || found[0].External != external {
		b.Fatalf("Find(%q) returned %d records, want record %s alone with this external id", external, len(found), id)
	}
}

// changedOnly demands that one field was changed, and what carries its version with it.
func (b *bench) changedOnly(before, after map[string]string, name string) {
	b.Helper()
	names := differing(before, after)
	if !slices.Contains(names, name) {
		b.Fatalf("%s was to change and did not", name)
	}
	expected := []string{name, b.Config.VersionField, b.Config.BaseVersionField}
	names = slices.DeleteFunc(names, func(n string) bool { return slices.Contains(expected, n) })
	if len(names) > 0 {
		b.Fatalf("%s changed beside %s", strings.Join(names, ", "), name)
	}
}

// mangled is an id of the same form that no record has: its last hexadecimal
// digits are the next ones.
func mangled(id string) string {
	out := []byte(id)
	for i := len(out) - 1; i >= max(len(out)-6, 0); i-- {
		switch c := out[i]; {
		case c == '9', c == 'f', c == 'F':
			out[i] = map[byte]byte{'9': '0', 'f': 'a', 'F': 'A'}[c]
		case c >= '0' && c < '9', c >= 'a' && c < 'f', c >= 'A' && c < 'F':
			out[i]++
		}
	}
	return string(out)
}
