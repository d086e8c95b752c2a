package scenarios

import "time"

// Scenario is one scenario file, parsed, defaulted and checked.
type Scenario struct {
	// Path is where it was read from, for messages and rerun lines; it is
	// not part of the scenario's meaning.
	Path string `yaml:"-" json:"-"`

	Title        string   `yaml:"scenario"`
	Requirements []string `yaml:"requirements,omitempty"`
	Seed         uint64   `yaml:"seed,omitempty"`
	// Start is the true instant of offset 0.
	Start   time.Time `yaml:"start,omitempty"`
	Systems Systems   `yaml:"systems,omitempty"`
	Engine  Engine    `yaml:"engine,omitempty"`
	Policy  Policy    `yaml:"policy,omitempty"`
	// Mapping is inline, in the guide's own form; the default is the
	// embedded one for the kind of CRM.
	Mapping *Mapping `yaml:"mapping,omitempty"`
	// Objects are those beside contacts that the world holds (DM-11).
	Objects Objects `yaml:"objects,omitempty"`
	Records Records `yaml:"records,omitempty"`
	// Timeline is in the order of the file; steps may be written out of
	// order, and equal instants keep the order of the file.
	Timeline []Step   `yaml:"timeline,omitempty"`
	Expect   []Expect `yaml:"expect,omitempty"`
}

// Objects are what else than contacts the systems hold and the engine keeps in
// step. A record, or a step that creates one, with `object: account` is enough.
type Objects struct {
	Account *Object `yaml:"account,omitempty"`
}

// Object is one kind of record beside contacts.
type Object struct {
	// Mapping is inline; the default is the embedded one for the kind of CRM.
	Mapping *Mapping `yaml:"mapping,omitempty"`
}

// Systems are the two sides.
type Systems struct {
	CC  System `yaml:"cc,omitempty"`
	CRM System `yaml:"crm,omitempty"`
}

// System is one side.
type System struct {
	Kind       string   `yaml:"kind,omitempty"`       // genesys (cc); salesforce | dynamics | rest (crm)
	Versioning string   `yaml:"versioning,omitempty"` // trigger | none
	Clock      Clock    `yaml:"clock,omitempty"`
	Latency    Duration `yaml:"latency,omitempty"` // one way, default 20ms
	Jitter     Duration `yaml:"jitter,omitempty"`
	Quota      *Quota   `yaml:"quota,omitempty"`
	// Conditional: the tenant has what makes writes conditional (the
	// validation rule in Salesforce, ETags in the REST CRM). Default true
	// for a crm, always false for genesys.
	Conditional *bool `yaml:"conditional,omitempty"`
	// Webhooks: notices are sent (genesys). Default true.
	Webhooks  *bool    `yaml:"webhooks,omitempty"`
	Priority  int      `yaml:"priority,omitempty"` // default cc 1, crm 2
	TokenLife Duration `yaml:"token_life,omitempty"`
	// PageSize limits a page of the system's feed and lists.
	PageSize int `yaml:"page_size,omitempty"`
	// Automation lists users whose edits are of origin system.
	Automation []string `yaml:"automation,omitempty"`
	// Times is the zone in which the system shows instants, default UTC.
	Times string `yaml:"times,omitempty"`
	// Only says why the scenario is about this kind of crm and no other; ""
	// where another kind could take its place (Recast).
	Only string `yaml:"only,omitempty"`
	// Kinds are others that the scenario is about as well, where Only is said.
	Kinds []string `yaml:"kinds,omitempty"`
}

// Clock is how a clock differs from true time: true + skew + drift * elapsed.
type Clock struct {
	Skew  Duration `yaml:"skew,omitempty"`
	Drift PPM      `yaml:"drift,omitempty"`
}

// PPM is parts per million, written as "50ppm".
type PPM int64

// Quota is a system's request quota, a fixed window.
type Quota struct {
	Requests   int      `yaml:"requests"`
	Per        Duration `yaml:"per"`
	RetryAfter string   `yaml:"retry_after,omitempty"` // reset (default) | none | date | seconds as a number
	Headers    *bool    `yaml:"headers,omitempty"`     // remaining-quota headers, default true
}

// Engine configures the engine under test.
type Engine struct {
	Clock      Clock `yaml:"clock,omitempty"`
	WorkingSet int   `yaml:"working_set,omitempty"` // records worked on at once, default 64
	// Concurrency is the limit of requests in flight to each system, default 8.
	Concurrency Pair[int]      `yaml:"concurrency,omitempty"`
	Poll        Pair[Duration] `yaml:"poll,omitempty"`    // interval, "off" disables; default 5m for cc (its webhooks come first), 30s for crm
	Audit       Duration       `yaml:"audit,omitempty"`   // sweep of all links, default 24h
	Overlap     Duration       `yaml:"overlap,omitempty"` // how far polling looks behind its watermark, default 2m
	Retry       Retry          `yaml:"retry,omitempty"`
	// Fsync is how long a write to the engine's disk takes, default 1ms.
	Fsync Duration `yaml:"fsync,omitempty"`
	// Timeout of one request, default 30s.
	Timeout Duration `yaml:"timeout,omitempty"`
}

