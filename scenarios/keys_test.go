package scenarios

import "reflect"

// structKeys are the keys of every object of a file that is a Go struct.
func structKeys() map[string][]string {
	all := map[string][]string{}
	for _, t := range []reflect.Type{
		reflect.TypeFor[Scenario](), reflect.TypeFor[System](), reflect.TypeFor[Clock](), reflect.TypeFor[Quota](),
		reflect.TypeFor[Engine](), reflect.TypeFor[Retry](), reflect.TypeFor[Policy](), reflect.TypeFor[Generate](),
		reflect.TypeFor[Mapping](), reflect.TypeFor[MappingField](),
	} {
		all[t.Name()] = keysOf(t)
	}
	return all
}
