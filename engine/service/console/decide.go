package console

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

// neither is the side of a decision that gives values alone.
const neither = mapping.Side(2)

// decide takes a person's decision on a flagged record (CR-10).
func (c *Console) decide(w http.ResponseWriter, r *http.Request) error {
	d, set, err := readDecision(r)
	if err != nil {
		return err
	}
	rec, err := c.named(r)
	if err != nil {
		return err
	}
	said := engine.Reviewed{Ref: refOf(rec), By: d.By, State: d.State, Choose: neither}
	switch d.Choose {
	case "cc":
		said.Choose = mapping.CC
	case "crm":
		said.Choose = mapping.CRM
	}
	if said.Set, err = canonical(c.mappingOf(rec), set); err != nil {
		return err
	}
	switch {
	case rec.Flag == nil:
		return problem(CodeRefused, "", "the record is not flagged any more")
	case rec.Flag.State != d.State:
		return problem(CodeRefused, "state", "the record has changed since: look at it again")
	case d.Choose == "":
		if err := c.covered(rec, said.Set); err != nil {
			return err
		}
	}
	return c.say(w, r, "decision", rec.Key, said)
}

func readDecision(r *http.Request) (d Decision, set map[string]mapping.Native, err error) {
	in, err := body(r)
	if err != nil {
		return d, nil, err
	}
	members(in, map[string]func(){
		"by":     func() { d.By = in.Str() },
		"state":  func() { d.State = in.Str() },
		"choose": func() { d.Choose = in.Str() },
		"set":    func() { set = natives(in) },
	})
	if err := finish(in); err != nil {
		return d, nil, err
	}
	switch {
	case d.State == "":
		return d, nil, problem(CodeInvalid, "state", "give the `state` that you looked at: a decision on another one is refused")
	case d.Choose == "" && len(set) == 0:
		return d, nil, problem(CodeInvalid, "choose", "say which side to take, in `choose`, or give values, in `set`")
	case d.Choose != "" && d.Choose != "cc" && d.Choose != "crm":
		return d, nil, problem(CodeInvalid, "choose", "unknown side "+strconv.Quote(shortened(d.Choose))+", expected cc or crm")
	}
	return d, set, person(d.By)
}

// canonical are the values that a person gave, in the order of the mapping. A
// value may be spelt as the contact center spells it.
func canonical(m *mapping.Mapping, set map[string]mapping.Native) ([]engine.FieldText, error) {
	var out []engine.FieldText
	for name := range set {
		i, ok := m.FieldIndex(name)
		if !ok {
			return nil, unmapped(m, name)
		}
		out = append(out, engine.FieldText{Index: i})
	}
	slices.SortFunc(out, func(a, b engine.FieldText) int { return a.Index - b.Index })
	for at := range out {
		i := out[at].Index
		f := &m.Fields[i]
		given := set[f.Name]
		text, _, err := m.Canonical(mapping.CC, i, given)
		if err != nil {
			return nil, problem(CodeInvalid, "set."+f.Name, "the field "+f.Name+" is of type "+f.Type.String()+", and cannot hold "+mapping.Shape(given))
		}
		if err := renders(m, i, text); err != nil {
			return nil, err
		}
		out[at].Value = text
	}
	return out, nil
}

// renders refuses a value that a system could not be given. What only the
// system's schema forbids is for the engine to find.
func renders(m *mapping.Mapping, i int, text string) error {
	f := &m.Fields[i]
	for side, native := range f.Native {
		if native == "" {
			continue
		}
		var refused *mapping.ValueError
		if _, err := m.Render(mapping.Side(side), i, text); errors.As(err, &refused) {
			return problem(CodeInvalid, "set."+f.Name, mapping.Side(side).String()+" cannot take "+refused.Problem.String())
		}
	}
	return nil
}

func unmapped(m *mapping.Mapping, name string) *Problem {
	names := make([]string, len(m.Fields))
	for i := range names {
		names[i] = m.Fields[i].Name
	}
	return problem(CodeInvalid, "set", "no field "+strconv.Quote(shortened(name))+" is mapped, expected "+strings.Join(names, ", "))
}

// covered requires values for every field in which the sides differ, where no
// side is chosen for the rest.
func (c *Console) covered(rec *engine.Record, set []engine.FieldText) error {
	var open []string
	read, m := readings(rec), c.mappingOf(rec)
	for i := range m.Fields {
		f := &m.Fields[i]
		given := slices.ContainsFunc(set, func(s engine.FieldText) bool { return s.Index == i })
		if !given && f.Direction == mapping.Both && differ(value(&read[mapping.CC], i), value(&read[mapping.CRM], i)) {
			open = append(open, f.Name)
		}
	}
	if open == nil {
		return nil
	}
	return problem(CodeInvalid, "set", "the sides differ in "+strings.Join(open, ", ")+" too: give these values as well, or `choose` a side for them")
}

