package mapping

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nyaruka/phonenumbers"
	"pgregory.net/rapid"
)

// phoneRules are the formats under which the law of FC-2 is tested.
func phoneRules(t testing.TB) []*phoneRule {
	t.Helper()
	var rules []*phoneRule
	for _, fs := range []FieldSpec{
		{Region: "US", CCFormat: "e164", CRMFormat: "(###) ###-####"},
		{Region: "US", CCFormat: "international", CRMFormat: "national"},
		{Region: "GB", CCFormat: "0#### ######", CRMFormat: "national"},
		{Region: "MX", CCFormat: "## #### ####", CRMFormat: "national"},
		{Region: "IT", CCFormat: "national", CRMFormat: "international"},
		{Region: "AR", CCFormat: "national", CRMFormat: "international"},
	} {
		fs.CCField, fs.CRMField, fs.Type = "workPhone", "Phone", "Phone"
		rules = append(rules, compiled(t, fs).Fields[0].rules.phone)
	}
	return rules
}

// compiled is a mapping of the field alone, and a version.
func compiled(t testing.TB, fs FieldSpec) *Mapping {
	t.Helper()
	m, err := New(Spec{Object: "Contact", Fields: []FieldSpec{fs, versionSpec}})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

var versionSpec = FieldSpec{CCField: "sync_version", CRMField: "Sync_Version__c", Type: "Integer"}

// FC-2: canonical(format(x)) = canonical(x), and a canonical value is its own.
func checkPhoneLaw(t interface {
	Helper()
	Fatalf(string, ...any)
}, p *phoneRule, text string) {
	t.Helper()
	canonical := p.canonical(text)
	if again := p.canonical(canonical); again != canonical {
		t.Fatalf("region %s: canonical(%q) = %q, whose canonical is %q", p.region, text, canonical, again)
	}
	for _, side := range []Side{CC, CRM} {
		shown := p.render(side, canonical)
		if back := p.canonical(shown); back != canonical {
			t.Fatalf("region %s format %v: %q is written %q, which reads back as %q", p.region, p.formats[side], canonical, shown, back)
		}
	}
}

func exampleNumbers() []*phonenumbers.PhoneNumber {
	var regions []string
	for region := range phonenumbers.GetSupportedRegions() {
		regions = append(regions, region)
	}
	slices.Sort(regions)
	var numbers []*phonenumbers.PhoneNumber
	for _, region := range regions {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			if number := phonenumbers.GetExampleNumberForType(region, kind); number != nil {
				numbers = append(numbers, number)
			}
		}
	}
	return numbers
}

func TestPhoneRoundTripInEveryRegionAndType(t *testing.T) {
	numbers := exampleNumbers()
	if len(numbers) < 1000 {
		t.Fatalf("only %d example numbers", len(numbers))
	}
	for _, p := range phoneRules(t) {
		for _, number := range numbers {
			canonical := phonenumbers.Format(number, phonenumbers.E164)
			checkPhoneLaw(t, p, canonical)
			checkPhoneLaw(t, p, phonenumbers.Format(number, phonenumbers.INTERNATIONAL))
			checkPhoneLaw(t, p, phonenumbers.Format(number, phonenumbers.NATIONAL))
			checkPhoneLaw(t, p, canonical+";ext=0123456789")
		}
	}
}

// Possible numbers of every region are read, not merely kept as text.
func TestPhoneReadsEveryRegion(t *testing.T) {
	p := phoneRules(t)[0]
	for _, number := range exampleNumbers() {
		if !phonenumbers.IsPossibleNumber(number) {
			continue
		}
		want := phonenumbers.Format(number, phonenumbers.E164)
		if got := p.canonical(phonenumbers.Format(number, phonenumbers.INTERNATIONAL)); got != want {
			t.Errorf("the international form of %s reads as %q", want, got)
		}
	}
}

func TestPhoneMexicanMobilePrefix(t *testing.T) {
	us, mexico := phoneRules(t)[0], phoneRules(t)[3]
	const want = "+525512345678"
	for _, text := range []string{"+52 1 55 1234 5678", "+5215512345678", "+52 55 1234 5678"} {
		if got := us.canonical(text); got != want {
			t.Errorf("canonical(%q) = %q, want %q", text, got, want)
		}
	}
	for _, text := range []string{"55 1234 5678", "+52 1 55 1234 5678"} {
		if got := mexico.canonical(text); got != want {
			t.Errorf("in Mexico canonical(%q) = %q, want %q", text, got, want)
		}
	}
}

// A long extension does not fit behind an x: the number keeps it all the same.
func TestPhoneLongExtension(t *testing.T) {
	p := phoneRules(t)[0]
	const canonical = "+14155550123;ext=12345678901234567890"
	if got := p.canonical(canonical); got != canonical {
		t.Fatalf("canonical = %q", got)
	}
	if back := p.canonical(p.render(CRM, canonical)); back != canonical {
		t.Errorf("written %q, which reads back as %q", p.render(CRM, canonical), back)
	}
}