// Retry is the backoff schedule of EV-3.
type Retry struct {
	Base          Duration `yaml:"base,omitempty"`            // default 1s
	Factor        int      `yaml:"factor,omitempty"`          // default 2
	Cap           Duration `yaml:"cap,omitempty"`             // default 5m
	Jitter        int      `yaml:"jitter,omitempty"`          // percent added at most, default 10
	RetryAfterCap Duration `yaml:"retry_after_cap,omitempty"` // bound on what a header may ask, default 15m
}

// Policy is the operator's choice.
type Policy struct {
	Tolerance    *Duration `yaml:"tolerance,omitempty"`
	Simultaneous string    `yaml:"simultaneous,omitempty"`   // review (default) | merge | hierarchy
	Granularity  string    `yaml:"granularity,omitempty"`    // field (default) | record
	DeleteVsEdit string    `yaml:"delete_vs_edit,omitempty"` // review (default) | delete | restore
	WrongSide    string    `yaml:"wrong_side,omitempty"`     // overwrite (default) | review
	MassDelete   int       `yaml:"mass_delete,omitempty"`    // deletions within an hour before it stops and asks, default 20
}

// Pair is one value for each side.
type Pair[T any] struct {
	CC  T `yaml:"cc,omitempty"`
	CRM T `yaml:"crm,omitempty"`
}

// Records are the records that exist before the run: a list, or generated.
type Records struct {
	List     []Record
	Generate *Generate
}

// Generate declares records: `records: 1000` or `records: {count: 1000, dataset: phones}`.
type Generate struct {
	Count   int    `yaml:"count"`
	Dataset string `yaml:"dataset,omitempty"` // people (default) | phones: one for each region and number type, names in many scripts
	Version int64  `yaml:"version,omitempty"`
	On      string `yaml:"on,omitempty"` // both (default) | cc | crm
}

// Record is one record as it stands before the run. Keys beside the fixed
// ones are mapped fields by name.
type Record struct {
	ID      string
	Object  string // "" is a contact, else account
	On      string // both (default) | cc | crm
	Linked  bool   // both carry the other's id, default true when on both
	Base    string // known (default when linked) | lost: the engine's store knows nothing of it
	Version *int64
	// Mirrors names another record: this one, on one side only, carries that
	// one's native id on the other side as its external id (a duplicate).
	Mirrors string
	Fields  []FieldSet // in the order of the file
	CC, CRM []FieldSet // what differs on one side, `cc: {notes: x}`
	Line    int
}

// FieldSet is a mapped field and its value by the mapping's names; Clear empties it.
type FieldSet struct {
	Field string
	Value string
	Clear bool
}

// Duration is a time.Duration, written "30m", "1h30m", "250ms", "2d".
type Duration time.Duration

// Off is a Duration written "off".
const Off Duration = -1

// Expect is one expression that must hold at the end.
type Expect struct {
	Text         string
	Line, Column int
}

// Mapping is a mapping in the guide's form. The engine compiles its own from
// it, the checkers interpret it by themselves.
type Mapping struct {
	Object string         `yaml:"object" json:"object"`
	Fields []MappingField `yaml:"fields" json:"fields"`
}

// MappingField is one field of a Mapping.
type MappingField struct {
	Name      string            `yaml:"name,omitempty" json:"name,omitempty"`
	CRMField  string            `yaml:"crmField,omitempty" json:"crmField,omitempty"`
	CCField   string            `yaml:"ccField,omitempty" json:"ccField,omitempty"`
	Type      string            `yaml:"type" json:"type"`
	Default   any               `yaml:"default,omitempty" json:"default,omitempty"`
	Direction string            `yaml:"direction,omitempty" json:"direction,omitempty"`
	Purpose   string            `yaml:"purpose,omitempty" json:"purpose,omitempty"`
	Required  bool              `yaml:"required,omitempty" json:"required,omitempty"`
	MaxLength int               `yaml:"maxLength,omitempty" json:"maxLength,omitempty"`
	Pattern   string            `yaml:"pattern,omitempty" json:"pattern,omitempty"`
	Values    []string          `yaml:"values,omitempty" json:"values,omitempty"`
	CRMValues map[string]string `yaml:"crmValues,omitempty" json:"crmValues,omitempty"`
	CCValues  map[string]string `yaml:"ccValues,omitempty" json:"ccValues,omitempty"`
	Region    string            `yaml:"region,omitempty" json:"region,omitempty"`
	CRMFormat string            `yaml:"crmFormat,omitempty" json:"crmFormat,omitempty"`
	CCFormat  string            `yaml:"ccFormat,omitempty" json:"ccFormat,omitempty"`
	Phone     string            `yaml:"phone,omitempty" json:"phone,omitempty"`
	Line      int               `yaml:"-" json:"-"`
}
