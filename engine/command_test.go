package engine_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// commands is the language of the stories. A side is cc or crm, a reference
// side:id; a linked record NAME is cc:NAME and crm:003NAME.
var commands = map[string]func(*story, args) error{
	"config":    (*story).config,    // first: settings as key=value
	"link":      (*story).link,      // NAME v=1 field=value...: a pair that is in sync
	"add":       (*story).add,       // SIDE ID v=1 mirrors=ID field=value...: a record of one side
	"schema":    (*story).schema,    // SIDE revision=2 rename=FIELD cut=SUFFIX length=FIELD:10
	"start":     (*story).start,     // a process starts
	"crash":     (*story).crash,     // it dies; survive=N batches of those under way
	"notice":    (*story).notice,    // REF...: a webhook names them
	"edit":      (*story).edit,      // SIDE ID by=USER field=value...
	"meddle":    (*story).meddle,    // SIDE field=value...: somebody edits the record written next, right behind the write
	"delete":    (*story).remove,    // SIDE ID
	"merge":     (*story).merge,     // SIDE ID into=ID
	"step":      (*story).step,      // N: carry out the first N effects that are ready
	"carry":     (*story).carry,     // TEXT: carry out the first effect whose line has the text
	"fail":      (*story).fail,      // TEXT kind=KIND committed: it fails
	"down":      (*story).fall,      // SIDE kind=KIND writes: it fails from now on
	"up":        (*story).rise,      // SIDE
	"run":       (*story).run,       // carry out all effects, while time stands still
	"wait":      (*story).wait,      // DURATION: time passes, with everything that follows
	"settle":    (*story).settle,    // wait until there is nothing left to do
	"limit":     (*story).limit,     // SIDE retry-after=30s: the next answer is a limit signal
	"quota":     (*story).quota,     // SIDE allowed=10 remaining=3 reset=60s: of the next answer
	"clock":     (*story).clock,     // back=1h: the engine's clock steps
	"review":    (*story).review,    // REF choose=SIDE state=TOKEN field=value...
	"restore":   (*story).restore,   // REF field=value...
	"retry":     (*story).retry,     // REF: a dead letter
	"discard":   (*story).discard,   // REF state=LETTER: a dead letter
	"approve":   (*story).approve,   // the mass delete
	"redeliver": (*story).redeliver, // REF: a broker delivers again
	"show":      (*story).show,      // record REF | queue | gates | ledger | cc | crm | wake | sizes
}

func (s *story) command(line string) error {
	a := parseArgs(line)
	if a.words[0] == "quiet" {
		a.words = a.words[1:]
		s.silent = true
		defer func() { s.silent = false }()
	}
	do, ok := commands[a.words[0]]
	switch {
	case !ok:
		return fmt.Errorf("unknown command %q", a.words[0])
	case s.driver == nil && a.words[0] != "config":
		return fmt.Errorf("a story begins with config")
	}
	return do(s, a)
}

func sideNamed(name string) (mapping.Side, error) {
	switch name {
	case "cc":
		return mapping.CC, nil
	case "crm":
		return mapping.CRM, nil
	}
	return 0, fmt.Errorf("no side %q, expected cc or crm", name)
}

func refNamed(text string) (engine.Ref, error) {
	name, id, _ := strings.Cut(text, ":")
	side, err := sideNamed(name)
	if err == nil && id == "" {
		err = fmt.Errorf("no reference %q, expected side:id", text)
	}
	return engine.Ref{Side: side, ID: id}, err
}

// values are the business fields among the named arguments.
func (a *args) values() (map[string]string, error) {
	values := map[string]string{}
	for _, key := range a.keys {
		if _, ok := contacts.FieldIndex(key); ok {
			values[key] = a.named[key]
		} else if !slices.Contains([]string{"v", "by", "mirrors", "choose", "state"}, key) {
			return nil, fmt.Errorf("unknown field %q", key)
		}
	}
	return values, nil
}

