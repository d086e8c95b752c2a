// Package fine looks like bad and is not.
package fine

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand"
	"os"
	"slices"
	"sort"
	"time"
)

func clocks(now time.Time) time.Time {
	return now.Add(time.Minute).UTC()
}

func chance(seed int64) int {
	r := rand.New(rand.NewSource(seed))
	return r.Intn(3)
}

func texts(err error) (string, bool) {
	return fmt.Sprintf("100%% paid, %d %s", 3, "%p"[:1]), errors.Is(err, os.ErrNotExist) || errors.Is(err, fs.ErrNotExist)
}

func loops(m map[string]int) ([]string, int, bool) {
	var keys []string
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	var long []string
	for k, v := range m {
		if v > 3 {
			long = append(long, k)
		}
	}
	sort.Strings(long)
	var names []string
	for k := range m {
		names = append(names, k)
	}
	for _, k := range long {
		names = append(names, k)
	}
	sort.Strings(names)
	sum, most, doubled := 0, 0, make(map[string]int, len(m))
	for k, v := range m {
		twice := v * 2
		if twice < 0 {
			continue
		}
		sum += v
		most = max(most, v)
		doubled[k] = twice
	}
	for k, v := range m {
		if v == 0 {
			delete(m, k)
		}
	}
	for _, v := range doubled {
		if v < 0 {
			return nil, 0, false
		}
	}
	keys = append(names, slices.Sorted(maps.Keys(doubled))...)
	return keys, sum + most, true
}

func excused(m map[string]func()) {
	//syncproof:unordered every function touches a value of its own
	for _, f := range m {
		f()
	}
	_, _ = os.ReadFile("scenario.yaml") //syncproof:allow os the file is the input, not the machine
}
