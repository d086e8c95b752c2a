package resolve

import "time"

// DefaultTolerance is the guide's: under it two edits are simultaneous (CR-5).
const DefaultTolerance = 1000 * time.Millisecond

// The warnings that a tolerance can deserve (CR-5).
const (
	warnNeverFires = "the tolerance is not above the coarser timestamp resolution, so no two edits can be simultaneous and review can never fire"
	warnSmaller    = "the tolerance is under the default, so fewer edits count as simultaneous than the timestamps can tell apart"
)

// coarser is the resolution at which the two systems' times are compared (DM-10).
func coarser(traits *[2]SystemTraits) time.Duration {
	return max(traits[CC].Resolution, traits[CRM].Resolution)
}

// defaultTolerance is the guide's second, or twice the coarser resolution
// where that is more: whole-second stamps of edits 1 ms apart can differ by a
// second.
func defaultTolerance(traits *[2]SystemTraits) time.Duration {
	return max(DefaultTolerance, 2*coarser(traits))
}

// tolerance is the one in force (CR-5).
func (p *Policy) tolerance(traits *[2]SystemTraits) time.Duration {
	if p.Tolerance < 0 {
		return defaultTolerance(traits)
	}
	return p.Tolerance
}

// Warnings says what the operator should know about the policy on systems
// with these traits; nil if nothing. An explicit tolerance under the default
// is obeyed, with a warning (CR-5).
func (p Policy) Warnings(traits [2]SystemTraits) []string {
	switch {
	case p.Tolerance < 0 || p.Tolerance >= defaultTolerance(&traits):
		return nil
	case p.Tolerance <= coarser(&traits):
		return []string{warnNeverFires}
	}
	return []string{warnSmaller}
}
