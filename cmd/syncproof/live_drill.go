package main

import (
	"context"
	"fmt"

	"github.com/syncproof/syncproof/sim/live"
)

// A drill is played in rounds of so many kills, with so many records: what one
// round breaks does not hide behind what the next one mends.
const (
	killsEach    = 20
	drillRecords = 40
	killsMost    = 100_000
)

// drill kills the served engine at random instants under load. Each round is a
// case of its own, with a seed of its own.
func (a *app) drill(ctx context.Context, args []string, f *liveFlags, o *live.Options, seed *uint64) error {
	if len(args) > 0 {
		return misuse("", "--kills is a drill of its own and takes no scenarios")
	}
	first := uint64(1)
	if seed != nil {
		first = *seed
	}
	var jobs []job
	for left, n := f.kills, first; left > 0; left, n = left-killsEach, n+1 {
		sc, err := live.Drill(n, min(left, killsEach), drillRecords)
		if err != nil {
			return broken("the drill: %w", err)
		}
		jobs = append(jobs, job{name: fmt.Sprintf("drill-%d", n), sc: sc})
	}
	return a.playLive(ctx, jobs, nil, f, o, nil)
}
