// Package scenarios is the scenario format: Go types, parser, JSON Schema,
// the embedded library of scenario files and the table of requirements.
//
// It is a leaf: it knows the words of the specification, not the engine.
//
// # Reading and writing
//
// [Parse] turns a file into a [Scenario] that is complete: every default is
// filled in and every name is checked. Each problem is one *[Error] with file,
// line, column and a remedy. [Scenario.Marshal] writes a scenario back as a
// tidy file that parses to an equal one; replay files and the shrinker use it.
// [New] is a scenario with the defaults and nothing else, for code that builds
// scenarios.
//
// # The words of the timeline
//
// The table in verbs_people.go and verbs_faults.go says for every [Verb] which
// keys it takes. Parser, writer, JSON Schema and the fault catalogue all read
// that one table.
//
// # Expectations
//
// Each entry of `expect` is one expression (expr-lang) that must be true at
// the end of the run. It may name, for a record with the id ada:
//
//	ada.winner        "cc" | "crm" | "merged" | "flagged": what the last decision kept; "" if nothing was decided
//	ada.rule          the rule that decided, e.g. "CR-5"; "" if nothing was decided
//	ada.status        "PENDING" | "IN_SYNC" | "RESOLVED" | "OVERWRITTEN" | "FLAGGED" | "FAILED", as stored in the
//	                  systems: "" if none was ever written, as after a plain edit of the side that stores it
//	ada.conflicts     how many decisions were between two edits
//	ada.cc.notes      a mapped field by its mapping name, in canonical form ("" if empty)
//	ada.crm.notes
//	ada.cc.version    the stored sync_version
//	ada.cc.exists     false if it never existed or was deleted
//
// and these totals of the run:
//
//	cc.writes, crm.writes      committed engine writes
//	cc.reads, crm.reads        times that the system disclosed a record to the engine
//	cc.requests, crm.requests  requests that the engine sent to the system
//	cc.limited, crm.limited    limit signals received (429, or Salesforce's 403)
//	cc.records, crm.records    live records at the end
//	flags                      records that wait for a person at the end
//	notifications              messages that reached the notification sink
//	deadletters                records that are dead-lettered at the end
//	restarts                   starts of the engine after a crash
//	races                      vendor races (EV-10)
//	idle_after                 seconds from the last outside act to the engine's last work
//
// A record whose id is not an identifier is reached as record["ada-2"].
package scenarios
