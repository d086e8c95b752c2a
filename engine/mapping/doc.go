// Package mapping turns what a system stores into canonical values and back,
// by a declarative mapping: types, normalisation, phone masks, direction,
// purpose, and validation against the target's described schema (DM-4 to
// DM-6, FC-1 to FC-3).
//
// Parse reads a mapping file, New compiles a Spec. A Mapping then has three
// duties:
//
//   - Canonical and Render translate one field between a side's native form
//     and the canonical form in which sides are compared (DM-5). They keep
//     the law on which the absence of endless echoes rests: what was
//     rendered reads back as the same canonical value.
//   - Check judges a native value before it is sent (FC-1).
//   - Drift compares the mapping with a described schema (FC-3).
//
// ParseEvent reads the guide's own event document.
//
// It is pure and imports no other room of the engine. It knows nothing of
// HTTP, of vendors or of decisions.
package mapping
