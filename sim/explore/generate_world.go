package explore

import (
	"time"

	"github.com/syncproof/syncproof/scenarios"
)

const (
	second = scenarios.Duration(time.Second)
	minute = 60 * second
	hour   = 60 * minute
)

// systems draws the two systems: who moves versions, who guards writes, how
// fast, how far away, and by which clock.
func (g *generator) systems() {
	cc, crm := &g.sc.Systems.CC, &g.sc.Systems.CRM
	if g.chance("rest", 50) {
		crm.Kind = "rest"
	}
	if g.size.CRM != "" {
		crm.Kind = g.size.CRM
	}
	switch g.Int("versioning", 0, 7) {
	case 5:
		cc.Versioning = "none"
	case 6:
		crm.Versioning = "none"
	case 7:
		cc.Versioning, crm.Versioning = "none", "none"
	}
	if g.chance("unconditional", 25) {
		*crm.Conditional = false
	}
	if g.chance("priority", 20) {
		cc.Priority = 3
	}
	if g.chance("no webhooks", 10) {
		*cc.Webhooks = false
	}
	for _, s := range []*scenarios.System{cc, crm} {
		g.system(s)
	}
	if g.on["zone"] {
		crm.Times = pick(g.drawer, "zone", "America/New_York", "Asia/Kolkata")
		cc.Times = pick(g.drawer, "zone", "Europe/Berlin", "Pacific/Apia")
	}
	if g.on["token"] {
		pick(g.drawer, "token life", cc, crm).TokenLife = minute
	}
}

func (g *generator) system(s *scenarios.System) {
	if g.chance("pages", 15) {
		s.PageSize = pick(g.drawer, "page", 1, 2, 3)
	}
	if g.chance("latency", 15) {
		s.Latency = pick(g.drawer, "latency", millis(1), millis(500), 3*second)
	}
	if g.on["clock"] && g.chance("clock", 50) {
		s.Clock = g.clock()
	}
	if !g.on["quota"] || !g.chance("quota", 60) {
		return
	}
	headers := g.chance("headers", 50)
	s.Quota = &scenarios.Quota{
		Requests: pick(g.drawer, "requests", 60, 20, 10), Per: pick(g.drawer, "per", 10*second, minute),
		RetryAfter: pick(g.drawer, "retry after", "reset", "none", "date", "5"), Headers: &headers,
	}
}

// clock draws a wrong one; half of them are wrong by a constant.
func (g *generator) clock() scenarios.Clock {
	c := scenarios.Clock{Skew: pick(g.drawer, "skew", 2*second, -2*second, millis(700), millis(-500), 3*hour, -3*hour)}
	if g.chance("drifts", 50) {
		c.Drift = pick(g.drawer, "drift", scenarios.PPM(50), 100, -200)
	}
	return c
}

// settings draws how the engine and its operator are configured.
func (g *generator) settings() {
	e, p := &g.sc.Engine, &g.sc.Policy
	if g.on["clock"] && g.chance("clock", 50) {
		e.Clock = g.clock()
	}
	g.looking()
	if g.chance("working set", 10) {
		e.WorkingSet = pick(g.drawer, "working set", 2, 1)
	}
	if g.chance("concurrency", 10) {
		e.Concurrency = scenarios.Pair[int]{CC: 1, CRM: pick(g.drawer, "concurrency", 1, 2)}
	}
	if g.on["disk"] {
		e.Fsync = pick(g.drawer, "fsync", 2*second, millis(300), millis(50), 0)
	}
	if g.chance("timeout", 8) {
		e.Timeout = pick(g.drawer, "timeout", 15*second, 9*second)
	}
	if g.chance("simultaneous", 50) {
		p.Simultaneous = pick(g.drawer, "simultaneous", "merge", "hierarchy")
	}
	if g.chance("granularity", 35) {
		p.Granularity = "record"
	}
	if g.chance("delete vs edit", 50) {
		p.DeleteVsEdit = pick(g.drawer, "delete vs edit", "delete", "restore")
	}
	if g.chance("tolerance", 25) {
		tolerance := pick(g.drawer, "tolerance", 5*second, second, minute, millis(500), 0)
		p.Tolerance = &tolerance
	}
	if g.on["mass"] {
		p.MassDelete = pick(g.drawer, "mass delete", 2, 1)
	}
}

// looking draws how the engine looks for what no notice told it of. Where it
// does not look at the contact center, a notice that it forgets is gone for
// good, and nothing heals what a crash took. Rounds that find nothing are most
// of what happens in hours: in long worlds they are seldom, and only there may
// a day pass until the audit that shows the last change.
func (g *generator) looking() {
	e := &g.sc.Engine
	switch {
	case g.long:
		e.Poll.CRM = pick(g.drawer, "poll", 5*minute, 5*minute, 5*minute, 30*second)
	case g.chance("poll", 20):
		e.Poll.CC = pick(g.drawer, "poll", 30*second, 5*minute, 7*second)
		e.Poll.CRM = pick(g.drawer, "poll", 30*second, 5*minute, 7*second)
	}
	if g.on["unpolled"] && g.chance("unpolled", 60) {
		e.Poll.CC = scenarios.Off
	}
	if !g.long || !g.chance("audited once a day", 25) {
		e.Audit = pick(g.drawer, "audit", 30*minute, 30*minute, 30*minute, hour)
	}
	if g.chance("overlap", 10) {
		e.Overlap = pick(g.drawer, "overlap", 4*minute, 10*minute)
	}
}
