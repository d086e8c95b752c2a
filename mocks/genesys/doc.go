// Package genesys is a mock of Genesys Cloud CX as far as external contacts
// go: the token endpoint, contacts with their custom fields and external ids,
// look-up, listing and scanning, the schema resource, signed webhooks, and
// notification channels. A tenant may have external organisations beside them,
// which are its second object.
//
// It is a pure model: the instant comes with every call and identifiers come
// from the seed. It is strict: what it does not know, it refuses.
//
// What it knows of the vendor is marked where it matters: S confirmed from
// the vendor's own clients and documentation, R seen by running them, 2
// second-hand, M from memory. A rule marked M is this mock's choice among the
// plausible ones, and no adapter should rest on its exact words.
//
// The traits that shape an engine:
//
//   - A contact has no version and no ETag, only modifyDate (S). A PUT
//     replaces the whole contact (M); a PATCH names the fields it changes (S).
//   - Phone numbers are rewritten on write (S): see phone.go.
//   - A contact-changed event says neither who did what, nor whether the
//     contact still exists (S): see webhook.go.
//   - Nothing makes a write conditional.
package genesys
