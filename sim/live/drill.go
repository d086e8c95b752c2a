package live

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

// Drill is a scenario in which the engine's process is killed so many times, at
// instants drawn from the seed, while people on both sides edit so many records
// all the time. Polling of the contact center is off: a notice that is
// acknowledged and then forgotten is gone for good, and shows. Every edit has a
// value of its own, so that one that is lost shows as well.
//
// Times are short, for a drill runs at speed 1: a kill every second and a
// quarter, on the average.
func Drill(seed uint64, kills, records int) (*scenarios.Scenario, error) {
	r := rand.New(rand.NewPCG(seed, 0))
	sc := scenarios.New()
	sc.Title = fmt.Sprintf("%d kills under load", kills)
	sc.Path = "drill"
	sc.Seed = seed
	sc.Requirements = []string{"EV-2", "EV-7", "durable-ack", "no-duplicates"}
	sc.Records.Generate = &scenarios.Generate{Count: records, Dataset: "people", Version: 1, On: "both"}
	sc.Systems.CRM.Kind = "rest"
	sc.Systems.CC.Latency, sc.Systems.CRM.Latency = 2*ms, 2*ms
	e := &sc.Engine
	e.Poll = scenarios.Pair[scenarios.Duration]{CC: scenarios.Off, CRM: 1000 * ms}
	e.Audit, e.Timeout = scenarios.Off, 2000*ms
	e.Retry.Base, e.Retry.Cap = 100*ms, 1000*ms
	sc.Systems.CC.Quota = &scenarios.Quota{Requests: 100_000, Per: 60_000 * ms, RetryAfter: "reset"}
	sc.Systems.CRM.Quota = &scenarios.Quota{Requests: 100_000, Per: 60_000 * ms, RetryAfter: "reset"}
	at := 500 * ms
	for k := range kills {
		at += scenarios.Duration(time.Duration(800+r.IntN(800)) * time.Millisecond)
		sc.Timeline = append(sc.Timeline, scenarios.Step{
			At: at, Verb: scenarios.CrashEngine, On: "engine", Line: k + 1, Crash: scenarios.Crash{Down: 50 * ms, Nth: 1},
		})
	}
	for n := 0; ; n++ {
		when := scenarios.Duration(time.Duration(200+n*40+r.IntN(40)) * time.Millisecond)
		if when > at {
			break
		}
		sc.Timeline = append(sc.Timeline, drillEdit(r, when, n, records))
	}
	return sc, sc.Complete()
}

const ms = scenarios.Duration(time.Millisecond)

// drillEdit is one edit of a drill: an agent's notes, a user's title, or now
// and then a new customer.
func drillEdit(r *rand.Rand, at scenarios.Duration, n, records int) scenarios.Step {
	record := fmt.Sprintf("r%d", r.IntN(records)+1)
	value := fmt.Sprintf("edit %d", n)
	switch {
	case n%25 == 24:
		return scenarios.Step{
			At: at, Verb: scenarios.Create, Record: fmt.Sprintf("new%d", n), On: "cc", As: "agent", By: "maria", Line: 1000 + n,
			Set: []scenarios.FieldSet{{Field: "last_name", Value: value}},
		}
	case r.IntN(2) == 0:
		return scenarios.Step{
			At: at, Verb: scenarios.Edit, Times: 1, Record: record, On: "cc", As: "agent", By: "maria", Line: 1000 + n,
			Set: []scenarios.FieldSet{{Field: "notes", Value: value}},
		}
	default:
		return scenarios.Step{
			At: at, Verb: scenarios.Edit, Times: 1, Record: record, On: "crm", As: "user", By: "sam", Line: 1000 + n,
			Set: []scenarios.FieldSet{{Field: "title", Value: value}},
		}
	}
}