// restore takes values back that a decision overwrote (CR-11).
func (c *Console) restore(w http.ResponseWriter, r *http.Request) error {
	in, err := body(r)
	if err != nil {
		return err
	}
	var ask Restore
	members(in, map[string]func(){
		"by":     func() { ask.By = in.Str() },
		"entry":  func() { ask.Entry = uint32(count(in)) },
		"fields": func() { ask.Fields = texts(in) },
		"side":   func() { ask.Side = in.Str() },
	})
	if err := finish(in); err != nil {
		return err
	}
	if err := first(person(ask.By), sideOrNone(CodeInvalid, ask.Side)); err != nil {
		return err
	}
	rec, err := c.named(r)
	if err != nil {
		return err
	}
	ledger, err := c.cfg.Store.Ledger(r.Context(), rec.Key)
	if err != nil {
		return err
	}
	set, err := overwritten(c.mappingOf(rec), &ask, ledger)
	if err != nil {
		return err
	}
	return c.say(w, r, "restore", rec.Key, engine.Reviewed{Ref: refOf(rec), By: ask.By, Choose: neither, Restore: true, State: rec.Restorable(), Set: set})
}

// overwritten are the values that a restore asks for.
func overwritten(m *mapping.Mapping, ask *Restore, ledger []engine.LedgerEntry) ([]engine.FieldText, error) {
	i := slices.IndexFunc(ledger, func(e engine.LedgerEntry) bool { return e.Number == ask.Entry })
	if i < 0 {
		return nil, problem(CodeInvalid, "entry", "the ledger has no entry "+strconv.Itoa(int(ask.Entry))+" for this record")
	}
	var set []engine.FieldText
	for _, l := range ledger[i].Lost {
		if (ask.Side != "" && l.Side.String() != ask.Side) || (ask.Fields != nil && !slices.Contains(ask.Fields, l.Field)) {
			continue
		}
		at, ok := m.FieldIndex(l.Field)
		if !ok {
			return nil, problem(CodeInvalid, "fields", "the field "+l.Field+" is not mapped any more")
		}
		if slices.ContainsFunc(set, func(s engine.FieldText) bool { return s.Index == at }) {
			return nil, problem(CodeInvalid, "side", "the entry lost "+l.Field+" of both sides: say whose, in `side`")
		}
		set = append(set, engine.FieldText{Index: at, Value: l.Value})
	}
	for _, name := range ask.Fields {
		at, ok := m.FieldIndex(name)
		if !ok || !slices.ContainsFunc(set, func(s engine.FieldText) bool { return s.Index == at }) {
			return nil, problem(CodeInvalid, "fields", "the entry lost no value of "+strconv.Quote(shortened(name)))
		}
	}
	if set == nil {
		return nil, problem(CodeInvalid, "entry", "the entry lost nothing that could be restored")
	}
	return set, nil
}

// approve lets a paused mass delete go on (CR-13).
func (c *Console) approve(w http.ResponseWriter, r *http.Request) error {
	in, err := body(r)
	if err != nil {
		return err
	}
	var ask Approval
	members(in, map[string]func(){"by": func() { ask.By = in.Str() }})
	if err := first(finish(in), person(ask.By)); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.Wait)
	defer cancel()
	reply, err := c.cfg.Decider.Approve(ctx)
	if err := c.judge(r.Context(), numbered(w), "mass-delete", "", ask.By, reply, err); err != nil {
		return err
	}
	send(w, typeJSON, http.StatusOK, Accepted{Accepted: true})
	return nil
}

// say gives the engine a person's word and answers with its reply.
func (c *Console) say(w http.ResponseWriter, r *http.Request, verb, key string, said engine.Reviewed) error {
	ctx, cancel := context.WithTimeout(r.Context(), c.cfg.Wait)
	defer cancel()
	reply, err := c.cfg.Decider.Decide(ctx, said)
	if err := c.judge(r.Context(), numbered(w), verb, key, said.By, reply, err); err != nil {
		return err
	}
	send(w, typeJSON, http.StatusOK, Accepted{Key: key, Accepted: true})
	return nil
}

// numbered is the number of the request that is being answered.
func numbered(w http.ResponseWriter) string { return w.Header().Get("X-Request-Id") }

// judge logs who said what in which request, and turns a refusal or a silence
// into a Problem. Several letters of one request are judged at once.
func (c *Console) judge(ctx context.Context, request, verb, key, by string, reply engine.Reply, err error) error {
	result, out := Done, error(nil)
	switch {
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		result = Undecided
		out = problem(CodeUndecided, "", "the engine has not answered within "+c.cfg.Wait.String()+": it does so when it has read both systems; look at the record again before you repeat this")
	case err != nil:
		result, out = Undecided, err
	case !reply.OK:
		result = Refused
		out = problem(CodeRefused, "", reply.Why)
	}
	c.cfg.Log.InfoContext(ctx, "a person's word", "verb", verb, "key", key, "by", by,
		"result", result, "why", reply.Why, "error", err, "request", request)
	return out
}

// refOf is a native id of a record.
func refOf(rec *engine.Record) engine.Ref {
	side := mapping.CC
	if rec.ID[side] == "" {
		side = mapping.CRM
	}
	return engine.Ref{Side: side, ID: rec.ID[side]}
}

func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
