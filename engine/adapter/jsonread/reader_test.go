package jsonread_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter/jsonread"
)

func check(body string, l jsonread.Limits) error {
	r := jsonread.New([]byte(body), l)
	r.Skip()
	return r.End()
}

func TestSE2RefusesWhatIsNotStrict(t *testing.T) {
	many := func(n int) string {
		var b strings.Builder
		b.WriteByte('{')
		for i := range n {
			if i > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`"k`)
			b.WriteString(strings.Repeat("x", i))
			b.WriteString(`":1`)
		}
		return b.String()
	}
	for _, tc := range []struct {
		name, body, reason string // reason "" is accepted
	}{
		{"scalars", `[1,-0,0.5,1e9,1.5E-3,true,false,null,"a"]`, ""},
		{"white space", " \t\r\n{ \"a\" : [ 1 , 2 ] } \n", ""},
		{"the same key in two objects", `{"a":{"k":1},"b":{"k":1},"k":[{"k":1},{"k":2}]}`, ""},
		{"as deep as allowed", `[[[[1]]]]`, ""},
		{"deeper", `[[[[[1]]]]]`, "nested deeper"},
		{"duplicate key", `{"a":1,"a":2}`, "duplicate key"},
		{"duplicate key after a nested object", `{"a":{"x":1},"a":2}`, "duplicate key"},
		{"duplicate key by an escape", `{"a":1,"\u0061":2}`, "duplicate key"},
		{"duplicate key among many", many(200) + `,"k":2}`, "duplicate key"},
		{"late duplicate key among many", many(200) + `,"z":1,"z":2}`, "duplicate key"},
		{"many keys", many(200) + "}", ""},
		{"not UTF-8", "\"\xff\"", "not UTF-8"},
		{"half a surrogate pair", `"\ud83d"`, "surrogate"},
		{"half a surrogate pair before another escape", `"\ud83d\u0041"`, "surrogate"},
		{"a surrogate pair", `"\ud83d\ude00"`, ""},
		{"control character", "\"a\nb\"", "control character"},
		{"control character after an escape", "\"\\t\n\"", "control character"},
		{"unknown escape", `"\x"`, "escape"},
		{"short escape", `"\u12`, "escape"},
		{"escape that is not hexadecimal", `"\u12g4"`, "hexadecimal"},
		{"no end of string", `"abc`, "without an end"},
		{"backslash at the end", `"abc\`, "without an end"},
		{"trailing comma in an object", `{"a":1,}`, "expected"},
		{"trailing comma in a list", `[1,]`, "expected"},
		{"missing comma", `[1 2]`, "comma"},
		{"leading comma", `[,1]`, "expected"},
		{"key without quotes", `{a:1}`, "expected"},
		{"missing colon", `{"a" 1}`, "colon"},
		{"missing value", `{"a":}`, "expected a value"},
		{"leading zero", `[01]`, "comma"},
		{"bare minus", `-`, "not a number"},
		{"bare point", `1.`, "not a number"},
		{"bare exponent", `1e`, "not a number"},
		{"misspelt word", `nul`, "not a value"},
		{"two values", `{} {}`, "more follows"},
		{"nothing", ``, "expected a value"},
		{"unfinished", `{"a":[1`, "ends in the middle"},
		{"too large", `"` + strings.Repeat("a", 5000) + `"`, "at most 4096"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			limits := jsonread.Limits{Depth: 4}
			if tc.name == "too large" {
				limits.Bytes = 4096
			}
			err := check(tc.body, limits)
			switch {
			case tc.reason == "" && err != nil:
				t.Errorf("refused: %v", err)
			case tc.reason != "" && err == nil:
				t.Errorf("accepted, expected a refusal because of %q", tc.reason)
			case tc.reason != "" && !strings.Contains(err.Error(), tc.reason):
				t.Errorf("refused because of %q, expected %q", err, tc.reason)
			}
		})
	}
}

func TestValuesAreReadAsTheyStand(t *testing.T) {
	r := jsonread.New([]byte(`{"s":"a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00z","n":-1.50e+3,"i":42,"t":true,"z":null,"o":null,"l":[1,"x"],"skipped":{"a":[{}]}}`), jsonread.Limits{})
	var got []string
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		name := string(key)
		switch name {
		case "s":
			got = append(got, name+"="+r.Str())
		case "n":
			got = append(got, name+"="+r.Number())
		case "i":
			if r.Int() != 42 {
				t.Error("i is not 42")
			}
		case "t":
			if !r.Bool() {
				t.Error("t is not true")
			}
		case "z":
			got = append(got, name+"="+r.Str()+".")
		case "o":
			if _, ok := r.Members(); ok {
				t.Error("null has members")
			}
		case "l":
			for ok := r.Elements(); ok; ok = r.Element() {
				if r.Kind() == '0' {
					got = append(got, r.Number())
				} else {
					got = append(got, r.Str())
				}
			}
		default:
			r.Skip()
		}
	}
	if err := r.End(); err != nil {
		t.Fatal(err)
	}
	want := "s=a\"\\/\b\f\n\r\té😀z n=-1.50e+3 z=. 1 x"
	if text := strings.Join(got, " "); text != want {
		t.Errorf("read %q, expected %q", text, want)
	}
}

func TestErrorsAreSticky(t *testing.T) {
	r := jsonread.New([]byte(`{"a":"text"}`), jsonread.Limits{})
	r.Members()
	r.Int()
	first := r.Err()
	if first == nil {
		t.Fatal("a string was read as a number")
	}
	if r.Str() != "" || r.Bool() || r.Elements() || r.Kind() != 0 {
		t.Error("a value was read after an error")
	}
	if _, ok := r.Member(); ok {
		t.Error("a member was read after an error")
	}
	if !errors.Is(r.End(), first) {
		t.Errorf("the last error is %v, expected the first, %v", r.End(), first)
	}
}

// FuzzAgainstEncodingJSON: whatever is accepted here, encoding/json accepts
// too; what it accepts is refused here only for a reason of SE-2.
func FuzzAgainstEncodingJSON(f *testing.F) {
	for _, seed := range []string{`{"a":[1,2,{"b":null}],"c":"\u00e9"}`, `[-0.1e5]`, `{"a":1,"a":2}`, `"\ud800"`, "\"\xff\"", ` [] `} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		err := check(string(body), jsonread.Limits{})
		valid := json.Valid(body)
		if err == nil && !valid {
			t.Fatalf("accepted %q", body)
		}
		if err != nil && valid {
			for _, reason := range []string{"duplicate key", "not UTF-8", "surrogate", "nested deeper"} {
				if strings.Contains(err.Error(), reason) {
					return
				}
			}
			t.Fatalf("refused %q: %v", body, err)
		}
	})
}
