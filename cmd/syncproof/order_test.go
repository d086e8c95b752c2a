package main

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/syncproof/syncproof/reports"
)

// TestOrderAndCompanyChangeNothing plays the whole library in several orders,
// alone and two at once: each scenario's run and all its verdicts stay. Runs are
// cut short where they are long; what is left of them is compared as well.
func TestOrderAndCompanyChangeNothing(t *testing.T) {
	jobs, err := pick(nil)
	if err != nil {
		t.Fatal(err)
	}
	backwards := inOrder(len(jobs))
	slices.Reverse(backwards)
	alone := playLibrary(jobs, inOrder(len(jobs)), 1)
	for _, tt := range []struct {
		name    string
		order   []int
		atATime int
	}{
		{"backwards", backwards, 1},
		{"shuffled, two at once", permutation(len(jobs), 9), 2},
		{"shuffled otherwise, three at once", permutation(len(jobs), 77), 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			for i, c := range playLibrary(jobs, tt.order, tt.atATime) {
				if c.Hash != alone[i].Hash || c.Fault != nil {
					t.Errorf("%s: the journal's hash is %s, it was %s (%v)", c.Name, c.Hash, alone[i].Hash, c.Fault)
				}
				if !reflect.DeepEqual(c.Results, alone[i].Results) {
					t.Errorf("%s: other verdicts", c.Name)
				}
			}
		})
	}
}

// playLibrary plays the jobs in an order of starting and returns their cases in
// the jobs' own order, without the journals.
func playLibrary(jobs []job, order []int, atATime int) []reports.Case {
	p := &player{stall: 10 * time.Minute, eventsMax: 4_000}
	cases := make([]reports.Case, len(jobs))
	for i, done := range start(context.Background(), jobs, order, atATime, p) {
		cases[i] = <-done
		cases[i].Journal = nil
	}
	return cases
}
