// Package salesforce is the adapter for Salesforce contacts and accounts (REST
// API v62.0).
//
// What it relies on comes from Salesforce's REST API Developer Guide (sObject
// Rows, Rows by External ID, Query, QueryAll, sObject Describe, status codes
// and error responses), the object reference for LastModifiedDate and
// SystemModstamp, and the OAuth 2.0 guide (client credentials, identity URL):
//
//   - A token's answer carries instance_url, where API calls go, and id, whose
//     last part is the engine's own user id: that tells its own writes from
//     others (Record.Own, Change.Own). Every request also says
//     Sforce-Call-Options: client=syncproof, which change events repeat.
//   - ETags work for Account only, and for updates alone: where the tenant has
//     no rule for accounts, updates of them rest on If-Match. A conditional
//     write to a contact is a
//     validation rule of the tenant that compares Config.BaseVersionField
//     with the stored version; its refusal is a Conflict. A delete can never
//     be conditional.
//   - A PATCH answers 204 without the record, so that Update returns the id
//     alone and Modified is zero: unknown until the next read. Create reads
//     the record after the upsert.
//   - The organisation's limit is 403 REQUEST_LIMIT_EXCEEDED without
//     Retry-After, not 429.
//   - Timestamps have whole seconds. LastModifiedDate is a user's change;
//     SystemModstamp also moves for automation and for deletion, so the feed
//     goes by it. The feed is queryAll, which includes the deleted records of
//     the recycle bin: one ordered list, no clock needed to ask for it. What
//     is purged from the bin between two polls is found by reading alone.
package salesforce
