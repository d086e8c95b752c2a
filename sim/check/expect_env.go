package check

import (
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/expr-lang/expr/types"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/trace"
)

// What expectations can name, beside the mapped fields of each side.
//
//	ada.winner      cc | crm | merged | flagged, "" if nothing was decided
//	ada.rule        the rule of the specification that decided, e.g. "CR-7"
//	ada.status      Sync_Status as stored
//	ada.conflicts   decisions between two edits
//	ada.cc.notes    the canonical value; also .version and .exists
//	crm.writes      commits by the engine; also .requests, .reads, .limited, .records
//	flags           records that wait for a person at the end
//	notifications   messages that reached the sink
//	deadletters     records that are dead-lettered at the end
//	restarts        of the engine
//	races           vendor races (EV-10)
//	idle_after      seconds from the last outside act (an edit, a fault's end) to the engine's last work
var (
	recordNames    = []string{"winner", "rule", "status", "conflicts"}
	sideFieldNames = []string{"version", "exists"}
	systemNames    = []string{"writes", "requests", "reads", "limited", "records"}
)

// expectTypes gives the names and types that the expressions are checked
// against. Records whose names are not identifiers are reached by
// record["name"].
func expectTypes(sc *scenarios.Scenario) types.Map {
	contact, account, accounts := recordTypes(newFieldTable(sc, "")), types.Map(nil), sc.Accounts()
	if accounts != nil {
		account = recordTypes(newFieldTable(sc, scenarios.Account))
	}
	all, env := types.Map{}, types.Map{}
	for _, name := range namedRecords(sc) {
		rec := contact
		if accounts[name] {
			rec = account
		}
		env[name], all[name] = rec, rec
	}
	system := types.Map{}
	for _, name := range systemNames {
		system[name] = types.Int
	}
	env["cc"], env["crm"], env["record"] = system, system, all
	for _, name := range []string{"flags", "notifications", "deadletters", "restarts", "races"} {
		env[name] = types.Int
	}
	env["idle_after"] = types.Float64
	return env
}

func recordTypes(t *fieldTable) types.Map {
	side := types.Map{"version": types.Int, "exists": types.Bool}
	for _, f := range t.list {
		side[f.name] = types.String
	}
	return types.Map{"winner": types.String, "rule": types.String, "status": types.String, "conflicts": types.Int, "cc": side, "crm": side}
}

// namedRecords are the names a scenario gives: listed, generated and created.
func namedRecords(sc *scenarios.Scenario) []string {
	var names []string
	for i := range sc.Records.List {
		names = append(names, sc.Records.List[i].ID)
	}
	if g := sc.Records.Generate; g != nil {
		// Of many thousand generated records the expressions name a few.
		for _, name := range generatedNames(sc) {
			if n, err := strconv.Atoi(name[1:]); err == nil && n >= 1 && n <= g.Count {
				names = append(names, name)
			}
		}
	}
	for i := range sc.Timeline {
		if s := &sc.Timeline[i]; s.Verb == scenarios.Create && s.Record != "" {
			names = append(names, s.Record)
		}
	}
	return names
}

var generatedName = regexp.MustCompile(`\br[1-9][0-9]*\b`)

