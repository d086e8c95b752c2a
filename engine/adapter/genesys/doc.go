// Package genesys is the adapter for Genesys Cloud external contacts, and for
// external organisations, which are what a CRM calls accounts.
//
// What it relies on comes from Genesys' own client library (npm
// purecloud-platform-client-v2 262.0.0: ExternalContactsApi and the models
// ExternalContact, ExternalOrganization, ContactsPatchChange, ContactIdentifier, DataSchema,
// ExternalContactsContactChangedTopicContact) and its documentation:
//
//   - A contact has no version and no ETag, so writes are unconditional. A
//     PATCH carries {changes: [{field, value, action}]} with the decided
//     fields only; the actions used are Update, Remove, UpdateIfEmpty and
//     AppendToCollection.
//   - Lists cannot be sorted by modifyDate and end at 1,000 contacts, so that
//     the change feed is scan/contacts, a sweep over everything in pages of 10
//     to 200 with a cursor that lives 24 hours. See Changes for the watermark.
//   - The contact-changed event names no actor and no operation. Deletions
//     are not in the feed; a read finds them.
//
// Native names: a name of a standard attribute is that attribute, dotted
// within the address (address.city); every other name is a custom field.
//
// What a representation leaves out: Genesys omits nulls, so that a standard
// attribute that is not there is empty. A custom field that is not there is
// empty if the contact shows customFields at all and the schema still has the
// field; a field that the schema has no more is Drift, as soon as a contact
// shows a later version of the schema than was described. If the whole object
// is missing, nothing was said of any custom field (Absent): that is also
// what an account without externalContacts:customFields:view would see, and
// reading it as a clear would empty the other system.
//
// Phones are written as {display, extension}; the server rewrites display and
// adds e164 where it can parse the number. They are read as e164, else as
// display or userInput, with ";ext=" and the extension. An extension is an
// integer there, so that one with a leading zero cannot be stored.
package genesys
