package resolve_test

import (
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/resolve"
)

// resolveConflict is the guide's own function, transcribed: versions are
// integers and times milliseconds.
func resolveConflict(sourceVersion, targetVersion, sourceTime, targetTime int64) string {
	if sourceVersion > targetVersion {
		return "PUSH_TO_TARGET"
	} else if targetVersion > sourceVersion {
		return "PUSH_TO_SOURCE"
	}
	timeDiff := max(sourceTime-targetTime, targetTime-sourceTime)
	if timeDiff < 1000 {
		return "FLAG_FOR_REVIEW"
	}
	if sourceTime > targetTime {
		return "PUSH_TO_TARGET"
	}
	return "PUSH_TO_SOURCE"
}

// TestGuideAgrees compares the literal table (granularity record) with the
// guide's function for every small pair of versions and times. Identical
// times are left to the tie-break that the guide adds in its edge case 1 (CR-7).
func TestGuideAgrees(t *testing.T) {
	offsets := []int64{0, 1, 500, 998, 999, 1000, 1001, 1002, 1999, 2000, 60_000}
	each([]int{5, 5, len(offsets), len(offsets), 2}, func(x []int) {
		versions := [2]int64{42 + int64(x[0]), 42 + int64(x[1])}
		times := [2]int64{offsets[x[2]], offsets[x[3]]}
		source := resolve.Side(x[4])
		in := resolve.Input{
			Fields: []resolve.FieldTraits{{Name: "notes", OneWay: resolve.None}},
			Policy: resolve.Policy{Tolerance: -1, Granularity: resolve.ByRecord},
		}
		for s := range in.Sides {
			in.Bases[s] = resolve.Base{Known: true, Present: true, Content: []string{"base"}, Version: 41}
			in.Traits[s] = resolve.SystemTraits{Versioning: resolve.Trigger, Resolution: time.Millisecond, Priority: s + 1}
			in.Sides[s] = resolve.State{
				Present: true, Content: []string{[]string{"cc's", "crm's"}[s]},
				Version: versions[s], Time: noon.Add(time.Duration(times[s]) * time.Millisecond),
			}
		}
		target := source.Other()
		want := resolveConflict(versions[source], versions[target], times[source], times[target])
		if versions[0] == versions[1] && times[0] == times[1] {
			want = map[resolve.Side]string{resolve.CC: "PUSH_TO_TARGET", resolve.CRM: "PUSH_TO_SOURCE"}[source]
		}
		d := resolve.Decide(in)
		got := "FLAG_FOR_REVIEW"
		switch {
		case d.Action == resolve.Push && d.Winner == source:
			got = "PUSH_TO_TARGET"
		case d.Action == resolve.Push && d.Winner == target:
			got = "PUSH_TO_SOURCE"
		case d.Action != resolve.Flag:
			got = d.Action.String()
		}
		if got != want {
			t.Fatalf("versions %v, times %v, source %v: got %s (%s), the guide says %s", versions, times, source, got, d.Rule, want)
		}
	})
}
