package consoletest

import (
	"context"
	"slices"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// Link makes one record on both sides, known to the engine and in sync. Its
// key is cc:NAME, its ids NAME and 003NAME.
func (w *World) Link(name string, values map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	rec := &engine.Record{Key: "cc:" + name, ID: [2]string{name, "003" + name}, Status: engine.InSync}
	content := make([]string, len(Mapping.Fields))
	for i := range content {
		content[i] = values[Mapping.Fields[i].Name]
	}
	for side, s := range w.systems {
		r := &row{fields: make([]mapping.Native, len(Mapping.Fields)), version: 4, by: "somebody", modified: w.now}
		for i := range r.fields {
			r.fields[i] = s.native(i, content[i])
		}
		s.rows[rec.ID[side]] = r
		rec.Base[side] = engine.Base{Known: true, Present: true, Version: 4, Content: slices.Clone(content), Edit: w.now}
	}
	must(w.Store.Apply(context.Background(), w.now, engine.Batch{Ops: []engine.StoreOp{engine.PutRecord{Record: rec}}}))
}

// id is the native id of a linked record.
func id(side mapping.Side, name string) string {
	if side == mapping.CRM {
		return "003" + name
	}
	return name
}

// Edit is a user's save on one side, of which the engine hears nothing yet.
func (w *World) Edit(side mapping.Side, name string, values map[string]string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.systems[side].rows[id(side, name)]
	w.systems[side].set(r, values)
	r.version++
	r.modified, r.by = w.now, "somebody"
}

// Delete is a user's deletion on one side.
func (w *World) Delete(side mapping.Side, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.systems[side].rows, id(side, name))
}

// Notice lets the engine hear of a record.
func (w *World) Notice(side mapping.Side, name string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.token++
	w.run(engine.Noticed{Ref: engine.Ref{Side: side, ID: id(side, name)}, Token: w.token})
}

// Value is what one side holds, in canonical form; ok is false where the
// record is not there.
func (w *World) Value(side mapping.Side, name, field string) (value string, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r := w.systems[side].rows[id(side, name)]
	i, mapped := Mapping.FieldIndex(field)
	if r == nil || !mapped {
		return "", false
	}
	value, _, err := Mapping.Canonical(side, i, r.fields[i])
	must(err)
	return value, true
}

// Down lets a system answer nothing until it is up again.
func (w *World) Down(side mapping.Side, down bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.systems[side].down = down
}

// WidenNotes lets the CRM's notes hold any text from now on.
func (w *World) WidenNotes() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.systems[mapping.CRM].notesMax = 0
	w.systems[mapping.CRM].revision++
}

// Conflict lets both sides edit the notes of a linked record at nearly the
// same time, so that a person has to decide (CR-6).
func (w *World) Conflict(name, cc, crm string) {
	w.Edit(mapping.CC, name, map[string]string{"notes": cc})
	w.Advance(time.Second)
	w.Edit(mapping.CRM, name, map[string]string{"notes": crm})
	w.Notice(mapping.CC, name)
}

// Example is a world with a record of each kind: ada is flagged, bob and cyd
// are dead letters, and eve's notes were overwritten.
func Example() *World {
	w := New(20)
	w.Link("ada", map[string]string{"name": "Lovelace", "phone": "+14155550123", "notes": "met at the fair"})
	w.Link("bob", map[string]string{"name": "Babbage", "notes": "old"})
	w.Link("cyd", map[string]string{"name": "Cortes", "notes": "old"})
	w.Link("eve", map[string]string{"name": "Evans", "notes": "old"})
	w.Advance(10 * time.Minute)
	w.Conflict("ada", "call back", "VIP")
	for _, name := range []string{"bob", "cyd"} {
		w.Edit(mapping.CC, name, map[string]string{"notes": "asked twice to be called back before noon"})
		w.Notice(mapping.CC, name)
	}
	w.Edit(mapping.CC, "eve", map[string]string{"notes": "prefers mail"})
	w.Advance(time.Minute)
	w.Edit(mapping.CRM, "eve", map[string]string{"notes": "prefers phone"})
	w.Notice(mapping.CRM, "eve")
	w.Advance(time.Minute)
	return w
}
