package storetest

import (
	"fmt"
	"reflect"

	"github.com/syncproof/syncproof/engine"
)

// FullRecord is a record with something in every field.
func FullRecord() *engine.Record {
	rec := &engine.Record{}
	n := 0
	fill(reflect.ValueOf(rec).Elem(), &n)
	rec.Key, rec.ID, rec.Status = "cc:full", [2]string{"full", "0F"}, engine.Flagged
	return rec
}

// fill sets every field to a value of its own.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), n)
	case reflect.Struct:
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		fill(v.Index(0), n)
	case reflect.Array:
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprintf("%d <\"é\\&\u2028\x00>", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n) << 24)
	default:
		panic("a record has a field of a kind that is not filled: " + v.Type().String())
	}
}
