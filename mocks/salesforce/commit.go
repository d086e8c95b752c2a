package salesforce

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// assign is one field of a write with its native text, "" for null.
type assign struct {
	column *column
	text   string
}

// write is a change that passed its validation, and who makes it.
type write struct {
	set        []assign
	stamp      time.Time
	actor      string
	origin     mocks.Origin // "" for the API
	user       string       // user id
	call       uint64
	cause      uint64
	versionSet bool // the writer set the version, or bypasses the trigger

	via    string   // the change origin of the API's writes
	before []string // the record's values before the write
	editor string   // who saved the record before
}

// codeVersionRule is the code of a validation rule's refusal (S); the mock has
// no other rule.
const codeVersionRule = "FIELD_CUSTOM_VALIDATION_EXCEPTION"

// conflict is the validation rule of the guide's package (EV-10): a write that
// says on which version it rests is refused when the stored one is another.
//
//	AND(NOT(ISBLANK(Sync_Base_Version__c)), ISCHANGED or ISNEW,
//	    Sync_Base_Version__c <> BLANKVALUE(PRIORVALUE(Sync_Version__c), 0))
func (m *Mock) conflict(r *record, set []assign) *apiError {
	if !m.guarded || m.baseVer == nil {
		return nil
	}
	for _, a := range set {
		if a.column.slot != m.baseVer.slot || a.text == "" {
			continue
		}
		stored := "0"
		if v := r.values[m.version.slot]; v != "" {
			stored = v
		}
		if a.text != stored {
			return refuse(codeVersionRule, a.column.name+" "+a.text+
				" is not the stored "+m.config.VersionField+" "+stored+": the record has changed since it was read", a.column.name)
		}
	}
	return nil
}

// grown is a copy with room for every column that there is by now.
func grown(values []string, slots int) []string {
	out := make([]string, slots)
	copy(out, values)
	return out
}

// fresh is an empty record.
func (m *Mock) fresh(id string) *record {
	return &record{id: id, values: make([]string, m.made.slots)}
}

// withDefaults adds to a new record's fields what it starts with: every
// checkbox that is not named is unticked, never null (M). A column that is one
// for a while only shows as unticked, and is empty when it has its type again.
func (m *Mock) withDefaults(set []assign) []assign {
	for _, c := range m.made.columns {
		named := func(a assign) bool { return a.column.slot == c.slot }
		if c.kind == kindBoolean && !c.retyped && c.system == plain && !slices.ContainsFunc(set, named) {
			set = append(set, assign{c, "false"})
		} else if c.initial != "" && !slices.ContainsFunc(set, named) {
			set = append(set, assign{c, c.initial})
		}
	}
	return set
}

// create stores a new record and journals it; verb tells a user's or client's
// record from one that the harness lays.
func (m *Mock) create(r *record, w *write, verb string) uint64 {
	w.set = m.withDefaults(w.set)
	r.created, r.createdBy = w.stamp.Unix(), w.user
	r.modified, r.modstamp, r.modifiedBy = r.created, r.created, w.user
	changes := m.assign(r, w)
	r.gap = m.currentGap()
	m.store.add(r)
	return m.journalCommit(r, w, verb, 0, changes)
}

// update changes a stored record and journals it. Automation moves
// SystemModstamp only; everybody else moves LastModifiedDate as well (S), even
// with a save that changes nothing.
func (m *Mock) update(r *record, w *write) uint64 {
	before := r.number(m.version)
	changes := m.assign(r, w)
	m.touch(r, w)
	verb := trace.Update
	if len(changes) == 0 {
		verb = trace.Touch
	}
	return m.journalCommit(r, w, verb, before, changes)
}

// touch moves the stamps of a commit.
func (m *Mock) touch(r *record, w *write) {
	was := r.modstamp
	w.editor = r.modifiedBy
	r.modstamp = w.stamp.Unix()
	if w.origin != mocks.Automation {
		r.modified, r.modifiedBy = r.modstamp, w.user
	}
	r.gap = m.currentGap()
	m.store.modified.move(r, was, true)
}

// remove puts a record into the recycle bin; master is the survivor where a
// merge does it.
func (m *Mock) remove(r *record, w *write, master string) uint64 {
	r.deleted, r.deletedAt, r.master = true, w.stamp.Unix(), master
	m.touch(r, w)
	m.store.removed.add(r)
	verb, version := trace.Delete, r.number(m.version)
	if master != "" {
		verb = trace.Merge
	}
	return m.journalCommit(r, w, verb, version, nil)
}

// undelete takes a record out of the recycle bin, under its old id (M).
func (m *Mock) undelete(r *record, w *write) uint64 {
	r.deleted, r.master = false, ""
	m.store.removed.stale++
	m.touch(r, w)
	return m.journalCommit(r, w, trace.Undelete, r.number(m.version), nil)
}

// assign stores a write's fields, runs the version trigger, and returns what
// changed. The base version is an argument of the validation rule, not content.
func (m *Mock) assign(r *record, w *write) []trace.Change {
	changes := make([]trace.Change, 0, len(w.set)+1)
	w.before = r.values
	r.values = grown(r.values, m.made.slots) // clones of the organisation share the old ones
	for _, a := range w.set {
		if m.baseVer != nil && a.column.slot == m.baseVer.slot {
			r.values[a.column.slot] = a.text
			continue
		}
		changes = m.put(r, a.column, a.text, changes)
	}
	if m.version != nil && m.config.TriggerFires(changes, w.versionSet) {
		next := r.number(m.version) + 1
		changes = m.put(r, m.version, formatInt(next), changes)
	}
	return changes
}

func (m *Mock) put(r *record, c *column, text string, changes []trace.Change) []trace.Change {
	before := r.values[c.slot]
	if before == text {
		return changes
	}
	r.values[c.slot] = text
	if m.external != nil && c.slot == m.external.slot {
		m.store.reindex(r, before, text)
	}
	return append(changes, trace.Change{
		Field: c.base, Before: before, After: text, Had: before != "", Has: text != "",
	})
}

func (m *Mock) journalCommit(r *record, w *write, verb string, before int64, changes []trace.Change) uint64 {
	m.capture(r, w, verb)
	external := r.externalID(m)
	if verb == trace.Merge {
		external = r.master
	}
	return m.journal.Commit(mocks.Committed{
		Call: w.call, Cause: w.cause, Actor: w.actor, Origin: w.origin, Verb: verb, Object: m.object.is,
		Record: r.id, Alias: r.alias, External: external,
		Version: r.number(m.version), Before: before, Stamp: time.Unix(max(r.modified, r.modstamp), 0), Changes: changes,
	})
}

// externalID is the other system's native id that the record carries.
func (r *record) externalID(m *Mock) string {
	if m.external == nil {
		return ""
	}
	return r.values[m.external.slot]
}
