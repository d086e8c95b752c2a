package sim

import (
	"maps"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// TestNumberedIsAMap: whatever is put and dropped, in about the order of the
// numbers, the table and its copies hold what a map holds.
func TestNumberedIsAMap(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		var table numbered[int]
		plain := map[uint64]int{}
		next := rapid.Uint64Range(0, 1000).Draw(r, "first")
		for range rapid.IntRange(0, 200).Draw(r, "steps") {
			near := next - min(next, rapid.Uint64Range(0, 40).Draw(r, "back"))
			switch rapid.IntRange(0, 9).Draw(r, "step") {
			case 0, 1, 2, 3:
				next++
				table.put(next, int(next))
				plain[next] = int(next)
			case 4:
				table.put(near, -int(near)-1)
				plain[near] = -int(near) - 1
			case 5, 6, 7, 8:
				table.drop(near)
				delete(plain, near)
			case 9:
				if rapid.IntRange(0, 9).Draw(r, "rare") == 0 {
					table.clear()
					clear(plain)
					break
				}
				kept := table.clone(func(v int) int { return v })
				table.put(next, 7) // does not show in the copy
				table = kept
			}
			want := slices.Collect(func(yield func(int) bool) {
				for _, n := range slices.Sorted(maps.Keys(plain)) {
					if !yield(plain[n]) {
						return
					}
				}
			})
			if got := slices.Collect(table.all()); !slices.Equal(got, want) || table.get(near) != plain[near] || table.get(next+1) != 0 {
				r.Fatalf("it holds %v and %d at %d, a map %v and %d", got, table.get(near), near, want, plain[near])
			}
		}
	})
}
