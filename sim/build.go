package sim

import (
	"net/http"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/dynamics"
	"github.com/syncproof/syncproof/engine/adapter/genesys"
	"github.com/syncproof/syncproof/engine/adapter/restcrm"
	"github.com/syncproof/syncproof/engine/adapter/salesforce"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/engine/store/memory"
	"github.com/syncproof/syncproof/mocks"
	mockdynamics "github.com/syncproof/syncproof/mocks/dynamics"
	mockgenesys "github.com/syncproof/syncproof/mocks/genesys"
	mockrest "github.com/syncproof/syncproof/mocks/restcrm"
	mocksalesforce "github.com/syncproof/syncproof/mocks/salesforce"
	"github.com/syncproof/syncproof/scenarios"
)

// Addresses and credentials of the simulated world. The secrets carry a mark
// that the secrecy check looks for in everything the engine puts out.
const (
	ccURL         = "https://api.cc.test"
	ccLoginURL    = "https://login.cc.test"
	crmURL        = "https://crm.test"
	entraURL      = "https://login.crm.test/tenant"
	webhookURL    = "https://engine.test/webhooks/cc"
	clientID      = "syncproof-engine"
	webhookSecret = "canary-secret-webhook"
)

var clientSecrets = [2]string{"canary-secret-cc", "canary-secret-crm"}

// salesforceExternal is the field of a Salesforce contact that holds the id in
// the contact center.
const salesforceExternal = "Genesys_Contact_Id__c"

// salesforceAccountExternal and dynamicsAccountExternal are those of accounts.
const (
	salesforceAccountExternal = "Genesys_Organization_Id__c"
	dynamicsAccountExternal   = "new_genesysorganizationid"
)

// dynamicsExternal is the column of a Dynamics 365 contact's alternate key.
const dynamicsExternal = "new_genesyscontactid"

// kind is what differs between the vendors.
type kind struct {
	mock          func(mocks.Config) mocks.System
	adapter       func(adapter.Config) (adapter.System, error)
	signals       adapter.Signals
	url, loginURL string
	external      string // native name of the field that holds the other side's id
	baseVersion   string // of the conditional-write rule, "" if there is none
	// accountExternal and accountBaseVersion are the same of accounts.
	accountExternal, accountBaseVersion string
}

func kindOf(name string) kind {
	switch name {
	case "genesys":
		return kind{
			mock:    func(c mocks.Config) mocks.System { return mockgenesys.New(c) },
			adapter: genesys.New, signals: genesys.Signals, url: ccURL, loginURL: ccLoginURL, external: "crm",
			accountExternal: "crm",
		}
	case "dynamics":
		return kind{
			mock:    func(c mocks.Config) mocks.System { return mockdynamics.New(c) },
			adapter: dynamics.New, signals: dynamics.Signals, url: crmURL, loginURL: entraURL,
			external: dynamicsExternal, accountExternal: dynamicsAccountExternal,
		}
	case "rest":
		return kind{
			mock:    func(c mocks.Config) mocks.System { return mockrest.New(c) },
			adapter: restcrm.New, signals: restcrm.Signals, url: crmURL, loginURL: crmURL, external: "external_id",
			accountExternal: "external_id",
		}
	default:
		return kind{
			mock:    func(c mocks.Config) mocks.System { return mocksalesforce.New(c) },
			adapter: salesforce.New, signals: salesforce.Signals, url: crmURL, loginURL: crmURL,
			external: salesforceExternal, accountExternal: salesforceAccountExternal,
			baseVersion: "Sync_Base_Version__c", accountBaseVersion: "Sync_Base_Version__c",
		}
	}
}

func (k *kind) externalOf(object int) string {
	if object > 0 {
		return k.accountExternal
	}
	return k.external
}

func (k *kind) baseVersionOf(object int) string {
	if object > 0 {
		return k.accountBaseVersion
	}
	return k.baseVersion
}

// login is what the adapters of one process share: who waits for a token, and
// the token of each system.
type login struct {
	flight adapter.Flight
	of     [2]adapter.Login
}

// parts is what the engine under test is made of. Variation replaces some.
type parts struct {
	config       engine.Config
	longestDelay time.Duration
	machine      func() Machine
	client       func(h *host, object int, side mapping.Side, l *login) adapter.System
	transport    func(mapping.Side, http.RoundTripper) http.RoundTripper
	signals      func(mapping.Side, adapter.Signals) adapter.Signals
	store        func() Store
	kinds        [places]modelKind // at model fidelity
}

// specOf is the engine's own copy of the scenario's mapping.
func specOf(m *scenarios.Mapping) mapping.Spec {
	spec := mapping.Spec{Object: m.Object}
	for _, f := range m.Fields {
		spec.Fields = append(spec.Fields, mapping.FieldSpec{
			Name: f.Name, CRMField: f.CRMField, CCField: f.CCField, Type: f.Type, Default: f.Default,
			Direction: f.Direction, Purpose: f.Purpose, Required: f.Required, MaxLength: f.MaxLength,
			Pattern: f.Pattern, Values: f.Values, CRMValues: f.CRMValues, CCValues: f.CCValues,
			Region: f.Region, CRMFormat: f.CRMFormat, CCFormat: f.CCFormat, Phone: f.Phone,
		})
	}
	return spec
}

