package sim

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// view is what one process's adapter knows of a system's schema.
type view struct {
	ask      []string // native names that reads ask for, in the order of slots
	slots    []int    // of ask: fields by index, then the version, then the status
	revision string
}

// newView asks for all that is mapped and that known accepts.
func (w *World) newView(object int, side mapping.Side, known func(name string) bool) view {
	var v view
	m := w.mappings[object]
	names := append(append([]string(nil), m.Names(side)...), m.VersionName[side], m.StatusName[side])
	for slot, name := range names {
		if name != "" && known(name) {
			v.ask, v.slots = append(v.ask, name), append(v.slots, slot)
		}
	}
	return v
}

func everything(string) bool { return true }

// learn takes down what an answer tells of the schema. A system whose reads
// name their fields is asked for those that its description shows.
func (h *host) learn(e *errand, out *mocks.Outcome, err *adapter.Error) {
	v, k := &h.views[e.place()], &h.parts.kinds[e.place()]
	if out.Revision != "" || out.Refusal == mocks.Unmapped {
		v.revision = out.Revision
	}
	if e.ask.Kind != mocks.OpDescribe || err != nil || !k.asksByName {
		return
	}
	shown := map[string]bool{}
	for i := range out.Fields {
		shown[out.Fields[i].Name] = true
	}
	revision := v.revision
	*v = h.w.newView(int(e.ask.Object), e.side, func(name string) bool { return shown[name] })
	v.revision = revision
}

// carryErrand begins the effects that are exchanges.
func (h *host) carryErrand(effect engine.Effect) {
	e := h.newErrand()
	e.effect = effect
	o := &e.first
	switch f := effect.(type) {
	case engine.Read:
		e.op, e.side = f.Op, f.Ref.Side
		o.Kind = mocks.OpRead
		o.Object, o.Record = h.split(f.Ref)
	case engine.Find:
		e.op, e.side = f.Op, f.Side
		o.Kind, o.Object, o.External = mocks.OpFind, mocks.Object(f.Object), f.External
	case engine.Write:
		e.op, e.side = f.Op, f.Ref.Side
		h.writeOp(o, &f)
	case engine.Poll:
		e.op, e.side = f.Op, f.Side
		o.Kind, o.Object, o.After, o.Limit = mocks.OpChanges, mocks.Object(f.Object), string(f.After), f.Limit
		if f.Rewind {
			o.After = h.w.systems[f.Side].direct.Rewind(o.After, h.parts.config.Systems[f.Side].Overlap)
		}
	case engine.Describe:
		e.op, e.side = f.Op, f.Side
		o.Kind, o.Object = mocks.OpDescribe, mocks.Object(f.Object)
	}
	e.ask = o
	v := &h.views[e.place()]
	o.Ask, o.Revision = v.ask, v.revision
	e.slots = v.slots
	h.errand(e)
}

// place is that of the object and the side that an errand goes to.
func (e *errand) place() int { return placeOf(int(e.ask.Object), e.side) }

// split is a reference as the systems know it.
func (h *host) split(ref engine.Ref) (mocks.Object, string) {
	object, id := h.w.names.Split(ref.ID)
	return mocks.Object(object), id
}

// writeOp is a write as data.
func (h *host) writeOp(o *mocks.Op, f *engine.Write) {
	var id string
	o.Object, id = h.split(f.Ref)
	side := f.Ref.Side
	k := &h.parts.kinds[placeOf(int(o.Object), side)]
	o.External = f.Data.External
	switch f.Kind {
	case engine.CreateRecord:
		o.Kind, o.Bare = mocks.OpCreate, true
	case engine.DeleteRecord:
		o.Kind, o.Record, o.External = mocks.OpDelete, id, ""
	default:
		o.Kind, o.Record = mocks.OpUpdate, id
	}
	if o.Kind != mocks.OpCreate {
		o.IfTag = f.Data.If.Tag
	}
	if o.Kind == mocks.OpUpdate && k.versions {
		version := f.Data.If.Version
		o.IfVersion = &version
	}
	m := h.w.mappings[o.Object]
	for _, set := range f.Data.Fields {
		o.Set = append(o.Set, mocks.Assign{
			Field: m.Fields[set.Index].Native[side], Kind: mocks.ValueKind(set.Value.Kind), Text: set.Value.Text,
		})
	}
	if f.Data.SetVersion {
		o.Set = append(o.Set, mocks.Assign{Field: m.VersionName[side], Kind: mocks.Number, Text: strconv.FormatInt(f.Data.Version, 10)})
	}
	if f.Data.Status != "" {
		o.Set = append(o.Set, mocks.Assign{Field: m.StatusName[side], Kind: mocks.String, Text: f.Data.Status})
	}
}

