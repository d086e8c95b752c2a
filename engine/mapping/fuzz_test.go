package mapping

import (
	"errors"
	"testing"
)

// FuzzCanonical is the round trip of every type in both directions, for
// whatever a system may hold: canonical(format(x)) = canonical(x), and what
// cannot be read says so with its field (FC-1, FC-2, DM-5).
func FuzzCanonical(f *testing.F) {
	for _, text := range []string{
		"", "42.0", "1e3", "-0", "true", "2024-02-29", "2024-02-29T23:59:60Z", "2024-01-01T00:00:00+0530", "gold", " Gold ",
		"golf;music", `["golf","golf"]`, `["\ud800"]`, "(415) 555-0123 x77", "ÅNGSTRÖM@Example.com", "a\u0301", "\x00", "9223372036854775808",
	} {
		for kind := range List + 1 {
			f.Add(uint8(kind), text)
		}
	}
	m := world(f)
	f.Fuzz(func(t *testing.T, kind uint8, text string) {
		n := Native{Kind: Kind(kind) % (List + 1), Text: text}
		for i := range m.Fields {
			for _, from := range []Side{CC, CRM} {
				roundTrips(t, m, from, i, n)
			}
		}
	})
}

func roundTrips(t *testing.T, m *Mapping, from Side, i int, n Native) {
	value, present, err := m.Canonical(from, i, n)
	if err != nil {
		var e *TypeError
		if !errors.As(err, &e) || e.Field != m.Fields[i].Native[from] || e.Shape == "" {
			t.Fatalf("%s from %v as %v: the error says too little: %v", m.Fields[i].Name, n, from, err)
		}
		return
	}
	if !present {
		return
	}
	for _, to := range []Side{CC, CRM} {
		native, err := m.Render(to, i, value)
		if err != nil {
			var e *ValueError
			if !errors.As(err, &e) || e.Field == "" || e.Rule == "" || e.Shape == "" {
				t.Fatalf("%s from %v: Render(%v, %q): the error says too little: %v", m.Fields[i].Name, n, to, value, err)
			}
			continue
		}
		back, present, err := m.Canonical(to, i, native)
		if err != nil || !present || back != value {
			t.Fatalf("%s from %v: %q renders on %v as %v, which reads back as %q (present %v, %v)", m.Fields[i].Name, n, value, to, native, back, present, err)
		}
	}
}
