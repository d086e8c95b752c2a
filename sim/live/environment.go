package live

import (
	"strconv"
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
)

// Environment is what a foreign engine gets to know: addresses, credentials,
// where to listen, and how fast time runs. docs/foreign-engines.md explains each.
func Environment(sc *scenarios.Scenario, places sim.Places, listen string, speed float64) []string {
	var env []string
	for _, side := range []mapping.Side{mapping.CC, mapping.CRM} {
		id, secret, _ := sim.Credentials(side)
		name := map[mapping.Side]string{mapping.CC: "SYNCPROOF_CC_", mapping.CRM: "SYNCPROOF_CRM_"}[side]
		env = append(env,
			name+"KIND="+sc.System(side.String()).Kind, name+"URL="+places.URL[side], name+"LOGIN_URL="+places.Login[side],
			name+"CLIENT_ID="+id, name+"CLIENT_SECRET="+secret,
		)
	}
	_, _, webhook := sim.Credentials(mapping.CC)
	return append(env,
		"SYNCPROOF_WEBHOOK_SECRET="+webhook, "SYNCPROOF_WEBHOOK_PATH="+"/webhooks/cc", "SYNCPROOF_LISTEN="+listen,
		"SYNCPROOF_SPEED="+strconv.FormatFloat(speed, 'g', -1, 64), "SYNCPROOF_START="+sc.Start.UTC().Format(time.RFC3339),
	)
}

// settings are the parts of a scenario that an engine is configured by.
type settings struct {
	Mapping *scenarios.Mapping `json:"mapping"`
	// Objects are the mappings of what there is beside contacts, by name.
	Objects map[string]*scenarios.Mapping `json:"objects,omitempty"`
	Policy  struct {
		ToleranceMs  int64  `json:"tolerance_ms"`
		Simultaneous string `json:"simultaneous"`
		Granularity  string `json:"granularity"`
		DeleteVsEdit string `json:"delete_vs_edit"`
		MassDelete   int    `json:"mass_delete"`
	} `json:"policy"`
	Retry struct {
		BaseMs          int64 `json:"base_ms"`
		Factor          int   `json:"factor"`
		CapMs           int64 `json:"cap_ms"`
		JitterPercent   int   `json:"jitter_percent"`
		RetryAfterCapMs int64 `json:"retry_after_cap_ms"`
	} `json:"retry"`
	PollMs struct {
		CC  int64 `json:"cc"` // 0 for never
		CRM int64 `json:"crm"`
	} `json:"poll_ms"`
	TimeoutMs int64 `json:"timeout_ms"`
}

// settingsOf are times in the scenario's own.
func settingsOf(sc *scenarios.Scenario) *settings {
	s := &settings{Mapping: sc.MappingOrDefault(), TimeoutMs: sc.Engine.Timeout.Std().Milliseconds()}
	if named := sc.Named(); len(named) > 1 {
		s.Objects = map[string]*scenarios.Mapping{}
		for _, name := range named[1:] {
			s.Objects[name] = sc.MappingOf(name)
		}
	}
	s.Policy.ToleranceMs = sc.Tolerance().Milliseconds()
	s.Policy.Simultaneous, s.Policy.Granularity = sc.Policy.Simultaneous, sc.Policy.Granularity
	s.Policy.DeleteVsEdit, s.Policy.MassDelete = sc.Policy.DeleteVsEdit, sc.Policy.MassDelete
	r := sc.Engine.Retry
	s.Retry.BaseMs, s.Retry.Factor, s.Retry.CapMs = r.Base.Std().Milliseconds(), r.Factor, r.Cap.Std().Milliseconds()
	s.Retry.JitterPercent, s.Retry.RetryAfterCapMs = r.Jitter, r.RetryAfterCap.Std().Milliseconds()
	s.PollMs.CC, s.PollMs.CRM = max(sc.Engine.Poll.CC, 0).Std().Milliseconds(), max(sc.Engine.Poll.CRM, 0).Std().Milliseconds()
	return s
}

// atPresent is the scenario begun now, unless it says itself when it begins or
// speaks of zones: an engine in another process reads the machine's clock.
func atPresent(sc *scenarios.Scenario) *scenarios.Scenario {
	if !sc.Start.Equal(scenarios.New().Start) || sc.Systems.CC.Times != "" && sc.Systems.CC.Times != "UTC" {
		return sc
	}
	own := *sc
	own.Start = time.Now().UTC().Truncate(time.Second)
	return &own
}
