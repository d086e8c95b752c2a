// Package incident makes a scenario of what happened in production: it gives a
// recording (engine/service/recording) to a fresh core, looks at what that reads
// and writes, and derives what people and faults must have done.
//
// What the core was never told stays unknown: edits that came between two
// readings are one, and an edit's instant is the one that the system reported.
// What is derived reaches the same decisions where timing beyond that decides
// nothing. It is a beginning for whoever wants the incident to be a test.
package incident
