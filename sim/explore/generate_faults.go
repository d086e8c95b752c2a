package explore

import "github.com/syncproof/syncproof/scenarios"

// faultKind is one kind of fault that a world may have.
type faultKind struct {
	name string
	draw func(g *generator, s *scenarios.Step)
}

// faultKinds are the whole catalogue, one for each verb; crashes at an effect
// and at an instant are two kinds, since they reach different states. draw
// fills in what is beside the defaults of the verb.
var faultKinds = []faultKind{
	kind(scenarios.Partition, func(g *generator, s *scenarios.Step) {
		g.link(s)
		if g.chance("one way", 30) {
			s.Way = pick(g.drawer, "way", "request", "response", "webhook")
		}
		if g.chance("flaps", 30) {
			s.Flap = pick(g.drawer, "flap", second, 7*second)
		}
	}),
	kind(scenarios.Latency, func(g *generator, s *scenarios.Step) {
		g.link(s)
		s.Amount = pick(g.drawer, "add", millis(200), 3*second, 16*second)
	}),
	kind(scenarios.Jitter, func(g *generator, s *scenarios.Step) {
		g.link(s)
		s.Amount = pick(g.drawer, "add", millis(200), 3*second)
	}),
	kind(scenarios.Loss, func(g *generator, s *scenarios.Step) {
		g.link(s)
		g.rate(s, 30)
		s.Way = pick(g.drawer, "way", "both", "request", "response")
	}),
	kind(scenarios.Duplicate, func(g *generator, s *scenarios.Step) { g.link(s); g.rate(s, 50) }),
	kind(scenarios.Reorder, func(g *generator, s *scenarios.Step) { g.link(s); g.rate(s, 50) }),
	kind(scenarios.Truncate, func(g *generator, s *scenarios.Step) { g.link(s); g.rate(s, 30) }),
	kind(scenarios.Reset, func(g *generator, s *scenarios.Step) {
		g.link(s)
		g.rate(s, 30)
		s.When = pick(g.drawer, "when", "after", "before")
	}),
	kind(scenarios.SlowBody, func(g *generator, s *scenarios.Step) {
		g.link(s)
		g.rate(s, 30)
		s.Amount = pick(g.drawer, "add", 2*second, 40*second)
	}),
	kind(scenarios.Throttle, func(g *generator, s *scenarios.Step) {
		g.window(s)
		g.rate(s, 30)
		s.Retry = pick(g.drawer, "retry after", "3", "none", "date", "date+20", "banana", "0", "99999")
	}),
	kind(scenarios.QuotaChange, func(g *generator, s *scenarios.Step) {
		g.window(s)
		s.Requests, s.Per = pick(g.drawer, "requests", 10, 4), pick(g.drawer, "per", 10*second, minute)
	}),
	kind(scenarios.Concurrency, func(g *generator, s *scenarios.Step) { g.window(s); s.Requests = 1 }),
	kind(scenarios.DailyLimit, func(g *generator, s *scenarios.Step) {
		g.window(s)
		s.Requests = pick(g.drawer, "left", 5, 0)
	}),
	kind(scenarios.ServerError, func(g *generator, s *scenarios.Step) {
		g.window(s)
		s.Status, s.When = pick(g.drawer, "status", 503, 500, 502), pick(g.drawer, "when", "after", "before")
		if g.chance("few", 50) {
			s.Count = pick(g.drawer, "count", 1, 2, 5)
		}
	}),
	kind(scenarios.TokenExpiry, (*generator).system1),
	kind(scenarios.TokenRevoke, (*generator).window),
	kind(scenarios.Permission, func(g *generator, s *scenarios.Step) {
		g.window(s)
		s.What = pick(g.drawer, "what", "update", "read", "create", "delete")
		if s.On == "cc" {
			s.What = pick(g.drawer, "what", "externalContacts:contact:edit", "externalContacts:contact:view",
				"externalContacts:contact:add", "externalContacts:contact:delete")
		}
	}),
	kind(scenarios.Drift, (*generator).drift),
	kind(scenarios.PollGap, (*generator).window),
	kind(scenarios.ClockStep, func(g *generator, s *scenarios.Step) { g.clockOf(s); s.Amount = g.jump() }),
	kind(scenarios.ClockSkew, func(g *generator, s *scenarios.Step) { g.clockOf(s); s.Amount = g.jump(); g.lasts(s) }),
	kind(scenarios.ClockDrift, func(g *generator, s *scenarios.Step) {
		g.clockOf(s)
		s.PPM = pick(g.drawer, "ppm", scenarios.PPM(200), -200)
		g.lasts(s)
	}),
	kind(scenarios.LoseWebhooks, func(g *generator, s *scenarios.Step) { g.webhooks(s); g.rate(s, 50) }),
	kind(scenarios.DelayWebhooks, func(g *generator, s *scenarios.Step) {
		g.webhooks(s)
		s.Amount = pick(g.drawer, "add", second, 30*second, 10*minute)
	}),
	kind(scenarios.RepeatWebhooks, func(g *generator, s *scenarios.Step) {
		g.webhooks(s)
		s.Count = pick(g.drawer, "count", 2, 4)
	}),
	kind(scenarios.ReorderWebhooks, (*generator).webhooks),
	kind(scenarios.MuteWebhooks, (*generator).webhooks),
	kind(scenarios.ForgeWebhook, func(g *generator, s *scenarios.Step) {
		s.On = "cc"
		s.What = pick(g.drawer, "what", "wrong-key", "no-signature", "altered")
	}),
	kind(scenarios.ReplayWebhook, func(g *generator, s *scenarios.Step) {
		s.On = "cc"
		s.Count = pick(g.drawer, "count", 1, 5)
	}),
	kind(scenarios.CrashEngine, (*generator).crash),
	{crashAtEffect, (*generator).crashAt},
	kind(scenarios.LoseStore, func(g *generator, s *scenarios.Step) {
		s.Crash.Wipe, s.Crash.Down = true, pick(g.drawer, "down", second, minute)
	}),
	kind(scenarios.Redeliver, func(g *generator, s *scenarios.Step) {
		s.On = "engine"
		s.Count = pick(g.drawer, "count", 1, 5)
	}),
}