func (a *args) int(key string, otherwise int) (int, error) {
	text, ok := a.named[key]
	if !ok {
		return otherwise, nil
	}
	return strconv.Atoi(text)
}

func (a *args) duration(key string, otherwise time.Duration) (time.Duration, error) {
	text, ok := a.named[key]
	if !ok {
		return otherwise, nil
	}
	return time.ParseDuration(text)
}

var conditionals = map[string]adapter.Conditional{
	"unconditional": adapter.Unconditional, "by-version": adapter.ByVersion, "by-tag": adapter.ByTag,
}

var errorKinds = map[string]adapter.Kind{}

func init() {
	for k := adapter.Unavailable; k <= adapter.Drift; k++ {
		errorKinds[strings.ReplaceAll(k.String(), " ", "-")] = k
	}
}

func (s *story) config(a args) error {
	caps := [2]adapter.Capabilities{genesysLike(), salesforceLike()}
	for side := range caps {
		name := mapping.Side(side).String()
		if text, ok := a.named[name]; ok {
			if caps[side].Conditional, ok = conditionals[text]; !ok {
				return fmt.Errorf("unknown kind of conditional write %q", text)
			}
		}
		if a.named["upsert"] != "" {
			caps[side].CreateByExternal = a.named["upsert"] == name
		}
	}
	cfg := defaultConfig(caps)
	for _, key := range a.keys {
		if err := configure(&cfg, key, a.named[key]); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
	}
	d := newDriver(cfg, caps)
	s.driver, s.shows = d, a.named["show"]
	d.onEvent = func(e engine.Event) {
		if line := describeEvent(e); line != "" {
			s.printf("%s", line)
		}
	}
	d.onEffect = func(e engine.Effect) {
		if _, admit := e.(engine.Admit); !admit || s.shows == "gates" {
			s.printf("  %s", describeEffect(e))
		}
		if t, tell := e.(engine.Tell); tell && s.shows == "messages" {
			s.printf("    identified by %s", t.Message.ID)
		}
	}
	return nil
}

func configure(cfg *engine.Config, key, value string) (err error) {
	count := func(p *int) { *p, err = strconv.Atoi(value) }
	lasting := func(p *time.Duration) { *p, err = time.ParseDuration(value) }
	switch key {
	case "cc", "crm", "upsert", "show":
	case "tolerance":
		lasting(&cfg.Policy.Tolerance)
	case "simultaneous":
		cfg.Policy.Simultaneous = map[string]resolve.Simultaneous{"merge": resolve.MergeFields, "hierarchy": resolve.Hierarchy}[value]
	case "granularity":
		cfg.Policy.Granularity = map[string]resolve.Granularity{"record": resolve.ByRecord}[value]
	case "working-set":
		count(&cfg.WorkingSet)
	case "pending-notices":
		count(&cfg.PendingNotices)
	case "mass-delete":
		count(&cfg.MassDelete)
	case "concurrency":
		count(&cfg.Systems[0].Concurrency)
		cfg.Systems[1].Concurrency = cfg.Systems[0].Concurrency
	case "poll":
		lasting(&cfg.Systems[0].Poll)
		cfg.Systems[1].Poll = cfg.Systems[0].Poll
	case "page":
		count(&cfg.Systems[0].PageSize)
		cfg.Systems[1].PageSize = cfg.Systems[0].PageSize
	case "outage":
		lasting(&cfg.OutageAfter)
	case "audit":
		lasting(&cfg.Audit)
	case "seed":
		cfg.Seed, err = strconv.ParseUint(value, 10, 64)
	default:
		err = fmt.Errorf("unknown setting")
	}
	return err
}

func (s *story) link(a args) error {
	values, err := a.values()
	if err != nil {
		return err
	}
	version, err := a.int("v", 1)
	s.driver.link(a.word(1), int64(version), values)
	return err
}

func (s *story) add(a args) error {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return err
	}
	values, err := a.values()
	if err != nil {
		return err
	}
	version, err := a.int("v", 0)
	r := s.driver.systems[side].add(a.word(2), int64(version), values)
	r.external = a.named["mirrors"]
	s.driver.systems[side].touch(r, s.driver.now, "somebody")
	return err
}

