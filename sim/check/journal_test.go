package check

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// Journals in these tests are written by hand, one happening a line:
//
//	0s   setup ada v41 notes=""
//	12s  agent edits cc ada notes="call back" v42
//	12s  user edits crm ada notes="VIP" v42
//	13s  engine reads cc ada
//	13s  engine reads crm ada
//	13s  engine writes crm ada notes="call back" v43
//	20s  end idle
//
// A line of the engine is a whole exchange; `lost` drops its answer, `unheard`
// leaves it on its way, `with=bob` makes a reading a page, `open` leaves the request under way, and one that was
// `started` had left where a line said that the engine starts it. Field names are the
// mapping's; an edit is stamped when it happens, or stamp=13s.
func journal(t *testing.T, text string) []trace.Event {
	t.Helper()
	b := &builder{t: t, fields: newFieldTable(scenarios.New(), ""), values: map[string]string{}, versions: map[place]int64{}, commits: map[place]uint64{}, started: map[place][2]uint64{}}
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		b.line = fmt.Sprintf("line %d: %s", n+1, line)
		b.play(words(line))
	}
	return b.ev
}

// words splits a line at spaces outside quotes.
func words(line string) []string {
	var out []string
	quoted, word := false, ""
	for _, r := range line {
		switch {
		case r == '"':
			quoted = !quoted
			word += string(r)
		case r == ' ' && !quoted:
			if word != "" {
				out = append(out, word)
			}
			word = ""
		default:
			word += string(r)
		}
	}
	return append(out, word)
}

type builder struct {
	t        *testing.T
	fields   *fieldTable
	ev       []trace.Event
	line     string
	now      int64
	call     uint64
	values   map[string]string
	versions map[place]int64
	commits  map[place]uint64
	started  map[place][2]uint64 // calls that were sent and have not arrived, and the operations that sent them
}

// happening is one line, taken apart.
type happening struct {
	args    []string
	options map[string]string
	fields  []string // name, value, name, value ...
	version *int64
	flags   map[string]bool
}

func (b *builder) play(w []string) {
	at, err := time.ParseDuration(w[0])
	if err != nil {
		b.t.Fatalf("%s: %v", b.line, err)
	}
	b.now = int64(at)
	h := b.parse(w[1:])
	switch verb := h.args[0]; verb {
	case "setup":
		b.setup(h)
	case "agent", "user", "automation":
		b.person(h)
	case "engine":
		b.engine(h)
	case "end":
		b.emit(trace.Event{Kind: trace.End, Code: h.args[1]})
	default:
		b.happens(verb, h)
	}
}

func (b *builder) parse(w []string) happening {
	h := happening{options: map[string]string{}, flags: map[string]bool{}}
	for _, word := range w {
		name, value, ok := strings.Cut(word, "=")
		value = strings.Trim(value, `"`)
		v, err := strconv.ParseInt(strings.TrimPrefix(word, "v"), 10, 64)
		_, mapped := b.fields.byName[name]
		switch {
		case ok && mapped:
			h.fields = append(h.fields, name, value)
		case ok:
			h.options[name] = value
		case word[0] == 'v' && err == nil:
			h.version = &v
		case word == "lost" || word == "unlinked" || word == "open" || word == "unheard" || word == "started":
			h.flags[word] = true
		default:
			h.args = append(h.args, strings.Trim(word, `"`))
		}
	}
	return h
}

func (b *builder) emit(e trace.Event) uint64 {
	e.Op, e.At = uint64(len(b.ev))+1, b.now
	b.ev = append(b.ev, e)
	return e.Op
}

func system(name string) trace.System {
	return map[string]trace.System{"cc": trace.CC, "crm": trace.CRM, "engine": trace.Engine}[name]
}

// id is the native id of a scenario's record.
func id(on trace.System, alias string) string { return on.String() + "-" + alias }

func other(on trace.System) trace.System { return trace.CC + trace.CRM - on }

// commit emits a Commit of the fields named, in native names.
func (b *builder) commit(on trace.System, alias string, h happening, e trace.Event) {
	e.Kind, e.On = trace.Commit, on
	e.Record = or(h.options["id"], id(on, alias))
	key := place{on, e.Record}
	e.Before, e.Version = b.versions[key], b.versions[key]
	if h.version != nil {
		e.Version = *h.version
	}
	b.versions[key] = e.Version
	e.Stamp = b.now
	if s, ok := h.options["stamp"]; ok {
		d, err := time.ParseDuration(s)
		if err != nil {
			b.t.Fatalf("%s: %v", b.line, err)
		}
		e.Stamp = int64(d)
	}
	e.Stamp += epoch
	for k := 0; k < len(h.fields); k += 2 {
		f := b.fields.list[b.fields.byName[h.fields[k]]]
		b.change(&e, f.native[sideOf(on)], h.fields[k+1])
	}
	if s, ok := h.options["status"]; ok {
		b.change(&e, b.fields.status[sideOf(on)], s)
	}
	b.commits[key] = b.emit(e)
}