const crashAtEffect = "crash at an effect"

func kind(v scenarios.Verb, draw func(*generator, *scenarios.Step)) faultKind {
	return faultKind{string(v), draw}
}

// verb is the step that the kind makes.
func (k faultKind) verb() scenarios.Verb {
	if k.name == crashAtEffect {
		return scenarios.CrashEngine
	}
	return scenarios.Verb(k.name)
}

// faults draws the world's faults out of its own selection.
func (g *generator) faults() {
	var own []faultKind
	for _, k := range faultKinds {
		if g.on[k.name] {
			own = append(own, k)
		}
		if g.on[k.name] && k.verb() == scenarios.CrashEngine {
			own = append(own, k, k)
		}
	}
	if len(own) == 0 && g.size.Exact {
		own = faultKinds
	}
	if len(own) == 0 {
		return
	}
	for range g.size.Faults {
		k := own[g.Int("fault", 0, len(own)-1)]
		s := scenarios.NewStep(k.verb())
		s.At = millis(g.onset())
		k.draw(g, &s)
		g.add(s)
	}
}

// onset draws when a fault begins: just before or after something happens. What
// somebody does is such a moment, and so is the start, when the engine finds
// what nobody has linked yet: an answer that is lost then can spoil most.
func (g *generator) onset() int {
	at := g.instant()
	g.aim = ""
	switch deeds := len(g.sc.Timeline); {
	case g.chance("from the start", 12):
		return 0
	case deeds > 0 && g.chance("aimed", 50):
		s := &g.sc.Timeline[g.Int("deed", 0, deeds-1)]
		at, g.aim = int(s.At/millis(1)), s.Record
	}
	return max(0, at-pick(g.drawer, "before", 0, 0, 1, 100, 2000, 10_000, -25, -400))
}

// lasts draws how long a fault stays: beyond the last edit, if it is long.
func (g *generator) lasts(s *scenarios.Step) {
	s.For = pick(g.drawer, "for", 3*second, millis(500), 20*second, minute, 3*minute, 10*minute)
	if g.long && g.chance("for long", 50) {
		s.For = 2 * hour
	}
}

// link draws the path that a network fault strikes, and for how long.
func (g *generator) link(s *scenarios.Step) {
	s.Between = [2]string{"engine", pick(g.drawer, "between", "cc", "crm")}
	g.lasts(s)
}

func (g *generator) system1(s *scenarios.Step) { s.On = pick(g.drawer, "on", "cc", "crm") }

// window draws the system that a vendor's fault strikes, and for how long.
func (g *generator) window(s *scenarios.Step) {
	g.system1(s)
	g.lasts(s)
}

func (g *generator) webhooks(s *scenarios.Step) {
	s.On = "cc"
	g.lasts(s)
}

func (g *generator) clockOf(s *scenarios.Step) { s.On = pick(g.drawer, "clock", "cc", "crm", "engine") }

// jump draws how wrong a clock goes.
func (g *generator) jump() scenarios.Duration {
	return pick(g.drawer, "by", 3*second, -2*second, hour, -hour)
}

// rate draws whether a fault strikes all messages or part of them.
func (g *generator) rate(s *scenarios.Step, part int) {
	s.Rate = pick(g.drawer, "rate", 100, part)
}

// drift draws a change of the CRM's schema that is taken back in the end.
func (g *generator) drift(s *scenarios.Step) {
	g.lasts(s)
	s.On = "crm"
	s.What = pick(g.drawer, "drifted", "score", "tier")
	renamed := "Other__c"
	switch g.sc.Systems.CRM.Kind {
	case "salesforce":
		s.What = map[string]string{"score": "Score__c", "tier": "Tier__c"}[s.What]
	case "dynamics":
		s.What, renamed = "new_"+s.What, "new_other"
	}
	switch g.Int("drift", 0, 2) {
	case 0:
		s.Drift.Remove = true
	case 1:
		s.Drift.Rename = renamed
	default:
		s.Drift.Retype = pick(g.drawer, "retype", "string", "boolean")
	}
}

func (g *generator) crash(s *scenarios.Step) {
	s.On = "engine"
	c := &s.Crash
	c.Down = pick(g.drawer, "down", second, millis(1), 20*second, 10*minute)
	c.Torn = g.chance("torn", 30)
	c.Lost = g.chance("lost", pick(g.drawer, "losses", 30, 80))
}

func (g *generator) crashAt(s *scenarios.Step) {
	g.crash(s)
	c := &s.Crash
	c.Effect = pick(g.drawer, "effect", "written", "write", "persist", "persist", "persist", "persisted", "ack", "read", "gate")
	if g.chance("nth", 50) {
		c.Nth = pick(g.drawer, "nth", 1, 2, 3, 5)
	}
	if c.Effect == "gate" || !g.chance("of", 50) {
		return
	}
	c.Record = g.victim()
}

// victim draws a record that exists before the run, "" if it finds none: most
// often the one that the fault is aimed at.
func (g *generator) victim() string {
	at := g.Int("victim", 0, max(0, len(g.people)-1))
	for i, p := range g.people {
		if p.id == g.aim || g.aim == "" && i == at {
			at = i
		}
	}
	if at < len(g.people) && g.people[at].created < 0 {
		return g.people[at].id
	}
	return ""
}
