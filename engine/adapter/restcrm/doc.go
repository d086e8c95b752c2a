// Package restcrm is the adapter for the generic REST CRM whose contract is
// docs/rest-crm.openapi.yaml. Native names are the contract's property names.
//
//   - Responses name every property, so that one which is missing was not
//     disclosed (Absent), and null is empty.
//   - Where the tenant has conditional writes, an ETag is Record.Tag and
//     updates and deletes carry it in If-Match; a write that asks for no check
//     says If-Match: *, which the contract demands at least. A list has no
//     ETags, so Find reads what it found.
//   - Create is the upsert by external id.
//   - The feed is a sequence of commits: a cursor never passes a change that
//     is still to commit, and there is nothing to look behind for.
package restcrm
