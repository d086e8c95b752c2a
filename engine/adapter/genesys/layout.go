package genesys

import (
	"fmt"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// place is where in a contact a native name lives.
type place uint8

const (
	nowhere   place = iota // a mapped field that this system does not have
	attribute              // a member of the contact
	phone                  // a member that is a phone number
	inAddress              // a member of address
	custom                 // a member of customFields
)

// layout says where each mapped value is. Slots 0 to n-1 are Config.Fields,
// n is the version, n+1 the status.
type layout struct {
	object *object
	names  []string
	places []place
	// members, address and customs find the slot of a member by its name in
	// the contact, in its address and in its customFields.
	members, address, customs map[string]int
}

func newLayout(o *object, c adapter.Config) (layout, error) {
	l := layout{
		object:  o,
		names:   append(append([]string(nil), c.Fields...), c.VersionField, c.StatusField),
		members: map[string]int{},
		address: map[string]int{},
		customs: map[string]int{},
	}
	for slot, name := range l.names {
		where := nowhere
		if name != "" {
			where = custom
			if p, standard := o.attributes[name]; standard {
				where = p
			} else if strings.ContainsAny(name, `.$[]"' `) {
				return l, fmt.Errorf("genesys: %q is neither a standard attribute nor a custom field's name", name)
			}
		}
		l.places = append(l.places, where)
		index, key := l.members, name
		switch where {
		case nowhere:
			continue
		case inAddress:
			index, key = l.address, strings.TrimPrefix(name, "address.")
		case custom:
			index = l.customs
		}
		if _, twice := index[key]; twice {
			return l, fmt.Errorf("genesys: field %s is mapped twice", name)
		}
		index[key] = slot
	}
	return l, nil
}

func (l *layout) fields() int { return len(l.names) - 2 }

func (l *layout) versionSlot() int { return len(l.names) - 2 }

func (l *layout) statusSlot() int { return len(l.names) - 1 }

// blank is what a contact holds of which nothing was read yet: an omitted
// attribute is empty, of custom fields nothing is known.
func (l *layout) blank() []mapping.Native {
	values := make([]mapping.Native, len(l.names))
	for slot, where := range l.places {
		if where != nowhere && where != custom {
			values[slot].Kind = mapping.Null
		}
	}
	return values
}
