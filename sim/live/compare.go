package live

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/check"
	"github.com/syncproof/syncproof/sim/trace"
)

// Difference is something that came out differently in two worlds of one
// scenario.
type Difference struct {
	Record string    `json:"record"` // by the scenario's name, else its native id
	What   string    `json:"what"`   // decisions, or a system's field, version or existence
	Of     [2]string `json:"of"`     // in the first world and in the second
}

func (d Difference) String() string {
	return fmt.Sprintf("%s: %s is %s, and %s", d.Record, d.What, orNone(d.Of[0]), orNone(d.Of[1]))
}

func orNone(text string) string {
	if text == "" {
		return "none"
	}
	return text
}

// Compare lists what two runs of one scenario decided differently and left
// differently: the conflicts of each record in their order, with winner and
// rule, and what both systems store at the end. When things happened, how often
// they were tried, and how often what one side changed was pushed is left out:
// that is what timing decides.
func Compare(a, b *sim.Result) []Difference {
	var all []Difference
	of := [2]map[string]map[string]string{outcome(a), outcome(b)}
	names := slices.Sorted(maps.Keys(of[0]))
	for name := range of[1] {
		if of[0][name] == nil {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		x, y := of[0][name], of[1][name]
		keys := slices.Sorted(maps.Keys(x))
		for key := range y {
			if _, both := x[key]; !both {
				keys = append(keys, key)
			}
		}
		slices.Sort(keys)
		for _, key := range keys {
			if x[key] != y[key] {
				all = append(all, Difference{Record: name, What: key, Of: [2]string{x[key], y[key]}})
			}
		}
	}
	return all
}

// outcome is what became of each record.
func outcome(r *sim.Result) map[string]map[string]string {
	out, names := map[string]map[string]string{}, map[string]string{}
	for i := range r.Events {
		if e := &r.Events[i]; e.Record != "" && e.Alias != "" {
			names[e.Record] = e.Alias
		}
	}
	set := func(record, key, value string) {
		if out[record] == nil {
			out[record] = map[string]string{}
		}
		out[record][key] = value
	}
	for i := range r.Events {
		if e := &r.Events[i]; e.Kind == trace.Commit {
			set(named(e), e.On.String()+".version", strconv.FormatInt(e.Version, 10))
			set(named(e), e.On.String()+".record", existence(e.Verb))
			for _, c := range e.Changes {
				if c.Has {
					after := c.After
					if name := names[after]; name != "" {
						after = "the id of " + name // ids depend on the order of creation
					}
					set(named(e), e.On.String()+"."+c.Field, strconv.Quote(after))
				} else if out[named(e)] != nil {
					delete(out[named(e)], e.On.String()+"."+c.Field)
				}
			}
		}
	}
	decided := map[string][]string{}
	for _, d := range check.Decisions(check.Case{Scenario: r.Scenario, Events: r.Events}) {
		if d.Conflict || d.Winner == "flagged" {
			decided[d.Record] = append(decided[d.Record], d.Winner+" by "+d.ModelRule)
		}
	}
	for name, each := range decided {
		set(name, "the decision", strings.Join(each, ", then "))
	}
	return out
}

// named is the record of an event as the scenario calls it. Native ids that
// depend on the order of creation stand for nothing across worlds.
func named(e *trace.Event) string {
	if e.Alias != "" {
		return e.Alias
	}
	return "a record without a name"
}

func existence(verb string) string {
	switch verb {
	case trace.Delete:
		return "deleted"
	case trace.Merge:
		return "merged away"
	}
	return "there"
}
