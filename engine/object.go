package engine

import (
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// Object is one kind of record beside the first, with a mapping of its own
// (DM-11). All objects share the systems' limits, pauses and outages, the
// working set and the count of a mass delete.
type Object struct {
	// Name tells its records from those of other objects: it has neither "/"
	// nor ":" in it, and is not empty.
	Name    string
	Mapping *mapping.Mapping
	// Capabilities of the two systems' adapters for this object.
	Capabilities [2]adapter.Capabilities
}

// Objects are the names of the objects that one engine keeps in step; the
// first is "". Every Ref, and every id in a Record, is qualified by it: the
// ids of the first object stand as they are, those of another one follow its
// name and a slash, as in "account/0015e00002XbQzAAK". Adapters know nothing
// of that: what they get and give is the native id.
type Objects []string

// Qualify is the engine's id of a native one of object i; "" stays "".
func (o Objects) Qualify(i int, native string) string {
	switch {
	case native == "":
		return ""
	case i > 0:
		return o[i] + "/" + native
	case len(o) > 1 && (strings.HasPrefix(native, "/") || o.named(native) > 0):
		return "/" + native // it looks like another object's
	}
	return native
}

// Split is the object of an engine's id, and the native id.
func (o Objects) Split(id string) (i int, native string) {
	if len(o) < 2 {
		return 0, id
	}
	if i = o.named(id); i > 0 {
		return i, id[len(o[i])+1:]
	}
	return 0, strings.TrimPrefix(id, "/")
}

// named is the object whose name qualifies id, 0 if none does.
func (o Objects) named(id string) int {
	for i := 1; i < len(o); i++ {
		if name := o[i]; len(id) > len(name) && id[len(name)] == '/' && id[:len(name)] == name {
			return i
		}
	}
	return 0
}

// newRecord is the Ref.ID of a creation: no native id, qualified by its object.
func (o Objects) newRecord(i int) string {
	if i == 0 {
		return ""
	}
	return o[i] + "/"
}

// Objects are the names of the objects that this configuration keeps in step.
func (c *Config) Objects() Objects {
	names := make(Objects, 1, 1+len(c.Also))
	for i := range c.Also {
		names = append(names, c.Also[i].Name)
	}
	return names
}

// object is what the core knows of one kind of record.
type object struct {
	index        int
	name         string
	mapping      *mapping.Mapping
	traits       []resolve.FieldTraits // of the mapped fields, for the resolver
	capabilities [2]adapter.Capabilities
	feeds        [2]feed
	schemas      [2]schemaView
	denied       [2]*denial
	told         [2]Told // of other objects than the first: the permission alone
}

func newObjects(cfg *Config) []object {
	first := object{mapping: cfg.Mapping, traits: fieldTraits(cfg.Mapping)}
	for side := range cfg.Systems {
		first.capabilities[side] = cfg.Systems[side].Capabilities
	}
	objects := append(make([]object, 0, 1+len(cfg.Also)), first)
	for i := range cfg.Also {
		o := &cfg.Also[i]
		objects = append(objects, object{
			index: i + 1, name: o.Name, mapping: o.Mapping, traits: fieldTraits(o.Mapping), capabilities: o.Capabilities,
		})
	}
	return objects
}

// of is the object of a work's record.
func (c *Core) of(w *work) *object { return &c.objects[w.object] }

// objectOf is the object of a record.
func (c *Core) objectOf(rec *Record) *object {
	for _, id := range rec.ID {
		if id != "" {
			i, _ := c.names.Split(id)
			return &c.objects[i]
		}
	}
	return &c.objects[0]
}

// native is the id that a system knows a record by.
func (c *Core) native(id string) string {
	_, native := c.names.Split(id)
	return native
}

// qualify makes the ids in an adapter's record the engine's.
func (c *Core) qualify(object int, r adapter.Record) adapter.Record {
	if len(c.names) > 1 {
		r.ID = c.names.Qualify(object, r.ID)
		r.External = c.names.Qualify(object, r.External)
		r.MergedInto = c.names.Qualify(object, r.MergedInto)
	}
	return r
}

// qualified is a name of the first object as it is, of another one after the
// object's.
func (o *object) qualified(name string) string {
	if o.index == 0 {
		return name
	}
	return o.name + "/" + name
}

// about says in a message which object a system's trouble is with, "" for the
// first.
func (o *object) about() string {
	if o.index == 0 {
		return ""
	}
	return " (" + o.name + ")"
}