// The quick reader of North American numbers must never differ from the
// general one.
func TestReadNorthAmericanAgreesWithTheGeneralReader(t *testing.T) {
	p := phoneRules(t)[0]
	taken := 0
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`\+?1?[ (.-]{0,2}[0-9]{2,3}[ ).-]{0,2}[0-9]{3}[ .-]?[0-9]{3,5}`).Draw(t, "text")
		quick, ok := readNorthAmerican(text, "US")
		if !ok {
			return
		}
		taken++
		if general := p.parse(text); general != quick {
			t.Fatalf("%q: quick %q, general %q", text, quick, general)
		}
		for _, q := range []string{quick, text} {
			fast := p.number(p.canonical(q))
			slow, ok := readNumber(quick, "US")
			if !ok || phonenumbers.Format(fast, phonenumbers.INTERNATIONAL) != phonenumbers.Format(slow, phonenumbers.INTERNATIONAL) {
				t.Fatalf("%q: the quick number differs", q)
			}
		}
	})
	if taken == 0 {
		t.Error("the quick reader took nothing")
	}
}

func FuzzPhone(f *testing.F) {
	for _, text := range []string{
		"", "+14155550123", "(415) 555-0123 x77", "+1 415-555-0123;ext=77", "tel:+1-415-555-0123",
		"1-800-FLOWERS", "+52 1 55 1234 5678", "+39 06 1234 5678", "+7 8 800 555 35 35",
		"+44 (0)20 7946 0958", "011 44 20 7946 0958", "555-0123", "911", "call Maria: 415 555 0123",
		"+", "++1", "+800 1234 5678", "٠١٢٣٤٥٦٧٨٩", "+1415555012\u0663", "00000000000", "+99999999999999999",
	} {
		f.Add(text)
	}
	rules := phoneRules(f)
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range rules {
			checkPhoneLaw(t, p, text)
		}
	})
}

func BenchmarkCanonicalPhone(b *testing.B) {
	m := world(b)
	i := field(b, m, "phone")
	for _, bc := range []struct{ name, text string }{
		{"NorthAmerican", "(415) 555-0123"},
		{"Remembered", "+44 20 7946 0958"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			n := str(bc.text)
			for b.Loop() {
				if _, _, err := m.Canonical(CRM, i, n); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("Parsed", func(b *testing.B) {
		p := m.Fields[i].rules.phone
		for b.Loop() {
			p.parse("+44 20 7946 0958")
		}
	})
}

func BenchmarkRenderPhone(b *testing.B) {
	m := world(b)
	i := field(b, m, "phone")
	b.Run("Remembered", func(b *testing.B) {
		for b.Loop() {
			if _, err := m.Render(CRM, i, "+442079460958"); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, bc := range []struct{ name, canonical string }{
		{"FreshNorthAmerican", "+14155550123"},
		{"Fresh", "+442079460958"},
	} {
		b.Run(bc.name, func(b *testing.B) {
			p := m.Fields[i].rules.phone
			for b.Loop() {
				p.parsed, p.rendered[CRM] = newMemo[string](), newMemo[string]()
				p.render(CRM, bc.canonical)
			}
		})
	}
}

// A memo stays bounded whatever passes through it, and never answers wrongly.
func TestMemoIsBoundedAndTransparent(t *testing.T) {
	m := newMemo[int]()
	key := func(i int) string {
		return strings.Repeat("k", i%50) + string(rune('a'+i%26)) + strings.Repeat("i", i/50%50)
	}
	length := func(s string) int { return len(s) }
	for i := range 5 * memoEntriesMax {
		k := key(i * 7919 % 100_000)
		if got := m.get(k, length); got != len(k) {
			t.Fatalf("get(%q) = %d", k, got)
		}
		if len(m.young)+len(m.old) > 2*memoEntriesMax {
			t.Fatalf("holds %d entries", len(m.young)+len(m.old))
		}
	}
	if long := strings.Repeat("x", memoKeyBytesMax+1); m.get(long, length) != len(long) || m.young[long] != 0 {
		t.Error("a key over the limit is remembered")
	}
}

// A Mapping is shared by all workers: run with -race.
func TestMappingIsSafeForConcurrentUse(t *testing.T) {
	m := world(t)
	i := field(t, m, "mobile")
	for worker := range 4 {
		t.Run(strconv.Itoa(worker), func(t *testing.T) {
			t.Parallel()
			for n := range 50 {
				canonical := "+4420794609" + strconv.Itoa(10+n)
				native, err := m.Render(CRM, i, canonical)
				if err != nil {
					t.Fatal(err)
				}
				if back, _, err := m.Canonical(CRM, i, native); err != nil || back != canonical {
					t.Fatalf("%q reads back as %q, %v", canonical, back, err)
				}
				if p := m.Check(CRM, schema(), i, native); p != nil {
					t.Fatal(p)
				}
			}
		})
	}
}
