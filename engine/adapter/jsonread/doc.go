// Package jsonread reads JSON that comes from outside, in one pass, into
// structures built for the purpose. It refuses what SE-2 names: documents
// that are too large or too deep, that are not UTF-8, or in which an object
// has a key twice. Memory is bounded by the document.
//
// A Reader is a cursor. Errors are sticky: after the first one every method
// returns its zero value and loops end, so that a caller checks once, with End.
//
//	r := jsonread.New(body, limits)
//	for key, ok := r.Members(); ok; key, ok = r.Member() {
//		switch string(key) {
//		case "id":
//			id = r.Str()
//		default:
//			r.Skip()
//		}
//	}
//	return r.End()
//
// It is not a general decoder: there is no reflection and no streaming.
package jsonread
