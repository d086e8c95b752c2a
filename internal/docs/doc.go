// Package docs holds the tests of the documentation: README.md,
// CONTRIBUTING.md, the library's README.md and docs/*.md. It has no code of its
// own.
//
// Every line that begins with "$ " in a block fenced as console is run, in the
// order of the page, in a folder of the page's own, with the freshly built
// binary on the path. What the block shows below such a line must be what the
// command prints:
//
//   - A line "..." stands for any number of lines, and "..." in a line for any
//     text.
//   - Times, durations, hashes, operation numbers and counts of a run's events
//     are not compared: they follow every change of the engine.
//   - A command that does not exit 0 must be followed by "$ echo $?".
//
// A block whose fence names a file, as in ```yaml clash.yaml, puts that file
// into the page's folder. A section between <!-- generated: NAME --> and
// <!-- end --> is written from the code.
//
// `go test ./internal/docs -update` writes generated sections and the numbers
// of shown output anew.
package docs
