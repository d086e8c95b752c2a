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

// read decodes the contact at the cursor.
func (l *layout) read(r *jsonread.Reader, source string) adapter.Record {
	var rec adapter.Record
	values := l.blank()
	schema := false
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
			schema = r.Kind() == '{'
			r.Skip()
		case "address":
			l.readInto(r, l.address, values)
		case "customFields":
			if r.Kind() == '{' {
				l.emptyCustoms(values)
			}
			l.readInto(r, l.customs, values)
		default:
			if slot, mapped := l.members[string(key)]; mapped {
				values[slot] = l.value(r, slot)
			} else {
				r.Skip()
			}
		}
	}
	if rec.MergedInto = canonical; canonical == "" || canonical == rec.ID {
		rec.MergedInto = mergedTo
	}
	if !schema {
		rec.Tag = tagNoSchema
	}
	n := l.fields()
	rec.Fields = values[:n:n]
	rec.Version, rec.Status = values[l.versionSlot()], values[l.statusSlot()]
	return rec
}

// emptyCustoms marks every custom field as empty until it is read.
func (l *layout) emptyCustoms(values []mapping.Native) {
	for slot, where := range l.places {
		if where == custom {
			values[slot].Kind = mapping.Null
		}
	}
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
