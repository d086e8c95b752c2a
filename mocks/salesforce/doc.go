// Package salesforce is a model of the part of Salesforce's REST API that a
// synchronisation of contacts meets: the OAuth token endpoint, sObject rows
// for Contact, upsert and lookup by external id, SOQL queries, the replication
// resources (updated, deleted), describe and limits.
//
// It refuses what Salesforce refuses, with its status, error code and error
// array. Where the vendor's documentation is silent it takes the stricter
// reading. Beside the vendor's own behaviour it carries the two things that
// the guide has an administrator install: the version trigger and the
// validation rule that makes writes conditional.
//
// It is not a SOQL engine for anything but Contact, and it knows no sharing
// rules, record types or relationships.
package salesforce
