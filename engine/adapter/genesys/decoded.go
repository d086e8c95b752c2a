package genesys

import (
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

// tagNoSchema is the Tag of a contact that was read without a schema. A
// custom field can be stored only beside one, so that the write that rests on
// such a read attaches it.
const tagNoSchema = "no-schema"

// contact is a decoded representation.
type decoded struct {
	rec     adapter.Record
	values  []mapping.Native // by slot
	customs bool             // it shows customFields
	schema  schemaRef        // zero if it has none
}

// read decodes the contact at the cursor. Custom fields that it does not show
// are left Absent.
func (l *layout) read(r *jsonread.Reader, source string) decoded {
	c := decoded{values: l.blank()}
	rec := &c.rec
	mergedTo, canonical := "", ""
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			rec.ID = r.Str()
		case "modifyDate":
			rec.Modified = wire.Instant(r.Str())
		case "mergedTo":
			mergedTo = reference(r)
		case "canonicalContact", "canonicalContactId":
			canonical = reference(r)
		case "externalIds":
			rec.External = external(r, source)
		case "schema":
			c.schema = readSchemaRef(r)
		case "address":
			l.readInto(r, l.address, c.values)
		case "customFields":
			c.customs = r.Kind() == '{'
			l.readInto(r, l.customs, c.values)
		default:
			if slot, mapped := l.members[string(key)]; mapped {
				c.values[slot] = l.value(r, slot)
			} else {
				r.Skip()
			}
		}
	}
	if rec.MergedInto = canonical; canonical == "" || canonical == rec.ID {
		rec.MergedInto = mergedTo
	}
	if c.schema.id == "" {
		rec.Tag = tagNoSchema
	}
	return c
}

// record completes the record from the values.
func (l *layout) record(c *decoded) adapter.Record {
	n := l.fields()
	c.rec.Fields = c.values[:n:n]
	c.rec.Version, c.rec.Status = c.values[l.versionSlot()], c.values[l.statusSlot()]
	return c.rec
}

func readSchemaRef(r *jsonread.Reader) (s schemaRef) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			s.id = r.Str()
		case "version":
			s.version = r.Int()
		default:
			r.Skip()
		}
	}
	return s
}

// readInto reads the mapped members of a nested object.
func (l *layout) readInto(r *jsonread.Reader, index map[string]int, values []mapping.Native) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if slot, mapped := index[string(key)]; mapped {
			values[slot] = l.value(r, slot)
		} else {
			r.Skip()
		}
	}
}

func (l *layout) value(r *jsonread.Reader, slot int) mapping.Native {
	if l.places[slot] == phone {
		return readPhone(r)
	}
	return wire.Native(r)
}

// reference reads a contact's id, bare as events write it or in an object as
// the API does.
func reference(r *jsonread.Reader) (id string) {
	if r.Kind() != '{' {
		return r.Str()
	}
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) == "id" {
			id = r.Str()
		} else {
			r.Skip()
		}
	}
	return id
}

// external reads externalIds and returns the value of the given source. After
// a relink the source has several: the one added last counts.
func external(r *jsonread.Reader, source string) (found string) {
	for ok := r.Elements(); ok; ok = r.Element() {
		value, from := "", ""
		for key, ok := r.Members(); ok; key, ok = r.Member() {
			switch string(key) {
			case "value":
				value = r.Str()
			case "externalSource":
				from = reference(r)
			default:
				r.Skip()
			}
		}
		if from == source {
			found = value
		}
	}
	return found
}