const epoch = int64(1_700_000_000e9)

func (b *builder) change(e *trace.Event, native, value string) {
	key := e.On.String() + e.Record + "." + native
	before := b.values[key]
	if before == value {
		return
	}
	b.values[key] = value
	e.Changes = append(e.Changes, trace.Change{Field: native, Before: before, After: value, Had: before != "", Has: value != ""})
}

func (b *builder) setup(h happening) {
	alias := h.args[1]
	h.fields = append([]string{"last_name", alias}, h.fields...)
	for _, on := range []trace.System{trace.CC, trace.CRM} {
		if only := h.options["on"]; only != "" && only != on.String() {
			continue
		}
		e := trace.Event{Verb: trace.Setup, Actor: trace.ActorSetup, Alias: alias}
		if h.options["on"] == "" && !h.flags["unlinked"] {
			e.External = id(other(on), alias)
		}
		if mirrored := h.options["mirrors"]; mirrored != "" {
			e.External = id(other(on), mirrored)
		}
		b.commit(on, alias, h, e)
	}
}

func (b *builder) person(h happening) {
	origin := map[string]string{"agent": "agent", "user": "user", "automation": "system"}[h.args[0]]
	verb := map[string]string{"edits": trace.Update, "creates": trace.Create, "saves": trace.Touch, "deletes": trace.Delete, "undeletes": trace.Undelete, "merges": trace.Merge}[h.args[1]]
	if verb == "" {
		b.t.Fatalf("%s: unknown verb %s", b.line, h.args[1])
	}
	e := trace.Event{Verb: verb, Actor: h.args[0] + ":sam", Origin: origin}
	if verb == trace.Create {
		h.fields = append([]string{"last_name", h.args[3]}, h.fields...)
		e.Alias = h.args[3]
	}
	if into := h.options["into"]; into != "" {
		e.External = id(system(h.args[2]), into)
	}
	if gained := h.options["mirrors"]; gained != "" {
		e.External = id(other(system(h.args[2])), gained)
	}
	b.commit(system(h.args[2]), h.args[3], h, e)
}

// engine plays an exchange of the engine about one record.
func (b *builder) engine(h happening) {
	verb, on, alias := h.args[1], system(h.args[2]), h.args[3]
	native := or(h.options["id"], id(on, alias))
	b.call++
	call := b.call
	method := map[string]string{"reads": "GET", "writes": "PATCH", "creates": "POST", "deletes": "DELETE", "fails": "GET", "patches": "PATCH", "starts": "PATCH", "polls": "GET", "asks": "POST"}[verb]
	if method == "" {
		b.t.Fatalf("%s: unknown verb %s", b.line, verb)
	}
	path := "/contacts/" + native
	switch verb {
	case "asks":
		path, native = "/oauth/token", ""
	case "polls":
		path, native = "/changes", ""
	}
	sent, key := uint64(0), place{on, native}
	if h.flags["started"] {
		call, sent = b.started[key][0], b.started[key][1]
	} else {
		sent = b.emit(trace.Event{Kind: trace.Send, On: on, Actor: trace.ActorEngine, Call: call, Method: method, Path: path})
	}
	if verb == "starts" {
		b.started[key] = [2]uint64{call, sent}
		return
	}
	b.emit(trace.Event{Kind: trace.Arrive, On: on, Actor: trace.ActorEngine, Call: call, Method: method, Path: path, Record: native, Cause: sent})
	status := int16(200)
	if s, err := strconv.Atoi(h.options["answer"]); err == nil {
		status = int16(s)
	}
	e := trace.Event{Actor: trace.ActorEngine, Call: call, Cause: sent}
	switch verb {
	case "polls":
		b.emit(trace.Event{Kind: trace.Feed, On: on, Actor: trace.ActorEngine, Call: call, Cause: sent})
	case "reads":
		b.emit(trace.Event{Kind: trace.Read, On: on, Actor: trace.ActorEngine, Call: call, Record: native, Cause: sent})
		if with := h.options["with"]; with != "" {
			b.emit(trace.Event{Kind: trace.Read, On: on, Actor: trace.ActorEngine, Call: call, Record: id(on, with), Cause: sent})
		}
	case "writes":
		e.Verb = trace.Update
		b.commit(on, alias, h, e)
		if last := &b.ev[len(b.ev)-1]; len(last.Changes) == 0 && last.Version == last.Before {
			last.Verb = trace.Touch
		}
	case "creates":
		h.fields = append([]string{"last_name", alias}, h.fields...)
		e.Verb, e.External = trace.Create, id(other(on), alias)
		b.commit(on, alias, h, e)
	case "deletes":
		e.Verb = trace.Delete
		b.commit(on, alias, h, e)
	}
	if h.flags["open"] {
		return
	}
	b.emit(trace.Event{Kind: trace.Answer, On: on, Call: call, Status: status, Code: h.options["code"], RetryAfter: h.options["after"], Date: h.options["date"]})
	if h.flags["lost"] {
		b.emit(trace.Event{Kind: trace.Lose, On: on, Actor: trace.ActorEngine, Call: call, Cause: sent, Code: "loss"})
		return
	}
	if h.flags["unheard"] {
		return
	}
	b.emit(trace.Event{Kind: trace.Receive, On: on, Actor: trace.ActorEngine, Call: call, Cause: sent, Status: status, RetryAfter: h.options["after"], Date: h.options["date"]})
}