func (s *story) schema(a args) error {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return err
	}
	schema := &s.driver.systems[side].schema
	schema.Fields = slices.Clone(schema.Fields)
	for i := range schema.Fields {
		f := &schema.Fields[i]
		if f.Name == a.named["rename"] {
			f.Name += "_2"
		}
		f.Name = strings.TrimSuffix(f.Name, a.named["cut"])
		if name, length, _ := strings.Cut(a.named["length"], ":"); name == f.Name {
			f.MaxLength, err = strconv.Atoi(length)
		}
	}
	if r := a.named["revision"]; r != "" {
		schema.Revision = r
	}
	return err
}

func (s *story) start(args) error { s.driver.start(); return nil }

func (s *story) crash(a args) error {
	n, err := a.int("survive", 0)
	s.driver.crash(n)
	return err
}

func (s *story) notice(a args) error {
	for _, text := range a.words[1:] {
		ref, err := refNamed(text)
		if err != nil {
			return err
		}
		s.token++
		s.driver.step(engine.Noticed{Ref: ref, Token: s.token})
	}
	return nil
}

func (s *story) rowNamed(a args) (*system, *row, error) {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return nil, nil, err
	}
	sys := s.driver.systems[side]
	r := sys.row(a.word(2))
	if r == nil {
		return nil, nil, fmt.Errorf("no record %q in %s", a.word(2), side)
	}
	return sys, r, nil
}

func (s *story) edit(a args) error {
	sys, r, err := s.rowNamed(a)
	if err != nil {
		return err
	}
	values, err := a.values()
	if err != nil {
		return err
	}
	by := a.named["by"]
	if by == "" {
		by = "somebody"
	}
	sys.edit(s.driver.now, r.id, by, values)
	return nil
}

func (s *story) meddle(a args) error {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return err
	}
	s.driver.meddling[side], err = a.values()
	return err
}

func (s *story) remove(a args) error {
	sys, r, err := s.rowNamed(a)
	if err == nil {
		sys.remove(s.driver.now, r.id, "somebody")
	}
	return err
}

func (s *story) merge(a args) error {
	sys, r, err := s.rowNamed(a)
	if err == nil {
		r.mergedInto = a.named["into"]
		sys.touch(r, s.driver.now, "somebody")
	}
	return err
}

func (s *story) step(a args) error {
	n := 1
	if a.word(1) != "" {
		var err error
		if n, err = strconv.Atoi(a.word(1)); err != nil {
			return err
		}
	}
	for range n {
		ready := s.driver.carryable()
		if len(ready) == 0 {
			return fmt.Errorf("no effect is ready")
		}
		s.driver.carry(ready[0], nil)
	}
	return nil
}

// choose finds the first effect that is ready and whose line has the text.
func (s *story) choose(text string) (int, error) {
	for _, i := range s.driver.carryable() {
		if strings.Contains(describeEffect(s.driver.todo[i]), text) {
			return i, nil
		}
	}
	return 0, fmt.Errorf("no effect with %q is ready", text)
}

func (s *story) carry(a args) error {
	i, err := s.choose(a.word(1))
	if err == nil {
		s.driver.carry(i, nil)
	}
	return err
}

func (s *story) fail(a args) error {
	i, err := s.choose(a.word(1))
	if err != nil {
		return err
	}
	f, err := faultNamed(a)
	if err == nil {
		s.driver.carry(i, f)
	}
	return err
}

func faultNamed(a args) (*fault, error) {
	kind, ok := errorKinds[a.named["kind"]]
	if !ok {
		return nil, fmt.Errorf("unknown kind of error %q", a.named["kind"])
	}
	return &fault{committed: a.has("committed"), err: &adapter.Error{
		Kind: kind, Indefinite: kind == adapter.Unavailable, Permission: a.named["permission"],
		Field: a.named["field"], Code: a.named["code"],
	}}, nil
}

