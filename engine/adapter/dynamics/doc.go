// Package dynamics is the adapter for Dynamics 365 contacts and accounts
// (Dataverse Web API v9.2).
//
// What it relies on comes from Microsoft's Power Apps developer guide (Web API:
// compose requests and handle errors, conditional operations, update and
// delete with data returned, alternate keys, change tracking, schema
// definitions, service protection limits, webhooks) and from Entra ID's guide
// to the client credentials grant:
//
//   - A PATCH is an upsert. An update therefore always says If-Match: the tag
//     that the write rests on, or * so that a record which was deleted is not
//     made anew. Deletes rest on the tag alike.
//   - Create is the upsert by the alternate key over Config.ExternalField,
//     which the tenant must define. If-None-Match is not sent with it: a
//     creation whose answer was lost is repeated, and must find what it made.
//   - Writes ask for the record (return=representation). $expand is ignored
//     there, so that the answer names no user: it is the writer's own record,
//     and Record.Own says so. Readings expand modifiedby: its applicationid is
//     Config.ClientID where the engine wrote last, its full name is Record.By.
//   - The feed is change tracking. It cannot expand, and names nobody. A cursor
//     is the service's own link, opaque, behind the API's root. The service
//     keeps changes for seven days; a cursor that has expired leads back to
//     the beginning, and what was deleted meanwhile is found by reading alone.
//   - Choices are numbers on the wire, and several of them one text of numbers:
//     Config.Types tells which fields they are. To the engine they are texts.
//   - Limits are 429 with Retry-After, in three forms that one pause answers.
//     The headers count down from a number that no header tells, and the guide
//     warns against steering by them: Signal.Allowed stays unknown.
//   - A column that a security profile hides reads as null, which nothing tells
//     from a column that was cleared: the engine's application user needs a
//     profile for every mapped column that is secured.
package dynamics
