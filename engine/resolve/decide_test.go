package resolve_test

import (
	"reflect"
	"sort"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/syncproof/syncproof/engine/resolve"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// outcomeOf states a decision in the model's words.
func outcomeOf(in resolve.Input, d resolve.Decision) outcome {
	o := outcome{Action: d.Action.String(), Winner: d.Winner.String(), Rule: d.Rule, Status: d.Status.String()}
	if d.Action != resolve.Flag && d.Action != resolve.Remove && d.Action != resolve.Forget {
		o.Version = d.Version
	}
	m := &model{in: in, n: len(in.Fields)}
	for s := resolve.CC; s <= resolve.CRM; s++ {
		content := d.After(&in, s)
		if content == nil && (d.Writes[s].Delete || !in.Sides[s].Present) {
			o.After = append(o.After, s.String()+" gone")
		} else {
			for i := range in.Fields {
				o.After = append(o.After, m.named(int(s), i, at(content, i)))
			}
		}
		if d.Writes[s].Needed {
			o.Written = append(o.Written, s.String())
		}
	}
	for _, l := range d.Lost {
		o.Lost = append(o.Lost, m.named(int(l.Side), l.Field, l.Value)+" by "+l.Rule)
	}
	sort.Strings(o.Lost)
	return o
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func agreeWithModel(t failer, in resolve.Input) {
	t.Helper()
	want, err := decideByModel(in)
	if err != nil {
		t.Fatalf("%v\nfor %+v", err, in)
	}
	if got := outcomeOf(in, resolve.Decide(in)); !reflect.DeepEqual(got, want) {
		t.Fatalf("Decide and the model differ for %+v\n Decide: %+v\n  model: %+v", in, got, want)
	}
}

// drawInput draws from few values, so that coincidences are common.
func drawInput(t *rapid.T) resolve.Input {
	n := rapid.IntRange(0, 4).Draw(t, "fields")
	in := resolve.Input{Policy: drawPolicy(t)}
	for i := range n {
		in.Fields = append(in.Fields, resolve.FieldTraits{
			Name:   string(rune('p' + i)),
			OneWay: rapid.SampledFrom([]resolve.Side{resolve.None, resolve.None, resolve.CC, resolve.CRM}).Draw(t, "one-way"),
		})
	}
	values := rapid.SliceOfN(rapid.SampledFrom([]string{"", "a", "b"}), n, n)
	versions := rapid.SampledFrom([]int64{0, 40, 41, 42, 43})
	often := rapid.SampledFrom([]bool{true, true, true, true, false})
	shared := values.Draw(t, "base")
	for s := range in.Sides {
		in.Bases[s] = resolve.Base{Known: often.Draw(t, "known"), Present: often.Draw(t, "was present"), Content: shared, Version: 41}
		if !often.Draw(t, "shared base") {
			in.Bases[s].Content, in.Bases[s].Version = values.Draw(t, "own base"), versions.Draw(t, "base version")
		}
		in.Sides[s] = resolve.State{
			Present: often.Draw(t, "present"),
			Content: values.Draw(t, "content"),
			Version: versions.Draw(t, "version"),
			Origin:  rapid.SampledFrom([]resolve.Origin{resolve.System, resolve.User, resolve.Agent}).Draw(t, "origin"),
			Time:    drawTime(t),
		}
		if !often.Draw(t, "changed") {
			in.Sides[s].Content = in.Bases[s].Content
		}
		in.Traits[s] = resolve.SystemTraits{
			Versioning: rapid.SampledFrom([]resolve.Versioning{resolve.NoTrigger, resolve.Trigger, resolve.Trigger}).Draw(t, "versioning"),
			Resolution: rapid.SampledFrom([]time.Duration{0, time.Millisecond, time.Second, time.Minute}).Draw(t, "resolution"),
			Priority:   s + 1,
		}
	}
	if rapid.Bool().Draw(t, "crm first") {
		in.Traits[0].Priority, in.Traits[1].Priority = 2, 1
	}
	return in
}

func drawPolicy(t *rapid.T) resolve.Policy {
	return resolve.Policy{
		Tolerance:    rapid.SampledFrom([]time.Duration{-1, -1, 0, time.Millisecond, time.Second, time.Minute}).Draw(t, "tolerance"),
		Simultaneous: resolve.Simultaneous(rapid.IntRange(0, 2).Draw(t, "simultaneous")),
		Granularity:  resolve.Granularity(rapid.IntRange(0, 1).Draw(t, "granularity")),
		DeleteVsEdit: resolve.DeleteVsEdit(rapid.IntRange(0, 2).Draw(t, "delete vs edit")),
		WrongSide:    resolve.WrongSide(rapid.IntRange(0, 1).Draw(t, "wrong side")),
	}
}

func drawTime(t *rapid.T) time.Time {
	offset := rapid.SampledFrom([]time.Duration{
		-1, 0, time.Microsecond, time.Millisecond, 999 * time.Millisecond, time.Second, 1001 * time.Millisecond, 2 * time.Second, time.Minute, time.Hour,
	}).Draw(t, "time")
	if offset < 0 {
		return time.Time{}
	}
	return noon.Add(offset)
}

func TestDecideAgreesWithModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) { agreeWithModel(t, drawInput(t)) })
}

// TestDecideAgreesWithModelOnEverySmallInput goes through all contents of
// one field with all versions, times, triggers and policies that matter.
func TestDecideAgreesWithModelOnEverySmallInput(t *testing.T) {
	values := []string{"", "a", "b"}
	times := []time.Time{{}, noon, noon.Add(999 * time.Millisecond), noon.Add(time.Second)}
	each([]int{len(values), len(values), len(values), 2, 3, 3, len(times), 4, 3, 3, 2}, func(x []int) {
		content := func(k int) []string { return []string{values[x[k]]} }
		base := resolve.Base{Known: x[3] == 0, Present: true, Content: content(2), Version: 41}
		in := resolve.Input{
			Fields: []resolve.FieldTraits{{Name: "notes", OneWay: []resolve.Side{resolve.None, resolve.CRM, resolve.CC}[x[9]]}},
			Bases:  [2]resolve.Base{base, base},
			Sides: [2]resolve.State{
				{Present: true, Content: content(0), Version: int64(41 + x[4]), Time: times[x[6]], Origin: resolve.User},
				{Present: true, Content: content(1), Version: int64(41 + x[5]), Time: noon, Origin: resolve.Agent},
			},
			Traits: [2]resolve.SystemTraits{
				{Versioning: resolve.Versioning(x[7] & 1), Resolution: time.Millisecond, Priority: 1},
				{Versioning: resolve.Versioning(x[7] >> 1), Resolution: time.Millisecond, Priority: 2},
			},
			Policy: resolve.Policy{Tolerance: -1, Simultaneous: resolve.Simultaneous(x[8]), Granularity: resolve.Granularity(x[10])},
		}
		agreeWithModel(t, in)
	})
}

// each calls f with every combination of digits below the sizes.
func each(sizes []int, f func(digits []int)) {
	total := 1
	for _, size := range sizes {
		total *= size
	}
	digits := make([]int, len(sizes))
	for code := range total {
		for i, size := range sizes {
			digits[i] = code % size
			code /= size
		}
		f(digits)
	}
}
