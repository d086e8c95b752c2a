package mocks

import (
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
)

func TestValidJSON(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("[", n) + strings.Repeat("]", n) }
	wide := func(last string) string {
		var b strings.Builder
		b.WriteString(`{`)
		for i := range 200 {
			b.WriteString(`"k` + strconv.Itoa(i) + `":0,`)
		}
		return b.String() + last + `:0}`
	}
	const fine = JSONFault(99)
	for _, c := range []struct {
		name, text string
		want       JSONFault
	}{
		{"object", `{"a":[1,-2.5e+3,true,null,"x\n\u00e9"],"b":{}}`, fine},
		{"space around", " \r\n\t{ } \n", fine},
		{"same key in different objects", `{"a":{"x":1},"b":{"x":1}}`, fine},
		{"same key in elements", `[{"x":1},{"x":2}]`, fine},
		{"as deep as allowed", deep(JSONDepthMax), fine},
		{"too deep", deep(JSONDepthMax + 1), JSONTooDeep},
		{"duplicate", `{"a":1,"b":2,"a":3}`, JSONDuplicate},
		{"duplicate by escape", `{"a":1,"\u0061":2}`, JSONDuplicate},
		{"duplicate after a nested object", `{"a":{"b":1},"a":2}`, JSONDuplicate},
		{"duplicate nested", `{"a":[{"b":1,"b":2}]}`, JSONDuplicate},
		{"many keys", wide(`"k200"`), fine},
		{"duplicate among many", wide(`"k3"`), JSONDuplicate},
		{"not UTF-8", "{\"a\":\"\xff\"}", JSONNotUTF8},
		{"too large", `"` + strings.Repeat("x", MaxBody) + `"`, JSONTooLarge},
		{"empty", ``, JSONSyntax},
		{"two values", `{} {}`, JSONSyntax},
		{"trailing comma", `{"a":1,}`, JSONSyntax},
		{"trailing comma in array", `[1,]`, JSONSyntax},
		{"bare key", `{a:1}`, JSONSyntax},
		{"single quotes", `{'a':1}`, JSONSyntax},
		{"leading zero", `[01]`, JSONSyntax},
		{"plus sign", `[+1]`, JSONSyntax},
		{"no digits after the point", `[1.]`, JSONSyntax},
		{"NaN", `[NaN]`, JSONSyntax},
		{"control character", "[\"a\nb\"]", JSONSyntax},
		{"bad escape", `["\x"]`, JSONSyntax},
		{"cut", `{"a":"b`, JSONSyntax},
		{"cut in an escape", `{"a":"\`, JSONSyntax},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := ValidJSON([]byte(c.text))
			var e *JSONError
			switch {
			case err == nil && c.want != fine:
				t.Errorf("accepted, want %v", &JSONError{Fault: c.want})
			case err != nil && (!errors.As(err, &e) || e.Fault != c.want):
				t.Errorf("%v, want fault %d", err, c.want)
			}
		})
	}
}

func TestMembersReadWhatWasWritten(t *testing.T) {
	text := `{"s":"a\"b","n":-1.50,"t":true,"z":null,"l":[1, 2],"o":{"x":"y"}}`
	want := []Member{
		{"s", `a"b`, JSONString, 5}, {"n", "-1.50", JSONNumber, 16}, {"t", "true", JSONBool, 26},
		{"z", "", JSONNull, 35}, {"l", "[1, 2]", JSONArray, 44}, {"o", `{"x":"y"}`, JSONObject, 55},
	}
	got, err := Members(nil, []byte(text))
	if err != nil || len(got) != len(want) {
		t.Fatalf("%+v, %v", got, err)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("member %d is %+v, want %+v", i, got[i], want[i])
		}
	}
	if _, err := Members(nil, []byte(`[1]`)); err == nil {
		t.Error("an array was read as an object")
	}
	elements, err := ElementsIn(nil, ` [ "a" , {} , 3 ] `)
	if err != nil || len(elements) != 3 || elements[0].Text != "a" || elements[1].Kind != JSONObject || elements[2].Text != "3" {
		t.Errorf("elements %+v, %v", elements, err)
	}
	if _, err := ElementsIn(nil, `{}`); err == nil {
		t.Error("an object was read as an array")
	}
}

// Whatever is accepted is JSON to the standard library too, and the members
// are the same.
func FuzzValidJSON(f *testing.F) {
	for _, s := range []string{`{"a":[1,2e9,"\u00e9"]}`, `[]`, `{"a":1,"a":2}`, `"x`, `-0.0`, `{"":{}}`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := ValidJSON(body); err != nil {
			if _, refused := Members(nil, body); refused == nil {
				t.Fatalf("the members of %q were read, which is refused: %v", body, err)
			}
			if _, refused := ElementsIn(nil, string(body)); refused == nil {
				t.Fatalf("the elements of %q were read, which is refused: %v", body, err)
			}
			return
		}
		if !json.Valid(body) {
			t.Fatalf("accepted %q, which is not JSON", body)
		}
		members, err := Members(nil, body)
		var want map[string]json.RawMessage
		if json.Unmarshal(body, &want) != nil || want == nil {
			return
		}
		if err != nil || len(members) != len(want) {
			t.Fatalf("%d members of %q (%v), want %d", len(members), body, err, len(want))
		}
		for _, m := range members {
			if _, ok := want[m.Key]; !ok {
				t.Fatalf("member %q of %q", m.Key, body)
			}
		}
	})
}
