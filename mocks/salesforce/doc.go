// Package salesforce is a model of the part of Salesforce's REST API that a
// synchronisation of contacts meets: the OAuth token endpoint, sObject rows
// for Contact and Account, upsert and lookup by external id, SOQL queries, the replication
// resources (updated, deleted), describe and limits.
//
// It refuses what Salesforce refuses, with its status, error code and error
// array. Beside the vendor's own behaviour it carries the two things that
// the guide has an administrator install: the version trigger and the
// validation rule that makes writes conditional.
//
// What it knows of the vendor is marked where it matters: S confirmed from the
// vendor's own source or documentation, R seen by running the vendor's or a
// popular client, 2 second-hand, M from memory. Where the documentation is
// silent it takes the stricter of the plausible readings; that is an M as well,
// and no adapter should rest on its exact words.
//
// The traits that shape an engine:
//
//   - Instants are whole seconds. LastModifiedDate is a user's, SystemModstamp
//     moves for automation too (S): see commit.go.
//   - A contact has no ETag (S): only the validation rule makes a write
//     conditional. Rows of accounts have them (S): see etag.go.
//   - The organisation's limit is a 403 REQUEST_LIMIT_EXCEEDED (S), without
//     Retry-After (M): see errors.go.
//   - Sforce-Limit-Info speaks of the daily limit and of no other (S).
//
// Changes can be told as events: capture.go notes them, bus.go keeps them, and
// cometd.go delivers them to clients that wait (stream.go).
//
// It is not a SOQL engine for anything but these two, and it knows no sharing
// rules, record types or relationships.
package salesforce
