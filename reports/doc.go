// Package reports turns judged runs into something to read: a console table,
// a versioned JSON document, JUnit XML for continuous integration, and a
// Markdown summary.
//
// A Suite is plain data, built by the caller; nothing here runs a scenario,
// judges one, reads a clock or decides on an exit code. All text that comes
// from a journal or a scenario is treated as hostile: control characters
// never reach a terminal, an XML document or a Markdown table.
package reports
