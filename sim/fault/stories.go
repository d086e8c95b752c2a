package fault

import "github.com/syncproof/syncproof/scenarios"

// story is what the table of verbs does not say of a fault.
type story struct{ standsFor, example string }

// stories by verb. Examples are in the form in which a step prints itself.
var stories = map[scenarios.Verb]story{
	scenarios.Partition: {
		"a failed link, a firewall change, an expired certificate or a maintenance window",
		"{at: 10s, partition: [engine, crm], for: 30m}",
	},
	scenarios.Latency: {
		"a congested link, a detour through another region or an overloaded proxy",
		"{at: 10s, latency: [engine, crm], add: 2s, for: 5m}",
	},
	scenarios.Jitter: {
		"a shared or wireless link under changing load",
		"{at: 10s, jitter: [engine, cc], add: 500ms, for: 5m}",
	},
	scenarios.Loss: {
		"a full router queue or a connection that silently died, noticed by nothing but the timeout",
		"{at: 10s, loss: [engine, crm], rate: 20, for: 5m}",
	},
	scenarios.Duplicate: {
		"a proxy or client library that retries on its own",
		"{at: 10s, duplicate: [engine, crm], rate: 50, for: 5m}",
	},
	scenarios.Reorder: {
		"parallel connections of which one is slower",
		"{at: 10s, reorder: [engine, crm], rate: 30, for: 5m}",
	},
	scenarios.Truncate: {
		"a connection closed in the middle of an answer, or a proxy's size limit",
		"{at: 10s, truncate: [engine, crm], rate: 30, for: 5m}",
	},
	scenarios.Reset: {
		"a load balancer that is redeployed; after the commit, an acknowledgement that is lost for good",
		"{at: 10s, reset: [engine, crm], when: after, for: 1m}",
	},
	scenarios.SlowBody: {
		"a server that streams an answer while it runs out of something",
		"{at: 10s, slow_body: [engine, crm], add: 10s, for: 5m}",
	},
	scenarios.Throttle: {
		"a vendor that protects itself: 429, or Salesforce's 403 REQUEST_LIMIT_EXCEEDED",
		"{at: 10s, throttle: crm, for: 5m, retry_after: 30}",
	},
	scenarios.QuotaChange: {
		"another integration that uses up the same quota, or a cheaper licence",
		"{at: 10s, quota: crm, requests: 100, per: 1m, for: 1h}",
	},
	scenarios.Concurrency: {
		"the vendor's limit on long requests, reached by somebody's report",
		"{at: 10s, concurrency: crm, max: 2, for: 10m}",
	},
	scenarios.DailyLimit: {
		"the organisation's daily request limit, nearly used up",
		"{at: 10s, daily_limit: crm, left: 50, for: 4h}",
	},
	scenarios.ServerError: {
		"a failing vendor; after the commit, a gateway that gave up on a write which went through",
		"{at: 10s, error: crm, when: after, count: 3, for: 10m}",
	},
	scenarios.TokenExpiry: {
		"the end of a token's life, in the middle of a batch",
		"{at: 10s, token_expiry: crm}",
	},
	scenarios.TokenRevoke: {
		"rotated or deactivated credentials",
		"{at: 10s, token_revoke: cc, for: 10m}",
	},
	scenarios.Permission: {
		"an administrator who tidies up roles",
		`{at: 10s, revoke: cc, what: "externalContacts:contact:edit", for: 1h}`,
	},
	scenarios.Drift: {
		"an administrator who renames, retypes, shortens or removes a field, or takes a value out of a picklist",
		"{at: 10s, drift: crm, field: Tier__c, rename: Level__c}",
	},
	scenarios.PollGap: {
		"an eventually consistent index behind the vendor's change feed",
		"{at: 10s, poll_gap: crm, for: 5m}",
	},
	scenarios.RestartEmpty: {
		"a vendor's sandbox that is refreshed, a tenant restored without its data, or a base URL that points to the wrong tenant",
		"{at: 10s, restart_empty: crm}",
	},
	scenarios.ClockStep: {
		"a time server that corrects a clock which was off",
		"{at: 10s, clock_step: engine, by: -2s}",
	},
	scenarios.ClockSkew: {
		"a host without time synchronisation",
		"{at: 10s, skew: crm, by: 3h, for: 1h}",
	},
	scenarios.ClockDrift: {
		"a virtual machine's clock under load",
		"{at: 10s, clock_drift: engine, ppm: 200ppm, for: 1d}",
	},
	scenarios.ClockZone: {
		"a tenant set to local time, and the night when daylight saving ends",
		"{at: 10s, zone: crm, to: America/New_York}",
	},
	scenarios.LoseWebhooks: {
		"a vendor whose retries all fell into an outage",
		"{at: 10s, lose_webhooks: cc, rate: 50, for: 5m}",
	},
	scenarios.DelayWebhooks: {
		"a vendor's event bus under load",
		"{at: 10s, delay_webhooks: cc, add: 2m, for: 10m}",
	},
	scenarios.RepeatWebhooks: {
		"a vendor that delivers at least once",
		"{at: 10s, repeat_webhooks: cc, count: 3, for: 10m}",
	},
	scenarios.ReorderWebhooks: {
		"a vendor that promises no order",
		"{at: 10s, reorder_webhooks: cc, rate: 30, for: 10m}",
	},
	scenarios.ForgeWebhook: {
		"an attacker who found the endpoint, or a secret that was rotated on one side only",
		"{at: 10s, forge_webhook: cc, what: altered, of: ada}",
	},
	scenarios.ReplayWebhook: {
		"an attacker with a recording, or a support engineer who presses Resend",
		"{at: 10s, replay_webhook: cc, of: ada, count: 5}",
	},
	scenarios.MuteWebhooks: {
		"a subscription that expired or that somebody switched off",
		"{at: 10s, mute_webhooks: cc, for: 1h}",
	},
	scenarios.CrashEngine: {
		"a killed process, a lost node, a full disk or a deployment at the worst moment",
		"{at: 10s, crash: engine, before: persist, nth: 2, of: ada, down: 10s, torn: true}",
	},
	scenarios.LoseStore: {
		"a lost volume without a backup",
		"{at: 10s, lose_store: true, down: 1m}",
	},
	scenarios.DiskFull: {
		"a full volume, a quota, or a file system that an error has made read-only",
		"{at: 10s, disk_full: engine, for: 5s}",
	},
	scenarios.Redeliver: {
		"a broker that lost track of what was acknowledged",
		"{at: 10s, redeliver: engine, of: ada, count: 3}",
	},
}
