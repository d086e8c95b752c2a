package wire_test

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
	"github.com/syncproof/syncproof/engine/mapping"
)

func TestNativesMakeTheRoundTrip(t *testing.T) {
	for _, tc := range []struct {
		body string
		want mapping.Native
		back string
	}{
		{`null`, mapping.Native{Kind: mapping.Null}, `null`},
		{`"a\u0001\"\\\n\r\té/"`, mapping.Native{Kind: mapping.String, Text: "a\x01\"\\\n\r\té/"}, `"a\u0001\"\\\n\r\té/"`},
		{`-1.50`, mapping.Native{Kind: mapping.Number, Text: "-1.50"}, `-1.50`},
		{`true`, mapping.Native{Kind: mapping.Bool, Text: "true"}, `true`},
		{`false`, mapping.Native{Kind: mapping.Bool, Text: "false"}, `false`},
		{`[ "b" , "a\u0062" ]`, mapping.Native{Kind: mapping.List, Text: `["b","ab"]`}, `["b","ab"]`},
		{`[]`, mapping.Native{Kind: mapping.List, Text: `[]`}, `[]`},
	} {
		r := jsonread.New([]byte(tc.body), jsonread.Limits{})
		got := wire.Native(r)
		if err := r.End(); err != nil || got != tc.want {
			t.Errorf("%s is read as %v, %v", tc.body, got, err)
		}
		back, err := wire.AppendNative(nil, "f", got)
		if err != nil || string(back) != tc.back {
			t.Errorf("%s is written as %s, %v", tc.body, back, err)
		}
	}
}

func TestWhatAFieldCannotHoldIsRefused(t *testing.T) {
	for _, body := range []string{`{"a":1}`, `[1]`, `[["a"]]`} {
		r := jsonread.New([]byte(body), jsonread.Limits{})
		if _ = wire.Native(r); r.End() == nil {
			t.Errorf("%s was read", body)
		}
	}
	for _, n := range []mapping.Native{
		{}, {Kind: mapping.Number, Text: "1,5"}, {Kind: mapping.Number}, {Kind: mapping.Bool, Text: "yes"},
		{Kind: mapping.List, Text: `["a"`}, {Kind: mapping.List, Text: `[1]`}, {Kind: mapping.List, Text: `"a"`},
	} {
		_, err := wire.AppendNative(nil, "score", n)
		if e := adapter.As(err); err == nil || e.Kind != adapter.Invalid || e.Indefinite || e.Field != "score" {
			t.Errorf("%v: %v", n, err)
		}
	}
}

func TestInstants(t *testing.T) {
	want := time.Date(2013, 5, 7, 22, 7, 19, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"2013-05-07T22:07:19Z":            want,
		"2013-05-07T22:07:19.000+0000":    want,
		"2013-05-07T22:07:19.250Z":        want.Add(250 * time.Millisecond),
		"2013-05-07T18:07:19.000-04:00":   want,
		"2013-05-07T18:07:19.000-0400":    want,
		"2013-05-07T22:07:19":             {}, // no zone: DM-7
		"2013-05-07":                      {},
		"yesterday, at about ten o'clock": {},
		"":                                {},
	} {
		if got := wire.Instant(text); !got.Equal(want) {
			t.Errorf("%q is read as %v, expected %v", text, got, want)
		}
	}
	if s := wire.Stamp(want.In(time.FixedZone("", 3600))); s != "2013-05-07T22:07:19.000Z" {
		t.Errorf("stamp %q", s)
	}
	if wire.Stamp(time.Time{}) != "" {
		t.Error("an unknown time has a stamp")
	}
}

func TestRL1RetryAfter(t *testing.T) {
	const date = "Tue, 07 May 2013 22:00:00 GMT"
	century := 100 * 365 * 24 * time.Hour
	for _, tc := range []struct {
		value, date string
		want        time.Duration
	}{
		{"", date, -1},
		{"0", "", 0},
		{"30", "", 30 * time.Second},
		{" 30 ", "", 30 * time.Second},
		{"-5", "", -1},
		{"1.5", "", -1},
		{"soon", date, -1},
		{"99999999999999999999999", "", century},
		{"9223372036", "", century},
		{"Tue, 07 May 2013 22:02:00 GMT", date, 2 * time.Minute},
		{"Tue, 07 May 2013 21:00:00 GMT", date, 0},
		{"Tue, 07 May 2013 22:02:00 GMT", "", -1},
		{"Tue, 07 May 2013 22:02:00 GMT", "late", -1},
		{"Tue, 07 May 9013 22:02:00 GMT", date, century},
	} {
		h := http.Header{}
		h.Set("Retry-After", tc.value)
		h.Set("Date", tc.date)
		if got := wire.RetryAfter(h); got != tc.want {
			t.Errorf("%q at %q is %v, expected %v", tc.value, tc.date, got, tc.want)
		}
	}
}

func TestCounts(t *testing.T) {
	padded := " " + "0"
	for text, want := range map[string]int{"": -1, "12": 12, padded: 0, "-1": -1, "1e3": -1, "99999999999": -1} {
		if got := wire.ParseCount(text); got != want {
			t.Errorf("%q is %d, expected %d", text, got, want)
		}
	}
}

func FuzzStringsAreWrittenAsJSON(f *testing.F) {
	for _, s := range []string{"", "plain", "\x00\x1f\"\\", "é\u2028😀", "\xff\xc3"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var back string
		if err := json.Unmarshal(wire.AppendString(nil, s), &back); err != nil {
			t.Fatal(err)
		}
		want, _ := json.Marshal(s)
		var theirs string
		_ = json.Unmarshal(want, &theirs)
		if back != theirs {
			t.Fatalf("%q comes back as %q, expected %q", s, back, theirs)
		}
	})
}
