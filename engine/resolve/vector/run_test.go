package vector

import (
	"errors"
	"strings"
	"testing"
)

const conflictLine = `{"cc":{"version":42,"time":"2026-03-01T10:00:00Z","fields":{"notes":"a<b"}},"crm":{"version":43,"time":"2026-03-01T10:00:00Z","fields":{"notes":"VIP"}},"base":{"version":41,"fields":{"notes":""}}}`

const conflictDecision = `{"decision":"push","winner":"crm","rule":"CR-4","status":"OVERWRITTEN","version":44,"fields":{"notes":"VIP"},"lost":[{"field":"notes","system":"cc","value":"a<b","rule":"CR-4"}],"writes":{"cc":["notes"],"crm":[]},"effective":{"cc":42,"crm":43},"conflicts":["notes"],"why":"both sides have their own notes, and crm has the higher effective version (43 against 42), so crm wins"}` + "\n"

func TestRun(t *testing.T) {
	for _, c := range []struct{ name, input, output, err string }{
		{"nothing", "", "", ""},
		{"one case", conflictLine, conflictDecision, ""},
		{"empty lines between", "\n" + conflictLine + "\n \n\n" + conflictLine + "\n", conflictDecision + conflictDecision, ""},
		{"what came before a bad line is answered", conflictLine + "\n\n{}\n" + conflictLine, conflictDecision,
			"line 3: cc: found nothing, expected the key, with an object or null"},
		{"a line too long", conflictLine + "\n" + strings.Repeat(" ", MaxLine+1), conflictDecision,
			"line 2: found a longer line, expected at most 1048576 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var out strings.Builder
			err := Run(strings.NewReader(c.input), &out)
			if out.String() != c.output {
				t.Errorf("\n got %s\nwant %s", out.String(), c.output)
			}
			switch {
			case c.err == "" && err != nil:
				t.Errorf("got error %v", err)
			case c.err != "" && (err == nil || err.Error() != c.err):
				t.Errorf("got error %v, want %s", err, c.err)
			}
		})
	}
}

// full is a disk without room.
type full struct{}

var errFull = errors.New("no space left")

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestRunReportsWriteErrors(t *testing.T) {
	if err := Run(strings.NewReader(conflictLine), full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	if err := Print(full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
}
