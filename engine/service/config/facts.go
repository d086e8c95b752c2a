package config

import (
	"time"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/vendors"
)

// fact is what is known of one key beyond its Go type. Parser and JSON Schema
// both read it.
type fact struct {
	doc      string
	one      []string
	min, max int64
	shortest time.Duration
	off      bool // durations: may be "off"
	required bool
}

var kinds = append(vendors.Kinds(mapping.CC), vendors.Kinds(mapping.CRM)...)

// facts by Go type and key.
var facts = map[string]fact{
	"Config.systems": {doc: "The two sides: the contact center and the CRM.", required: true},
	"Config.mapping": {doc: "The mapping: the path of its file, relative to this one, or the mapping itself, in the guide's own form.", required: true},
	"Config.objects": {doc: "What is kept in step beside contacts, each by its own mapping."},
	"Config.policy":  {doc: "What the operator chose. Can be loaded anew."},
	"Config.retry":   {doc: "The backoff schedule. Can be loaded anew."},
	"Config.limits":  {doc: "What bounds memory, intake and time. Can be loaded anew."},
	"Config.listen":  {doc: "Where the service is reached."},
	"Config.store":   {doc: "Where the durable state lives."},
	"Config.notify":  {doc: "Who is told what a person must know, beside log and metrics."},
	"Config.console": {doc: "The review console, on the admin listener; off without a token (SE-3)."},
	"Config.log":     {doc: "What is logged. The level can be loaded anew."},
	"Config.tracing": {doc: "OpenTelemetry traces; off by default."},

	"Objects.account": {doc: "Accounts; organizations in Genesys Cloud."},
	"Object.mapping":  {doc: "Their mapping: the path of its file, relative to this one, or the mapping itself.", required: true},
	"Object.cc":       {doc: "What is theirs alone in the contact center."},
	"Object.crm":      {doc: "What is theirs alone in the CRM."},

	"ObjectSystem.external_field":     {doc: "The field, or external source, that holds the other side's id; default the vendor's."},
	"ObjectSystem.base_version_field": {doc: "The field of the conditional-write rule; default that of contacts."},

	"Systems.cc":  {doc: "The contact center.", required: true},
	"Systems.crm": {doc: "The CRM.", required: true},

	"System.kind":               {doc: "What it is: genesys for cc; salesforce, rest or another known kind for crm.", one: kinds, required: true},
	"System.base_url":           {doc: "The API's address.", required: true},
	"System.login_url":          {doc: "The token endpoint's address; default base_url."},
	"System.client_id":          {doc: "The engine's own account: as it is, env:NAME or file:/path.", required: true},
	"System.client_secret":      {doc: "Its secret: env:NAME or file:/path.", required: true},
	"System.webhook_secret":     {doc: "What its webhooks are signed with: env:NAME or file:/path; without it there are none."},
	"System.feed":               {doc: "What tells of its changes beside polling: webhook, where it reaches the service and webhook_secret is given; channel, a websocket of Genesys Cloud that the service holds; poll, nothing. Default webhook with a webhook_secret, else poll.", one: []string{"webhook", "channel", "poll"}},
	"System.channels":           {doc: "Notification channels at most, each for 1000 contacts; default 8. A user and application have 20.", min: 1, max: 16},
	"System.versioning":         {doc: "Who moves sync_version: trigger (default) or none.", one: []string{"trigger", "none"}},
	"System.conditional":        {doc: "The tenant has what makes writes conditional; default true where the vendor offers it."},
	"System.priority":           {doc: "Its priority id, the lower one wins ties; default cc 1, crm 2.", min: 1, max: 1000},
	"System.automation":         {doc: "Users whose changes count as the system's own."},
	"System.external_field":     {doc: "The field, or external source, that holds the other side's id; default the vendor's."},
	"System.base_version_field": {doc: "The field of the conditional-write rule; default Sync_Base_Version__c for salesforce."},
	"System.concurrency":        {doc: "Requests in flight; default 8.", min: 1, max: 1000},
	"System.poll":               {doc: "Interval of reconciliation polling, or off; default 5m where webhooks come, else 30s. Can be loaded anew.", off: true, shortest: time.Second},
	"System.overlap":            {doc: "How far a poll looks behind its watermark; default 2m."},
	"System.page_size":          {doc: "Entries on a page of its feed; default 200.", min: 1, max: 10_000},
	"System.timeout":            {doc: "Of one request; default 30s.", shortest: 100 * time.Millisecond},
	"System.plain_http":         {doc: "Allow http to a host that is not this machine: secrets travel in clear. Default false."},

	"Policy.tolerance":      {doc: "Below this two times are simultaneous (CR-6); default 1s, or twice the coarser resolution."},
	"Policy.simultaneous":   {doc: "What simultaneous edits lead to; default review.", one: []string{"review", "merge", "hierarchy"}},
	"Policy.granularity":    {doc: "Whether disjoint changes of fields are merged; default field.", one: []string{"field", "record"}},
	"Policy.delete_vs_edit": {doc: "When one side deleted and the other edited; default review.", one: []string{"review", "delete", "restore"}},
	"Policy.wrong_side":     {doc: "When a one-way field is edited where it may not be; default overwrite.", one: []string{"overwrite", "review"}},

	"Retry.base":            {doc: "First delay; default 1s.", shortest: time.Millisecond},
	"Retry.factor":          {doc: "Growth from one delay to the next; default 2.", min: 1, max: 100},
	"Retry.cap":             {doc: "Longest delay; default 5m.", shortest: time.Millisecond},
	"Retry.jitter":          {doc: "Percent added at most; default 10.", min: 1, max: 100},
	"Retry.retry_after_cap": {doc: "The most that a Retry-After header may ask; default 15m.", shortest: time.Second},

	"Limits.working_set":        {doc: "Records worked on at once; default 256.", min: 4, max: 100_000},
	"Limits.pending_notices":    {doc: "Notices that may wait for their durability; default 1024.", min: 1, max: 1_000_000},
	"Limits.mass_delete":        {doc: "Deletions within the window before it stops and asks; default 20.", min: 1, max: 1_000_000},
	"Limits.mass_delete_window": {doc: "That window; default 1h.", shortest: time.Second},
	"Limits.outage_after":       {doc: "How long a system may fail before a person is told; default 5m.", shortest: time.Second},
	"Limits.audit":              {doc: "Interval of the sweep over all links, or off; default 1d.", off: true, shortest: time.Minute},
	"Limits.webhook_bytes":      {doc: "Longest body of a webhook; default 1048576.", min: 1024, max: 16 << 20},
	"Limits.webhook_rate":       {doc: "Webhooks a second for each side; default 1000.", min: 1, max: 1_000_000},
	"Limits.webhook_burst":      {doc: "Webhooks at once above that; default 2000.", min: 1, max: 1_000_000},
	"Limits.ack_timeout":        {doc: "How long a webhook may wait for its durability before it is answered 503; default 8s.", shortest: 100 * time.Millisecond},
	"Limits.shutdown_grace":     {doc: "How long records under way may take to be finished at the end; default 20s."},

	"Listen.webhooks": {doc: "host:port for webhooks; default 127.0.0.1:8080."},
	"Listen.admin":    {doc: "host:port for health, readiness, metrics and the console; default 127.0.0.1:9090."},
	"Listen.tls_cert": {doc: "Certificate file (PEM) of the webhooks' listener; plain HTTP without it."},
	"Listen.tls_key":  {doc: "Its key file."},

	"Store.path": {doc: "The store's file; default syncproof/store.db in the user's data folder."},

	"Notify.url":    {doc: "Messages are posted here as JSON."},
	"Notify.secret": {doc: "They are signed with it: env:NAME or file:/path."},

	"Console.token": {doc: "What a request to the console must bear, at least 16 bytes: env:NAME or file:/path."},

	"Log.level":  {doc: "default info.", one: []string{"debug", "info", "warn", "error"}},
	"Log.format": {doc: "default json.", one: []string{"json", "text"}},

	"Tracing.endpoint": {doc: "OTLP over HTTP, such as http://localhost:4318; off without it."},
	"Tracing.percent":  {doc: "Of traces that are kept; default 100.", min: 0, max: 100},
}
