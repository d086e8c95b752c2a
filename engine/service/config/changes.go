package config

import (
	"path"
	"reflect"
	"slices"
)

// live are the keys that take effect without a restart of the process.
var live = []string{
	"policy.*", "retry.*", "limits.*", "log.level",
	"systems.*.poll", "systems.*.overlap", "systems.*.page_size", "systems.*.timeout", "systems.*.automation",
	"systems.*.client_secret", "systems.*.webhook_secret",
}

// Live reports whether a key takes effect without a restart of the process.
func Live(key string) bool {
	segments := func(pattern string) bool {
		ok, err := path.Match(slashed(pattern), slashed(key))
		return ok && err == nil
	}
	return slices.ContainsFunc(live, segments)
}

func slashed(key string) string {
	out := []byte(key)
	for i, c := range out {
		if c == '.' {
			out[i] = '/'
		}
	}
	return string(out)
}

// Changes lists the keys in which two complete configurations differ, in the
// order of the file. A secret counts as changed when the secret itself has.
func Changes(a, b *Config) []string {
	return changes("", reflect.ValueOf(a).Elem(), reflect.ValueOf(b).Elem())
}

func changes(at string, a, b reflect.Value) (keys []string) {
	t := a.Type()
	for i := range t.NumField() {
		name := t.Field(i).Tag.Get("yaml")
		if name == "" || name == "-" {
			continue
		}
		key, x, y := join(at, name), a.Field(i), b.Field(i)
		if !same(x, y) {
			if inner := t.Field(i).Type; inner.Kind() == reflect.Struct && len(keysOf(inner)) > 0 {
				keys = append(keys, changes(key, x, y)...)
			} else {
				keys = append(keys, key)
			}
		}
	}
	return keys
}

func same(x, y reflect.Value) bool {
	switch a := x.Interface().(type) {
	case Secret:
		return a.value == y.Interface().(Secret).value
	case Text:
		return a.value == y.Interface().(Text).value
	case MappingSource:
		return reflect.DeepEqual(a.Spec, y.Interface().(MappingSource).Spec)
	}
	if x.Kind() == reflect.Pointer && !x.IsNil() && !y.IsNil() && x.Elem().Kind() == reflect.Struct {
		return same(x.Elem(), y.Elem())
	}
	if x.Kind() == reflect.Struct {
		return len(changes("", x, y)) == 0
	}
	return reflect.DeepEqual(x.Interface(), y.Interface())
}
