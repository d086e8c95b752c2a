package explore

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// Size bounds a generated world.
type Size struct {
	Records int // that exist before the run or are created in it
	Edits   int // of people: edits, saves, deletions, merges, reviews ...
	Faults  int // windows, crashes and other faults
	// Exact: every world has just so many; otherwise most are smaller, since
	// small worlds are quick and show most mistakes.
	Exact bool
	// CRM is the kind that every world has; "" draws one of Salesforce and the
	// REST CRM.
	CRM string
	// Accounts is the percentage of worlds in which some records are accounts.
	Accounts int
}

// DefaultSize is the world by which the speed of exploration is measured.
var DefaultSize = Size{Records: 20, Edits: 60, Faults: 3}

// The bounds of a Size.
const (
	RecordsMax = 1000
	EditsMax   = 5000
	FaultsMax  = 100
)

// names of generated records, as far as they reach.
var names = []string{
	"ada", "bob", "cleo", "dan", "eve", "fay", "gus", "hal", "ida", "jon", "kim", "leo", "mia",
	"ned", "ola", "pam", "quin", "ray", "sue", "tom", "una", "vic", "wes", "xia", "yan", "zoe",
}

func nameOf(i int) string {
	if i < len(names) {
		return names[i]
	}
	return "rec" + strconv.Itoa(i+1)
}

// generator draws one scenario.
type generator struct {
	drawer
	sc     *scenarios.Scenario
	size   Size
	on     map[string]bool // the features of this world
	fields []string        // the fields that people edit
	people []person
	// anchors are instants around which things happen together.
	anchors []int
	horizon int    // milliseconds
	long    bool   // hours may pass; else minutes
	aim     string // the record that the fault being drawn is aimed at, "" for none
}

// person is a record as the generator knows it.
type person struct {
	id      string
	on      string // both | cc | crm
	created int    // milliseconds, -1 if it exists before the run
}

// Generate draws a scenario. Every one is valid: it can be written as a file
// and parses to itself.
func Generate(d Draw, size Size) *scenarios.Scenario {
	g := &generator{drawer: drawer{d}, sc: scenarios.New(), size: size, on: map[string]bool{}}
	g.sc.Title = "a generated world"
	g.sc.Seed = uint64(g.Int("seed", 1, 1_000_000))
	g.scale()
	g.features()
	g.systems()
	g.settings()
	g.times()
	g.records()
	g.actions()
	g.faults()
	g.accounts()
	slices.SortStableFunc(g.sc.Timeline, func(a, b scenarios.Step) int { return cmp.Compare(a.At, b.At) })
	return g.sc
}

// scale draws how much of its size the world uses.
func (g *generator) scale() {
	if g.size.Exact {
		return
	}
	of := func(most, divisor int) int { return max(min(most, 1), most/divisor) }
	switch divisor := pick(g.drawer, "scale", 8, 8, 4, 1); divisor {
	case 1:
	default:
		g.size.Records = g.Int("records", min(1, g.size.Records), of(g.size.Records, divisor))
		g.size.Edits = g.Int("edits", min(1, g.size.Edits), of(g.size.Edits, divisor))
	}
	g.size.Faults = g.Int("faults", 0, g.size.Faults)
}

// The features that a world has or has not, beside the faults.
var features = []string{
	"create", "delete", "undelete", "merge", "bypass", "version", "late", "review", "restore",
	"base", "onesided", "mirror", "save", "repeat", "automation", "mass", "misfit", "clock", "zone", "quota", "token",
	"unpolled", "disk",
}

// themes are selections that show something only together: what is forgotten
// where nothing heals it, and answers that are lost while records are made.
var themes = [][]string{
	{"unpolled", "disk", crashAtEffect, string(scenarios.CrashEngine)},
	{"onesided", "create", string(scenarios.Reset), string(scenarios.ServerError), string(scenarios.Loss)},
}

// theme gives the world one of these selections, with no other faults and few
// edits: where more happens, something else soon heals or hides it.
func (g *generator) theme(names []string) {
	for _, f := range faultKinds {
		g.on[f.name] = false
	}
	for _, name := range names {
		g.on[name] = true
	}
	if !g.size.Exact {
		g.size.Edits = min(g.size.Edits, pick(g.drawer, "few edits", 2, 4, 8))
	}
}

// features draws the world's selection: with few or with many of them.
func (g *generator) features() {
	g.long = g.chance("long", 12)
	density := pick(g.drawer, "density", 10, 25, 25, 40, 60)
	for _, f := range features {
		g.on[f] = g.chance(f, density)
	}
	for _, f := range faultKinds {
		g.on[f.name] = g.chance(f.name, density)
	}
	if g.chance("themed", 20) {
		g.theme(pick(g.drawer, "theme", themes...))
	}
}

// times draws when things happen: most around a few instants, within minutes.
// Only long worlds spread them over hours, in which little meets.
func (g *generator) times() {
	g.horizon = pick(g.drawer, "horizon", 60_000, 60_000, 180_000)
	if g.long {
		g.horizon = pick(g.drawer, "hours", 1_800_000, 7_200_000)
	}
	for range g.Int("anchors", 1, 1+g.size.Edits/4) {
		g.anchors = append(g.anchors, 1000*g.Int("anchor", 5, g.horizon/1000))
	}
}

// instant draws one, in milliseconds: often a little after an anchor, with the
// distances at which rules change their answer.
func (g *generator) instant() int {
	if g.chance("elsewhere", 20) {
		return g.Int("instant", 1000, g.horizon)
	}
	return pick(g.drawer, "anchor", g.anchors...) +
		pick(g.drawer, "offset", 0, 0, 0, 1, 10, 45, 90, 130, 300, 400, 700, 999, 1000, 1001, 1500, 2000, 2001, 5000, 12_000, 31_000)
}

func millis(n int) scenarios.Duration {
	return scenarios.Duration(n) * scenarios.Duration(time.Millisecond)
}

func (g *generator) add(s scenarios.Step) { g.sc.Timeline = append(g.sc.Timeline, s) }