func systemSpec(sc *scenarios.Scenario, side mapping.Side) *scenarios.System {
	if side == mapping.CC {
		return &sc.Systems.CC
	}
	return &sc.Systems.CRM
}

// buildSystem makes one side's mock. bare leaves body and headers out of its
// webhooks.
func (st *Stage) buildSystem(side mapping.Side, journal mocks.Journal, bare bool) *system {
	spec := systemSpec(st.sc, side)
	c := st.mockConfig(side, journal)
	c.BareNotices = bare
	s := &system{
		zone: zoneOf(spec.Times), side: side, on: traceSystem(side), spec: spec, mock: kindOf(spec.Kind).mock(c),
		clock: clock{epoch: st.sc.Start, offset: spec.Clock.Skew.Std(), ppm: int64(spec.Clock.Drift)},
	}
	s.mock.Faults().LocalTimes = s.zone
	return s
}

// mockConfig is the tenant that the scenario describes.
func (st *Stage) mockConfig(side mapping.Side, journal mocks.Journal) mocks.Config {
	spec := systemSpec(st.sc, side)
	k := kindOf(spec.Kind)
	m := st.mappings[0]
	c := mocks.Config{
		On: traceSystem(side), Journal: journal, Seed: st.rand.seed, ClientID: clientID, ClientSecret: clientSecrets[side],
		BaseURL: st.places.url(side, k), Fields: st.schemaFields("", side), VersionField: m.VersionName[side], StatusField: m.StatusName[side],
		ExternalField: k.external, Trigger: spec.Versioning == "trigger", Mapped: m.Names(side),
		Conditional: yes(spec.Conditional), TokenLife: spec.TokenLife.Std(), PageSize: spec.PageSize, Region: "US",
	}
	if c.Conditional {
		c.BaseVersionField = k.baseVersion
	}
	if len(st.mappings) > 1 {
		c.Account = st.accountConfig(side, &c, k)
	}
	if yes(spec.Webhooks) {
		c.WebhookURL, c.WebhookSecret = st.places.webhook(), webhookSecret
	}
	if q := spec.Quota; q != nil {
		c.Quota = mocks.Quota{Requests: q.Requests, Per: q.Per.Std(), RetryAfter: retryAfter(q.RetryAfter), Headers: q.Headers == nil || *q.Headers}
	}
	return c
}

// accountConfig is what the tenant holds beside contacts, likewise.
func (st *Stage) accountConfig(side mapping.Side, c *mocks.Config, k kind) *mocks.ObjectConfig {
	m := st.mappings[mocks.Account]
	a := &mocks.ObjectConfig{
		Fields: st.schemaFields(scenarios.Account, side), VersionField: m.VersionName[side], StatusField: m.StatusName[side],
		ExternalField: k.accountExternal, Trigger: c.Trigger, Mapped: m.Names(side), Conditional: c.Conditional,
	}
	if a.Conditional {
		a.BaseVersionField = k.accountBaseVersion
	}
	return a
}

// answersDirectly makes a system answer exchanges that are held as data.
func (w *World) answersDirectly(s *system) {
	direct, ok := s.mock.(mocks.Direct)
	if !ok {
		w.fail(&HarnessError{Message: "the " + s.spec.Kind + " mock answers no exchanges at model fidelity: play this scenario at wire fidelity"})
	}
	s.direct = direct
}

// zoneOf is a zone that the scenario's parser has found good; nil for UTC.
func zoneOf(name string) *time.Location {
	if zone, err := scenarios.Zone(name); err == nil && zone != time.UTC {
		return zone
	}
	return nil
}

func yes(b *bool) bool { return b != nil && *b }

// schemaFields is the tenant's schema as an administrator would have made it
// for the mapping.
func (st *Stage) schemaFields(object string, side mapping.Side) []mocks.Field {
	var fields []mocks.Field
	for _, f := range st.sc.MappingOf(object).Fields {
		name := f.Native(side.String())
		if name == "" {
			continue
		}
		kind := f.Kind()
		if f.MaxLength == 0 && kind == "string" && f.Role() == scenarios.RoleBusiness && f.Name == "notes" {
			kind = "text"
		}
		fields = append(fields, mocks.Field{
			Name: name, Type: kind, Length: f.MaxLength, Required: f.Required,
			Values: f.NativeValues(side.String()),
		})
	}
	return fields
}

