package mapping

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawNative draws what a system might hold in a field of the type.
func drawNative(t *rapid.T, typ Type) Native {
	switch typ {
	case TypeInteger:
		text := strconv.FormatInt(rapid.Int64().Draw(t, "integer"), 10)
		return num(text + rapid.SampledFrom([]string{"", ".0", ".000", "e0"}).Draw(t, "spelling"))
	case TypeDecimal:
		return num(rapid.StringMatching(`-?[0-9]{1,30}(\.[0-9]{1,20})?(e-?[0-9]{1,2})?`).Draw(t, "decimal"))
	case TypeBoolean:
		return Native{Bool, strconv.FormatBool(rapid.Bool().Draw(t, "boolean"))}
	case TypeDate:
		return str(drawTime(t).Format(time.DateOnly))
	case TypeInstant:
		layout := rapid.SampledFrom([]string{time.RFC3339Nano, "2006-01-02T15:04:05.000-0700"}).Draw(t, "layout")
		return str(drawTime(t).Format(layout))
	case TypePicklist:
		return str(rapid.SampledFrom([]string{"bronze", "silver", "gold", "", " gold "}).Draw(t, "choice"))
	case TypeMultiPicklist:
		items := rapid.SliceOfN(rapid.SampledFrom([]string{"golf", "sailing", "music", "chess", " GOLF", ""}), 0, 6).Draw(t, "choices")
		if rapid.Bool().Draw(t, "as a list") {
			text, err := json.Marshal(items)
			if err != nil {
				t.Fatal(err)
			}
			return Native{List, string(text)}
		}
		return str(strings.Join(items, ";"))
	case TypePhone:
		return str(rapid.StringMatching(`[+(]{0,2}[0-9 ().-]{0,18}( ?(x|ext\.?|;ext=)[0-9]{1,9})?`).Draw(t, "phone"))
	}
	return str(rapid.String().Draw(t, "text"))
}

func drawTime(t *rapid.T) time.Time {
	const from, to = -62_000_000_000, 253_000_000_000 // seconds, years 5 to 9987
	zone := time.FixedZone("", rapid.IntRange(-14*4, 14*4).Draw(t, "zone")*15*60)
	return time.Unix(rapid.Int64Range(from, to).Draw(t, "second"), rapid.Int64Range(0, 999_999_999).Draw(t, "nanosecond")).In(zone)
}

// What was rendered reads back as the same canonical value, on both sides and
// for every type: without this law an engine answers its own writes for ever.
func TestCanonicalOfRenderIsIdentity(t *testing.T) {
	m := world(t)
	for i := range m.Fields {
		t.Run(m.Fields[i].Type.String()+"/"+m.Fields[i].Name, rapid.MakeCheck(func(t *rapid.T) {
			from := Side(rapid.IntRange(0, 1).Draw(t, "side"))
			if m.Fields[i].Type == TypePicklist {
				from = CC // whose names are those that drawNative draws
			}
			value, _, err := m.Canonical(from, i, drawNative(t, m.Fields[i].Type))
			if err != nil {
				t.Fatal(err)
			}
			for _, to := range []Side{CC, CRM} {
				native, err := m.Render(to, i, value)
				if err != nil {
					t.Fatalf("Render(%v, %q): %v", to, value, err)
				}
				back, present, err := m.Canonical(to, i, native)
				if err != nil || !present || back != value {
					t.Fatalf("%q renders on %v as %v, which reads back as %q (present %v, %v)", value, to, native, back, present, err)
				}
			}
		}))
	}
}

// A canonical text is its own canonical text, whatever bytes came in.
func TestCanonicalTextIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes")) + rapid.String().Draw(t, "text")
		for name, f := range map[string]func(string) string{"text": canonicalText, "email": canonicalEmail} {
			once := f(raw)
			if twice := f(once); twice != once {
				t.Fatalf("%s: %q becomes %q, and then %q", name, raw, once, twice)
			}
		}
	})
}

// Two spellings of one number have one canonical form.
func TestDecimalSpellings(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		whole := rapid.StringMatching(`[1-9][0-9]{0,20}`).Draw(t, "whole")
		fraction := rapid.StringMatching(`([0-9]{0,10}[1-9])?`).Draw(t, "fraction")
		want := whole
		if fraction != "" {
			want += "." + fraction
		}
		padding := rapid.StringMatching(`0{0,5}`)
		shifted := whole + fraction + "e-" + strconv.Itoa(len(fraction))
		padded := padding.Draw(t, "before") + whole + "." + fraction + padding.Draw(t, "after")
		for _, spelling := range []string{want, shifted, padded, "+" + want} {
			if got, ok := readDecimal(spelling); !ok || got != want {
				t.Fatalf("readDecimal(%q) = %q, %v; want %q", spelling, got, ok, want)
			}
		}
	})
}