// happens plays everything that is a single event.
func (b *builder) happens(verb string, h happening) {
	e := trace.Event{Code: h.options["code"]}
	arg := func(k int) string {
		if k < len(h.args) {
			return h.args[k]
		}
		return ""
	}
	notice, _ := strconv.ParseUint(h.options["n"], 10, 64)
	status, _ := strconv.ParseInt(h.options["status"], 10, 16)
	switch verb {
	case "notify", "deliver", "ack":
		e.Kind = map[string]trace.Kind{"notify": trace.Notify, "deliver": trace.Deliver, "ack": trace.Ack}[verb]
		e.On, e.Notice, e.Attempt, e.Status = system(arg(1)), notice, 1, int16(status)
		e.Record = id(e.On, arg(2))
		if verb == "notify" {
			e.Cause = b.commits[place{e.On, e.Record}]
		}
	case "begin", "over":
		e.Kind = map[string]trace.Kind{"begin": trace.FaultBegin, "over": trace.FaultEnd}[verb]
		e.Code, e.On, e.Text = arg(1), system(arg(2)), h.options["text"]
	case "crash":
		e.Kind, e.On = trace.Crash, trace.Engine
	case "restart":
		e.Kind, e.On = trace.Restart, trace.Engine
	case "told":
		e.Kind, e.Verb, e.Alias, e.External, e.Record = trace.Told, arg(1), arg(2), h.options["id"], h.options["record"]
		e.Text = h.options["text"]
	case "review":
		e.Kind, e.Verb, e.Alias, e.Origin = trace.Person, "review", arg(1), h.options["choose"]
		for k := 0; k < len(h.fields); k += 2 {
			e.Changes = append(e.Changes, trace.Change{Field: h.fields[k], After: h.fields[k+1], Has: true})
		}
	case "approve":
		e.Kind, e.Verb, e.Alias, e.Code = trace.Person, "approve", "mass-delete", "approve"
	case "refused":
		e.Kind, e.Verb, e.Alias, e.Code = trace.Person, "review", arg(1), "refused"
		e.Cause, _ = strconv.ParseUint(h.options["of"], 10, 64)
	case "gauge":
		e.Kind, e.Code = trace.Gauge, arg(1)
		e.Version, _ = strconv.ParseInt(arg(2), 10, 64)
		e.Before, _ = strconv.ParseInt(arg(3), 10, 64)
	case "output":
		e.Kind, e.Text = trace.Output, arg(1)
	case "claim":
		e.Kind, e.Alias, e.Code = trace.ClaimDecision, arg(1), h.options["rule"]
		for k := 0; k < len(h.fields); k += 2 {
			e.Changes = append(e.Changes, trace.Change{Field: or(h.options["side"], "cc") + "." + h.fields[k], Before: h.fields[k+1], Had: true})
		}
	default:
		b.t.Fatalf("%s: unknown happening %s", b.line, verb)
	}
	b.emit(e)
}

// world is a scenario around hand-made journals: both systems have a working
// trigger, and the CRM guards its writes.
func world(adjust ...func(*scenarios.Scenario)) *scenarios.Scenario {
	sc := scenarios.New()
	sc.Records.List = []scenarios.Record{
		{ID: "ada", On: "both", Linked: true, Base: "known"},
		{ID: "bob", On: "both", Linked: true, Base: "known"},
	}
	for _, f := range adjust {
		f(sc)
	}
	return sc
}

// one is the result of one invariant.
func one(t *testing.T, name string, sc *scenarios.Scenario, text string) Result {
	t.Helper()
	for _, r := range Judge(Case{Scenario: sc, Events: journal(t, text)}) {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("no invariant %s", name)
	return Result{}
}

// trial is one journal and the verdict that an invariant must give on it.
type trial struct {
	name  string
	want  Verdict
	world func(*scenarios.Scenario)
	text  string
	says  string // must occur in the reason
}

func (c trial) run(t *testing.T, invariant string) {
	t.Helper()
	t.Run(c.name, func(t *testing.T) {
		sc := world()
		if c.world != nil {
			c.world(sc)
		}
		r := one(t, invariant, sc, c.text)
		if r.Verdict != c.want || !strings.Contains(r.Reason, c.says) {
			t.Errorf("%s is %s (%s); want %s (%s)", invariant, r.Verdict, r.Reason, c.want, c.says)
			for _, f := range r.Findings {
				t.Logf("  %s %v", f.Message, f.Ops)
			}
		}
	})
}