func (w *World) buildParts() *parts {
	p := &parts{config: w.engineConfig()}
	p.longestDelay = max(p.config.Retry.Cap, p.config.Retry.RetryAfterCap) * 5 / 4
	p.machine = func() Machine { return engine.New(p.config) }
	p.transport = func(_ mapping.Side, rt http.RoundTripper) http.RoundTripper { return rt }
	p.signals = func(_ mapping.Side, s adapter.Signals) adapter.Signals { return s }
	p.store = func() Store { return memory.New() }
	p.client = func(h *host, object int, side mapping.Side, l *login) adapter.System {
		return w.buildClient(h, object, side, l)
	}
	if v := w.options.Variation; v != nil {
		v.apply(p)
	}
	for place := range w.placesUsed() {
		p.kinds[place] = w.modelKind(place/2, sideOf(place%2))
	}
	return p
}

// buildClient is the adapter of one process: its requests pass the core's
// gate and then the virtual network.
func (w *World) buildClient(h *host, object int, side mapping.Side, l *login) adapter.System {
	k := kindOf(systemSpec(w.sc, side).Kind)
	g := &gate{h: h, side: side}
	rt := &governed{gate: g, inner: adapter.Governed(&transport{net: w.net, side: side}, side.String(), g, h.parts.signals(side, k.signals))}
	c := w.adapterConfig(object, side, &http.Client{Transport: h.parts.transport(side, rt)}, l.flight)
	if len(w.mappings) > 1 {
		c.Login = &l.of[side]
	}
	s, err := k.adapter(c)
	if err != nil {
		w.fail(&HarnessError{Message: "the adapter for " + side.String() + " refuses its configuration: " + err.Error()})
		return nil
	}
	return s
}

func (st *Stage) adapterConfig(object int, side mapping.Side, client *http.Client, f adapter.Flight) adapter.Config {
	spec := systemSpec(st.sc, side)
	k, m := kindOf(spec.Kind), st.mappings[object]
	c := adapter.Config{
		BaseURL: st.places.url(side, k), LoginURL: st.places.login(side, k), ClientID: clientID, ClientSecret: clientSecrets[side],
		HTTP: client, Flight: f, Fields: m.Names(side),
		VersionField: m.VersionName[side], StatusField: m.StatusName[side], ExternalField: k.externalOf(object),
		Object: adapter.Object(object), WebhookSecret: webhookSecret,
	}
	if yes(spec.Conditional) {
		c.BaseVersionField = k.baseVersionOf(object)
	}
	c.NoTags = !yes(spec.Conditional)
	for i := range m.Fields {
		c.Types = append(c.Types, m.Fields[i].Type)
	}
	return c
}

func (st *Stage) engineConfig() engine.Config {
	sc := st.sc
	c := engine.Config{
		Mapping: st.mappings[0], WorkingSet: sc.Engine.WorkingSet, MassDelete: sc.Policy.MassDelete, Seed: st.rand.seed,
		Audit: on(sc.Engine.Audit), Policy: policyOf(sc),
		Retry: engine.Retry{
			Base: sc.Engine.Retry.Base.Std(), Factor: sc.Engine.Retry.Factor, Cap: sc.Engine.Retry.Cap.Std(),
			JitterPercent: sc.Engine.Retry.Jitter, RetryAfterCap: sc.Engine.Retry.RetryAfterCap.Std(),
		},
	}
	for i, m := range st.mappings[1:] {
		c.Also = append(c.Also, engine.Object{Name: st.names[i+1], Mapping: m})
	}
	for i := range c.Systems {
		side := mapping.Side(i)
		spec := systemSpec(sc, side)
		s := &c.Systems[i]
		s.Traits = resolve.SystemTraits{Priority: spec.Priority, Resolution: spec.Resolution()}
		if spec.Versioning == "trigger" {
			s.Traits.Versioning = resolve.Trigger
		}
		s.Automation, s.Overlap, s.PageSize = spec.Automation, sc.Engine.Overlap.Std(), spec.PageSize
		s.Concurrency, s.Poll = sc.Engine.Concurrency.CRM, on(sc.Engine.Poll.CRM)
		if side == mapping.CC {
			s.Concurrency, s.Poll = sc.Engine.Concurrency.CC, on(sc.Engine.Poll.CC)
		}
	}
	return c
}

// on is a duration that may be off.
func on(d scenarios.Duration) time.Duration {
	if d == scenarios.Off {
		return 0
	}
	return d.Std()
}

func policyOf(sc *scenarios.Scenario) resolve.Policy {
	p := resolve.Policy{Tolerance: -1}
	if sc.Policy.Tolerance != nil {
		p.Tolerance = sc.Policy.Tolerance.Std()
	}
	switch sc.Policy.Simultaneous {
	case "merge":
		p.Simultaneous = resolve.MergeFields
	case "hierarchy":
		p.Simultaneous = resolve.Hierarchy
	}
	if sc.Policy.Granularity == "record" {
		p.Granularity = resolve.ByRecord
	}
	switch sc.Policy.DeleteVsEdit {
	case "delete":
		p.DeleteVsEdit = resolve.DeleteWins
	case "restore":
		p.DeleteVsEdit = resolve.RestoreWins
	}
	if sc.Policy.WrongSide == "review" {
		p.WrongSide = resolve.ReviewWrongSide
	}
	return p
}
