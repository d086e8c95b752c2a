// Package restcrm is the generic REST CRM of the document
// docs/rest-crm.openapi.yaml: contacts and accounts with soft deletion, a change feed in
// the order of commits, upsert by external id, and entity tags where the
// tenant has conditional writes.
//
// It implements that document to the letter and refuses what it does not
// allow. It stands for the many systems without a model of their own; it is
// not a model of any one vendor.
package restcrm
