package resolve_test

import (
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/resolve"
)

// pair is an input with two-way notes and a tier that travels to crm only.
func pair(base, cc, crm []string) resolve.Input {
	in := resolve.Input{
		Fields: []resolve.FieldTraits{{Name: "notes", OneWay: resolve.None}, {Name: "tier", OneWay: resolve.CRM}},
		Policy: resolve.Policy{Tolerance: -1},
	}
	for s, content := range [][]string{cc, crm} {
		in.Traits[s] = resolve.SystemTraits{Versioning: resolve.Trigger, Resolution: time.Millisecond, Priority: s + 1}
		in.Sides[s] = resolve.State{Present: content != nil, Content: content, Version: 41, Time: noon, Origin: resolve.User}
		in.Bases[s] = resolve.Base{Known: base != nil, Present: true, Content: base, Version: 41}
		if content != nil && !reflect.DeepEqual(content, base) {
			in.Sides[s].Version = 42
		}
	}
	return in
}

// TestChoose is CR-10: a person's choice of a side.
func TestChoose(t *testing.T) {
	base := []string{"x", "silver"}
	for _, c := range []struct {
		name      string
		in        resolve.Input
		choose    resolve.Side
		action    resolve.Action
		status    resolve.Status
		version   int64
		cc, crm   []string // contents after; nil is gone
		lostNotes bool
	}{
		{"conflict, cc chosen", pair(base, []string{"a", "silver"}, []string{"b", "silver"}), resolve.CC,
			resolve.Push, resolve.Overwritten, 43, []string{"a", "silver"}, []string{"a", "silver"}, true},
		{"conflict, crm chosen", pair(base, []string{"a", "silver"}, []string{"b", "silver"}), resolve.CRM,
			resolve.Push, resolve.Overwritten, 43, []string{"b", "silver"}, []string{"b", "silver"}, true},
		{"one side changed, the other chosen: the change is undone", pair(base, []string{"a", "silver"}, base), resolve.CRM,
			resolve.Push, resolve.Overwritten, 42, base, base, true},
		{"one side changed and chosen", pair(base, []string{"a", "silver"}, base), resolve.CC,
			resolve.Push, resolve.Resolved, 42, []string{"a", "silver"}, []string{"a", "silver"}, false},
		{"wrong-side edit, the source chosen: corrected", pair(base, base, []string{"x", "gold"}), resolve.CC,
			resolve.Push, resolve.Overwritten, 42, base, base, false},
		{"wrong-side edit chosen: it stays, and never travels", pair(base, base, []string{"x", "gold"}), resolve.CRM,
			resolve.Align, resolve.InSync, 42, base, []string{"x", "gold"}, false},
		{"wrong-side edit and a conflict, crm chosen", pair(base, []string{"a", "silver"}, []string{"b", "gold"}), resolve.CRM,
			resolve.Push, resolve.Overwritten, 43, []string{"b", "silver"}, []string{"b", "gold"}, true},
		{"no base: an empty value of the chosen side does not overwrite", pair(nil, []string{"", "gold"}, []string{"b", "gold"}), resolve.CC,
			resolve.Merge, resolve.Resolved, 43, []string{"b", "gold"}, []string{"b", "gold"}, false},
		{"deletion chosen against an edit", pair(base, nil, []string{"b", "silver"}), resolve.CC,
			resolve.Remove, resolve.Overwritten, 42, nil, nil, true},
		{"edit chosen against a deletion", pair(base, nil, []string{"b", "silver"}), resolve.CRM,
			resolve.Recreate, resolve.Resolved, 43, []string{"b", ""}, []string{"b", "silver"}, false},
		{"gone on both sides", pair(base, nil, nil), resolve.CC,
			resolve.Forget, resolve.InSync, 41, nil, nil, false},
		{"the sides agree by now", pair(base, []string{"a", "silver"}, []string{"a", "silver"}), resolve.CRM,
			resolve.Nothing, resolve.InSync, 42, []string{"a", "silver"}, []string{"a", "silver"}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := resolve.Choose(c.in, c.choose)
			if d.Action != c.action || d.Status != c.status || d.Version != c.version {
				t.Errorf("got %v, %v, version %d; want %v, %v, version %d", d.Action, d.Status, d.Version, c.action, c.status, c.version)
			}
			if cc, crm := d.After(&c.in, resolve.CC), d.After(&c.in, resolve.CRM); !reflect.DeepEqual(cc, c.cc) || !reflect.DeepEqual(crm, c.crm) {
				t.Errorf("the sides end with %q and %q, want %q and %q", cc, crm, c.cc, c.crm)
			}
			lost := false
			for _, l := range d.Lost {
				lost = lost || l.Field == 0
			}
			if lost != c.lostNotes {
				t.Errorf("notes lost: %v, want %v (%+v)", lost, c.lostNotes, d.Lost)
			}
		})
	}
}

// TestVersionNeverWraps: at the largest version a decision stays there,
// because a version never goes down (DM-3).
func TestVersionNeverWraps(t *testing.T) {
	in := pair([]string{"x", ""}, []string{"a", ""}, []string{"b", ""})
	in.Sides[resolve.CRM].Version = math.MaxInt64
	if d := resolve.Decide(in); d.Version != math.MaxInt64 || d.Winner != resolve.CRM {
		t.Errorf("version %d, winner %v", d.Version, d.Winner)
	}
}

// TestShortContent: a content that ends early is empty from there.
func TestShortContent(t *testing.T) {
	in := pair([]string{"x", ""}, []string{"x"}, []string{"x", ""})
	in.Sides[resolve.CC].Version = 41
	if d := resolve.Decide(in); d.Action != resolve.Nothing || len(d.Result) != 2 {
		t.Errorf("got %v with %q", d.Action, d.Result)
	}
}

// TestPolicyWarnings is the last part of CR-5.
func TestPolicyWarnings(t *testing.T) {
	for _, c := range []struct {
		tolerance, resolution time.Duration
		want                  string
	}{
		{-1, time.Millisecond, ""},
		{-1, time.Second, ""},
		{time.Second, time.Millisecond, ""},
		{2 * time.Second, time.Second, ""},
		{999 * time.Millisecond, time.Millisecond, "fewer edits"},
		{1999 * time.Millisecond, time.Second, "fewer edits"},
		{1001 * time.Millisecond, time.Second, "fewer edits"},
		{time.Second, time.Second, "never fire"},
		{time.Millisecond, time.Millisecond, "never fire"},
		{0, time.Millisecond, "never fire"},
	} {
		traits := [2]resolve.SystemTraits{{Resolution: time.Millisecond}, {Resolution: c.resolution}}
		got := resolve.Policy{Tolerance: c.tolerance}.Warnings(traits)
		if (c.want == "") != (got == nil) || !strings.Contains(strings.Join(got, " "), c.want) {
			t.Errorf("tolerance %v at %v: %q, want %q", c.tolerance, c.resolution, got, c.want)
		}
	}
}
