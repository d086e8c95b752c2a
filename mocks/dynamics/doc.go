// Package dynamics is a model of the part of the Dataverse Web API (Dynamics
// 365) that a synchronisation meets: the Entra ID token endpoint, the tables
// contact and account with their ETags, upserts and alternate key, queries, change
// tracking with delta links, $batch, the tables' definitions, webhooks and the
// service protection limits.
//
// It refuses what Dataverse refuses, with its status, code and error body.
// What it knows of the vendor is marked where it matters: S confirmed from the
// vendor's own documentation (learn.microsoft.com, Power Apps developer
// guide), R seen by running the vendor's or a popular client, 2 second-hand
// (what public code does with the vendor's answers), M from memory. Where the
// documentation is silent it takes the stricter of the plausible readings;
// that is an M as well, and no adapter should rest on its exact words.
//
// The traits that shape an engine:
//
//   - A PATCH is an upsert (S): without If-Match it makes a record that was
//     deleted anew, under its old id.
//   - Every record has a weak ETag (S), its row version: updates and deletes
//     can rest on what was read.
//   - A write is answered without the record, unless it is asked for; then
//     $expand is ignored (S), so that the answer does not say who wrote last.
//   - Change tracking lists what was changed and then what was deleted (S). It
//     names nobody, and its token ends after seven days (S).
//   - Choices are numbers (S), and several of them one text of numbers (S).
//   - Instants are whole seconds (2).
//   - Limits are a user's, in three forms, all 429 (S).
//
// It is no OData engine for anything but these tables, and it knows no business
// units, teams, plug-ins or relationships but modifiedby.
package dynamics
