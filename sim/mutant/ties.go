package mutant

import (
	"hash/fnv"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/resolve"
	"github.com/syncproof/syncproof/sim"
)

// tied lets side say who wins where versions and times are equal (CR-7).
func tied(side func() resolve.Side) engine.Resolver {
	return func(in resolve.Input) resolve.Decision {
		d := resolve.Decide(in)
		if d.Rule != "CR-7" {
			return d
		}
		return lets(in, side(), "CR-7")
	}
}

func varyRandomTie() *sim.Variation {
	tosses := uint64(0)
	return resolving(tied(func() resolve.Side {
		tosses++
		return resolve.Side(scramble(tosses) & 1)
	}))()
}

// scramble is the finaliser of SplitMix64.
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func varyFirstArrival() *sim.Variation {
	s := &spy{}
	v := resolving(tied(func() resolve.Side { return resolve.Side(s.heardFirst()) }))()
	v.Machine = s.watch
	return v
}

// varyMapOrder takes the order of a map from the record's key: as good as
// random to who looks at several records, and the same in every run.
func varyMapOrder() *sim.Variation {
	s := &spy{}
	v := resolving(tied(func() resolve.Side {
		h := fnv.New64a()
		_, _ = h.Write([]byte(s.key))
		return resolve.Side(scramble(h.Sum64()) & 1)
	}))()
	v.Machine = s.watch
	return v
}
