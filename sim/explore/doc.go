// Package explore searches for failures by itself: it generates worlds, plays
// them, judges them, and makes the smallest scenario of each failure that it
// finds.
//
// Generate draws a scenario from a Draw: a seed's numbers in a swarm, or a
// property test's. A Hunt plays many of them on all cores, each with its own
// selection of faults (swarm testing: a run in which a fault cannot occur
// reaches states that a run full of faults never does), and counts what it
// reached. Shrink takes one failing scenario apart.
//
// Nothing here knows what is right: sim plays, sim/check judges. A seed means
// something only to one version of the generator, so that what is kept of a
// failure is always the scenario.
package explore