// generatedNames are the words of the expectations that may name generated
// records, sorted.
func generatedNames(sc *scenarios.Scenario) []string {
	var names []string
	for i := range sc.Expect {
		names = append(names, generatedName.FindAllString(sc.Expect[i].Text, -1)...)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// expectValues is the environment of one run.
func (m *model) expectValues() map[string]any {
	env, all := map[string]any{}, map[string]any{}
	accounts := m.sc.Accounts()
	for _, name := range namedRecords(m.sc) {
		t := m.tables[0]
		if accounts[name] {
			t = m.tables[1]
		}
		all[name] = m.recordValues(t, name)
		env[name] = all[name]
	}
	var systems [2]map[string]any
	for side := range systems {
		systems[side] = map[string]any{"writes": 0, "requests": 0, "reads": 0, "limited": 0, "records": 0}
		env[sideNames[side]] = systems[side]
	}
	m.countTraffic(&systems)
	flags, dead, races := 0, 0, 0
	for _, p := range m.people {
		if m.flaggedNow(p) {
			flags++
		}
		if m.deadNow(p) {
			dead++
		}
		for _, w := range p.story.writes {
			races += w.races
		}
	}
	told, restarts := 0, 0
	for _, k := range m.kinds {
		switch k {
		case trace.Told:
			told++
		case trace.Restart:
			restarts++
		}
	}
	env["record"], env["flags"], env["deadletters"], env["races"] = all, flags, dead, races
	env["notifications"], env["restarts"], env["idle_after"] = told, min(restarts, len(m.outages)), m.idleAfter()
	return env
}

func (m *model) countTraffic(systems *[2]map[string]any) {
	var writes, requests, reads, limits, records [2]int
	for i := range m.ev {
		e := &m.ev[i]
		if e.On != trace.CC && e.On != trace.CRM {
			continue
		}
		side := sideOf(e.On)
		switch e.Kind {
		case trace.Commit:
			if e.Actor == trace.ActorEngine && e.Verb != trace.Setup {
				writes[side]++
			}
		case trace.Send:
			requests[side]++
		case trace.Read:
			if e.Actor == trace.ActorEngine {
				reads[side]++
			}
		case trace.Receive:
			if m.limitSignal(e) {
				limits[side]++
			}
		}
	}
	for _, n := range m.nodes {
		if !n.last().gone {
			records[n.side]++
		}
	}
	for side, s := range systems {
		s["writes"], s["requests"], s["reads"], s["limited"], s["records"] = writes[side], requests[side], reads[side], limits[side], records[side]
	}
}

func (m *model) recordValues(t *fieldTable, name string) map[string]any {
	v := map[string]any{"winner": "", "rule": "", "status": "", "conflicts": 0}
	p := m.byAlias[name]
	for side := range sideNames {
		v[sideNames[side]] = m.sideValues(t, p, name, side)
	}
	if p == nil {
		return v
	}
	v["status"] = m.statusOf(p, name)
	if ds := m.decisionsOf(p); len(ds) > 0 {
		last := ds[len(ds)-1]
		v["winner"], v["rule"] = last.Winner, last.ModelRule
		if last.ModelRule == "" || last.Agrees {
			v["rule"] = or(last.Rule, last.ModelRule)
		}
		conflicts := 0
		for k := range ds {
			if ds[k].Conflict {
				conflicts++
			}
		}
		v["conflicts"] = conflicts
	}
	return v
}

// sideValues are the canonical values that the record of that name holds on a side.
func (m *model) sideValues(t *fieldTable, p *person, name string, side int) map[string]any {
	v := map[string]any{"version": 0, "exists": false}
	for _, f := range t.list {
		v[f.name] = ""
	}
	if p == nil {
		return v
	}
	n := p.node(side)
	for _, c := range p.nodes[side] {
		if c.alias == name {
			n = c
		}
	}
	if live := p.live(side); n == nil || n.last().gone && live != nil {
		n = live
	}
	if n == nil {
		return v
	}
	st := n.last()
	v["version"], v["exists"] = int(st.version), !st.gone
	if !st.gone {
		for i, f := range t.list {
			v[f.name] = st.content[i]
		}
	}
	return v
}

// idleAfter is in seconds.
func (m *model) idleAfter() float64 {
	last := m.lastWork()
	return time.Duration(max(0, last-m.lastAct)).Seconds()
}

// lastWork is when the engine last wrote anything or told anybody.
func (m *model) lastWork() int64 {
	for i, k := range slices.Backward(m.kinds) {
		e := &m.ev[i]
		if k == trace.Commit && e.Actor == trace.ActorEngine || k == trace.Told || k == trace.Ack {
			return e.At
		}
	}
	return 0
}