func (s *story) fall(a args) error {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return err
	}
	f, err := faultNamed(a)
	if err == nil {
		s.driver.down[side] = &outage{fault: *f, writes: a.has("writes")}
	}
	return err
}

func (s *story) rise(a args) error {
	side, err := sideNamed(a.word(1))
	s.driver.down[side] = nil
	return err
}

func (s *story) run(args) error {
	if !s.driver.run() {
		return fmt.Errorf("there is no end to it")
	}
	return nil
}

func (s *story) wait(a args) error {
	by, err := time.ParseDuration(a.word(1))
	if err == nil && !s.driver.wait(by) {
		err = fmt.Errorf("there is no end to it")
	}
	return err
}

// settleMost is how long a story may take to come to rest.
const settleMost = 24 * time.Hour

func (s *story) settle(args) error {
	if !s.driver.settle(settleMost) {
		return fmt.Errorf("it does not settle; under way: %d effects, wake %s", len(s.driver.todo), at(s.driver.wake))
	}
	return nil
}

func (s *story) limit(a args) error {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return err
	}
	signal := quiet
	signal.Limited = true
	signal.RetryAfter, err = a.duration("retry-after", -1)
	s.driver.signals[side] = signal
	return err
}

func (s *story) quota(a args) error {
	side, err := sideNamed(a.word(1))
	if err != nil {
		return err
	}
	signal := quiet
	for key, p := range map[string]*int{"allowed": &signal.Allowed, "remaining": &signal.Remaining} {
		if *p, err = a.int(key, -1); err != nil {
			return err
		}
	}
	signal.Reset, err = a.duration("reset", -1)
	s.driver.signals[side] = signal
	return err
}

func (s *story) clock(a args) error {
	back, err := a.duration("back", 0)
	s.driver.behind += back
	return err
}

func (s *story) redeliver(a args) error {
	ref, err := refNamed(a.word(1))
	if err == nil {
		s.driver.store.enqueue(s.driver.now, engine.Enqueue{Ref: ref, Lane: engine.Backlog})
		s.driver.step(engine.Redelivered{})
	}
	return err
}

func (s *story) decision(a args) (engine.Reviewed, error) {
	ref, err := refNamed(a.word(1))
	if err != nil {
		return engine.Reviewed{}, err
	}
	s.token++
	r := engine.Reviewed{Ref: ref, Token: s.token, By: a.named["by"], Choose: 2, State: a.named["state"]}
	if rec := s.driver.store.lookup(ref); r.State == "" && rec != nil && rec.Flag != nil {
		r.State = rec.Flag.State
	}
	if name := a.named["choose"]; name != "" {
		if r.Choose, err = sideNamed(name); err != nil {
			return r, err
		}
	}
	for _, key := range a.keys {
		if i, ok := contacts.FieldIndex(key); ok {
			r.Set = append(r.Set, engine.FieldText{Index: i, Value: a.named[key]})
		}
	}
	return r, nil
}

func (s *story) review(a args) error {
	r, err := s.decision(a)
	if err == nil {
		s.driver.step(r)
	}
	return err
}

func (s *story) restore(a args) error {
	r, err := s.decision(a)
	r.Restore, r.State = true, ""
	if err == nil {
		s.driver.step(r)
	}
	return err
}

func (s *story) retry(a args) error {
	r, err := s.decision(a)
	r.Letter, r.State = engine.RetryLetter, ""
	if err == nil {
		s.driver.step(r)
	}
	return err
}

func (s *story) discard(a args) error {
	r, err := s.decision(a)
	r.Letter = engine.DiscardLetter
	if rec := s.driver.store.lookup(r.Ref); r.State == "" && rec != nil && rec.Failure != nil {
		r.State = rec.Failure.Letter()
	}
	if err == nil {
		s.driver.step(r)
	}
	return err
}

func (s *story) approve(args) error {
	s.token++
	s.driver.step(engine.Approved{Token: s.token})
	return nil
}
