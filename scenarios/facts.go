package scenarios

// fact is what is known of one key beyond its Go type: what it means, which
// words it takes, its bounds. Parser and JSON Schema both read it.
type fact struct {
	doc      string
	one      []string
	min, max int64
	signed   bool // durations: may be negative
	off      bool // durations: may be "off"
	required bool
	number   bool // text that may also be written as a number
	fold     bool // a choice in any case
}

var (
	kindsOf = map[string][]string{"cc": {"genesys"}, "crm": {"salesforce", "dynamics", "rest"}}

	fieldTypes      = []string{"String", "Integer", "Decimal", "Boolean", "Date", "Instant", "Phone", "Email", "Picklist", "MultiPicklist"}
	fieldDirections = []string{"Bidirectional", "ToCRM", "ToCC"}
	fieldPurposes   = []string{"Version", "Status", "Audit_Timestamp"}
	datasets        = []string{"people", "phones"}
	places          = []string{"both", "cc", "crm"}
	objects         = []string{"contact", Account}
)

// facts by Go type and key.
var facts = map[string]fact{
	"Scenario.scenario":     {doc: "What happens, in a few words.", required: true},
	"Scenario.requirements": {doc: "The rules of the specification that this scenario is about, e.g. CR-7."},
	"Scenario.seed":         {doc: "The seed of all randomness; default 1."},
	"Scenario.start":        {doc: "The true instant of offset 0; default 2023-10-27T10:00:00Z."},
	"Scenario.systems":      {doc: "The two sides: the contact center and the CRM."},
	"Scenario.engine":       {doc: "How the engine under test is configured."},
	"Scenario.policy":       {doc: "What the operator chose."},
	"Scenario.mapping":      {doc: "The mapping, in the guide's own form; by default the embedded one for the kind of CRM."},
	"Scenario.objects":      {doc: "What the systems hold beside contacts, where it has a mapping of its own."},
	"Scenario.records":      {doc: "The records that exist before the run: a list, a number, or {count, dataset}."},
	"Scenario.timeline":     {doc: "What happens, each step at its instant from the start."},
	"Scenario.expect":       {doc: "Expressions that must be true at the end; every invariant is checked anyway."},

	"Objects.account": {doc: "Accounts; organisations in the contact center."},
	"Object.mapping":  {doc: "Their mapping; by default the embedded one for the kind of CRM."},

	"Systems.cc":  {doc: "The contact center."},
	"Systems.crm": {doc: "The CRM."},

	"System.kind":        {doc: "genesys for cc; salesforce (default), dynamics or rest for crm.", one: []string{"genesys", "salesforce", "dynamics", "rest"}},
	"System.versioning":  {doc: "Who moves sync_version: a trigger (default), or none.", one: []string{"trigger", "none"}},
	"System.clock":       {doc: "How its clock differs from true time."},
	"System.latency":     {doc: "One way between it and the engine; default 20ms."},
	"System.jitter":      {doc: "At most this much more, at random."},
	"System.quota":       {doc: "Its request quota; by default the vendor's."},
	"System.conditional": {doc: "The tenant has what makes writes conditional; default true for a crm, never for genesys."},
	"System.webhooks":    {doc: "It sends notices; default true for cc; false for a crm, of which dynamics alone can."},
	"System.priority":    {doc: "Its priority id, lower wins ties; default cc 1, crm 2.", min: 1, max: 1000},
	"System.token_life":  {doc: "How long an access token lives; by default the vendor's."},
	"System.page_size":   {doc: "Entries on a page of its feed and lists; by default the vendor's.", max: 10_000},
	"System.automation":  {doc: "Users whose edits are of origin system; default flow."},
	"System.times":       {doc: "The IANA zone in which it shows instants; default UTC."},

	"System.only":  {doc: "Why the scenario is about this kind of crm and no other, so that --crm leaves it out."},
	"System.kinds": {doc: "With only: the other kinds of crm that the scenario is about as well."},

	"Clock.skew":  {doc: "Constant difference.", signed: true},
	"Clock.drift": {doc: "Parts per million, e.g. 50ppm."},

	"Quota.requests":    {doc: "Requests allowed in a window.", min: 1, max: 1_000_000, required: true},
	"Quota.per":         {doc: "Length of the window.", required: true},
	"Quota.retry_after": {doc: "What Retry-After says: reset (default), none, date, or seconds.", number: true},
	"Quota.headers":     {doc: "Remaining-quota headers are sent; default true."},

	"Engine.clock":       {doc: "How the engine's clock differs from true time."},
	"Engine.working_set": {doc: "Records worked on at once; default 64.", min: 1, max: 1_000_000},
	"Engine.concurrency": {doc: "Requests in flight to each system; default 8.", min: 1, max: 10_000},
	"Engine.poll":        {doc: "Polling interval for each system, or off; default 5m for cc, whose webhooks come first, and 30s for crm.", off: true},
	"Engine.audit":       {doc: "Interval of the sweep over all links, or off; default 1d.", off: true},
	"Engine.overlap":     {doc: "How far polling looks behind its watermark; default 2m."},
	"Engine.retry":       {doc: "The backoff schedule."},
	"Engine.fsync":       {doc: "How long a write to the engine's disk takes; default 1ms."},
	"Engine.timeout":     {doc: "Of one request; default 30s."},

	"Retry.base":            {doc: "First delay; default 1s."},
	"Retry.factor":          {doc: "Growth from one delay to the next; default 2.", min: 1, max: 100},
	"Retry.cap":             {doc: "Longest delay; default 5m."},
	"Retry.jitter":          {doc: "Percent added at most; default 10.", max: 100},
	"Retry.retry_after_cap": {doc: "The most that a Retry-After header may ask; default 15m."},

	"Policy.tolerance":      {doc: "Below this two times are simultaneous (CR-6); default 1s, or twice the coarser resolution."},
	"Policy.simultaneous":   {doc: "What simultaneous edits lead to; default review.", one: []string{"review", "merge", "hierarchy"}},
	"Policy.granularity":    {doc: "Whether disjoint field changes are merged; default field.", one: []string{"field", "record"}},
	"Policy.delete_vs_edit": {doc: "When one side deleted and the other edited; default review.", one: []string{"review", "delete", "restore"}},
	"Policy.wrong_side":     {doc: "When a one-way field is edited where it may not be; default overwrite.", one: []string{"overwrite", "review"}},
	"Policy.mass_delete":    {doc: "Deletions within an hour before it stops and asks; default 20.", min: 1, max: 1_000_000},

	"Generate.count":   {doc: "How many; their ids are r1, r2, ...", required: true, max: maxRecords},
	"Generate.dataset": {doc: "people (default), or phones: one for each region and number type, with names in many scripts.", one: datasets},
	"Generate.version": {doc: "Their sync_version.", max: 1 << 40},
	"Generate.on":      {doc: "Where they exist; default both.", one: places},

	"Mapping.object": {doc: "The object, e.g. Contact.", required: true},
	"Mapping.fields": {doc: "Its fields.", required: true},

	"MappingField.name":      {doc: "What scenarios and ledgers call it; default ccField, else crmField."},
	"MappingField.crmField":  {doc: "Its native name in the CRM."},
	"MappingField.ccField":   {doc: "Its native name in the contact center."},
	"MappingField.type":      {doc: "Its type.", one: fieldTypes, fold: true, required: true},
	"MappingField.default":   {doc: "The value where a system has none."},
	"MappingField.direction": {doc: "Where it travels; default Bidirectional.", one: fieldDirections, fold: true},
	"MappingField.purpose":   {doc: "Version, Status or Audit_Timestamp; business content by default.", one: fieldPurposes, fold: true},
	"MappingField.required":  {doc: "A system refuses a record without it."},
	"MappingField.maxLength": {doc: "In Unicode code points.", max: 1_000_000},
	"MappingField.pattern":   {doc: "A regular expression (RE2) that values match."},
	"MappingField.values":    {doc: "A picklist's canonical values."},
	"MappingField.crmValues": {doc: "What the CRM calls a canonical value, where it differs."},
	"MappingField.ccValues":  {doc: "What the contact center calls a canonical value, where it differs."},
	"MappingField.region":    {doc: "ISO country of phone numbers written without one; default US."},
	"MappingField.crmFormat": {doc: "Phones in the CRM: e164 (default), international, national, or a mask such as (###) ###-####."},
	"MappingField.ccFormat":  {doc: "Phones in the contact center, likewise."},
	"MappingField.phone":     {doc: "Whether a number must be possible (default) or valid.", one: []string{"possible", "valid"}},

	"Record.id":      {doc: "The name by which the scenario calls it.", required: true},
	"Record.object":  {doc: "What it is; default contact.", one: objects},
	"Record.on":      {doc: "Where it exists; default both.", one: places},
	"Record.linked":  {doc: "Both sides carry the other's id; default true when on both."},
	"Record.base":    {doc: "known (default when linked), or lost: the engine's store knows nothing of it.", one: []string{"known", "lost"}},
	"Record.version": {doc: "Its sync_version.", max: 1 << 40},
	"Record.mirrors": {doc: "Another record whose native id on the other side this one carries as its external id: a duplicate."},
	"Record.cc":      {doc: "Fields that differ on the contact center."},
	"Record.crm":     {doc: "Fields that differ on the CRM."},

	"Requirement.id":     {doc: "E.g. CR-7, or an invariant's name.", required: true},
	"Requirement.rule":   {doc: "The rule in one sentence.", required: true},
	"Requirement.source": {doc: "A section of the guide, or specification, or field report.", required: true},
	"Requirement.thread": {doc: "The public thread of a field report."},
	"Requirement.checks": {doc: "The invariants that judge it."},
	"Requirement.tests":  {doc: "Go packages whose tests cover what no scenario can."},
}

// recordKeys are the fixed keys of a record; all others are mapped fields.
var recordKeys = []string{"id", "object", "on", "linked", "base", "version", "mirrors", "cc", "crm"}