// changes reports whether an exchange can change a record.
func changes(o *mocks.Op) bool {
	return o.Kind == mocks.OpCreate || o.Kind == mocks.OpUpdate || o.Kind == mocks.OpDelete
}

// unguarded reports whether an errand changes a record with nothing to refuse
// it by if the record has changed meanwhile.
func (h *host) unguarded(e *errand) bool {
	k := &h.parts.kinds[e.place()]
	switch e.ask.Kind {
	case mocks.OpUpdate, mocks.OpDelete:
		return !k.tags
	case mocks.OpCreate:
		method, _ := k.line(e.ask)
		return method != http.MethodPost
	default:
		return false
	}
}

// collect takes in what an exchange of the errand gave, and lists the readings
// that follow from it: Salesforce's answer to a create is an id, and a list of
// the REST CRM has no entity tags.
func (h *host) collect(e *errand, out *mocks.Outcome, err *adapter.Error) *adapter.Error {
	k := &h.parts.kinds[e.place()]
	reading, asked := len(e.toRead) > 0, ""
	if reading {
		asked, e.toRead = e.toRead[0], e.toRead[1:]
	}
	switch {
	case err != nil && e.made != "":
		made := h.record(e, &mocks.View{ID: e.made}) // it was created all the same
		made.Unread = err
		e.records = append(e.records, made)
		return nil
	case err != nil && err.Kind == adapter.NotFound && (reading || (e.ask.Kind == mocks.OpFind && k.findMisses)):
		return nil // deleted meanwhile, or never there
	case err != nil && reading:
		e.records = append(e.records, h.record(e, &mocks.View{ID: asked})) // it was listed all the same
		return nil
	case err != nil:
		return err
	case e.ask.Kind == mocks.OpCreate && k.readsCreated:
		e.made = out.Records[0].ID
		e.toRead = []string{e.made}
	case e.ask.Kind == mocks.OpFind && k.tags && !k.listsTags:
		for i := range out.Records {
			e.toRead = append(e.toRead, out.Records[i].ID)
		}
	default:
		for i := range out.Records {
			e.records = append(e.records, h.record(e, &out.Records[i]))
		}
	}
	return nil
}

// ensue begins the next reading that belongs to an errand.
func (h *host) ensue(e *errand) {
	v := &h.views[e.place()]
	e.ask = &mocks.Op{Kind: mocks.OpRead, Object: e.ask.Object, Record: e.toRead[0], Ask: v.ask, Revision: v.revision}
	e.slots, e.refused, e.spent, e.again = v.slots, "", false, false
	h.acquire(e)
}

// eventOf is the core's event at the end of an errand.
func eventOf(e *errand, schema adapter.Schema, out *mocks.Outcome, err *adapter.Error) engine.Event {
	switch f := e.effect.(type) {
	case engine.Read:
		return engine.ReadDone{Op: f.Op, Record: first(e, err), Err: err}
	case engine.Find:
		if err != nil {
			return engine.FindDone{Op: f.Op, Err: err}
		}
		return engine.FindDone{Op: f.Op, Records: e.records}
	case engine.Write:
		return engine.WriteDone{Op: f.Op, Record: first(e, err), Err: err}
	case engine.Poll:
		done := engine.PollDone{Op: f.Op, Err: err}
		if err == nil {
			done.Page = pageOf(out)
		}
		return done
	default:
		return engine.Described{Op: e.op, Schema: schema, Err: err}
	}
}

func first(e *errand, err *adapter.Error) adapter.Record {
	if err != nil || len(e.records) == 0 {
		return adapter.Record{}
	}
	return e.records[0]
}

// record is a view of a record as an adapter gives it.
func (h *host) record(e *errand, v *mocks.View) adapter.Record {
	n := len(h.w.mappings[e.ask.Object].Fields)
	values := make([]mapping.Native, n+2)
	if v.Values != nil {
		for i, slot := range e.slots {
			if i < len(v.Values) {
				values[slot] = mapping.Native{Kind: mapping.Kind(v.Values[i].Kind), Text: v.Values[i].Text}
			}
		}
	}
	return adapter.Record{
		ID: v.ID, Fields: values[:n:n], Version: values[n], Status: values[n+1], External: v.External,
		Modified: v.Modified, By: v.By, Own: v.Own, Automation: v.Automation, Tag: v.Tag, MergedInto: v.MergedInto,
	}
}

func pageOf(out *mocks.Outcome) adapter.Page {
	page := adapter.Page{Next: adapter.Cursor(out.Next), More: out.More}
	page.Changed = slices.Grow(page.Changed, len(out.Changed))
	for i := range out.Changed {
		c := &out.Changed[i]
		page.Changed = append(page.Changed, adapter.Change{ID: c.ID, Deleted: c.Deleted, Stamp: c.Stamp, By: c.By, Own: c.Own})
	}
	return page
}
