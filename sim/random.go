package sim

// source is keyed randomness: a number is a hash of the seed, the stream's
// name, an entity and a count, so that taking one fault out of a scenario
// does not shift what the others draw.
type source struct{ seed uint64 }

func (s source) draw(stream string, entity, n uint64) uint64 {
	h := s.seed ^ 0x6a09e667f3bcc909
	for i := range len(stream) {
		h = splitmix(h ^ uint64(stream[i]))
	}
	return splitmix(splitmix(h^entity) ^ n)
}

// percent draws whether an event of the given probability happens.
func (s source) percent(rate int, stream string, entity, n uint64) bool {
	return rate >= 100 || s.draw(stream, entity, n)%100 < uint64(max(rate, 0))
}

// below draws a number in [0, limit), 0 for a limit below 1.
func (s source) below(limit int64, stream string, entity, n uint64) int64 {
	if limit <= 0 {
		return 0
	}
	return int64(s.draw(stream, entity, n) % uint64(limit))
}

func splitmix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
