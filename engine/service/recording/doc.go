// Package recording writes down what a live core was given, each event with
// its instant, and a digest of the effects that followed, one JSON object a
// line. Replay gives the same events to a fresh core and compares: a core is a
// function of its events, so the effects are the same, and what happened in
// production can be looked at in a debugger.
//
// A recording holds field values: it is made only when asked for, readable by
// its owner alone, and bounded. It holds no secrets, which the core never sees.
package recording
