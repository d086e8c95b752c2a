package reports

import (
	"encoding/json"
	"io"

	"github.com/syncproof/syncproof/sim/trace"
)

// Records is the NDJSON form of a journal: one event a line, only the fields
// that its kind fills, with stable names. It is what `replay --json` and
// `run --journal` write; scenario goes into every line, unless it is empty.
func Records(w io.Writer, scenario string, events []trace.Event) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	j := NewJournal(events)
	for i := range events {
		r := j.Record(&events[i])
		r.Scenario = scenario
		if err := enc.Encode(r); err != nil {
			return err
		}
	}
	return nil
}

// Record is the event in the form of the NDJSON journal, with the scenario's
// name of its record where an earlier event has it.
func (j *Journal) Record(e *trace.Event) trace.Line {
	l := e.Line()
	if name := j.Name(e); l.Name == "" && name != e.Record {
		l.Name, l.Inferred = name, true
	}
	return l
}
