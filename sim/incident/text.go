package incident

import (
	"fmt"
	"strings"

	"github.com/syncproof/syncproof/scenarios"
)

// Text is the scenario as a file that the command line plays, with what is known
// of the incident in comments.
func (in *Incident) Text() ([]byte, error) {
	body, err := in.Scenario.Marshal()
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	note := func(format string, a ...any) {
		b.WriteString(strings.TrimRight("# "+oneLine(fmt.Sprintf(format, a...)), " ") + "\n")
	}
	note("Made of a recording: %d events in %d lives of the core. It holds customers' data.", in.Events, in.Lives)
	note("")
	note("  syncproof run THIS-FILE")
	note("  syncproof shrink THIS-FILE      the smallest scenario that fails the same way")
	note("")
	note("What came between two readings is one edit, at the instant that the system reported.")
	note("The records are, in the contact center and in the CRM:")
	for i, ids := range in.Names {
		note("  r%d: %s, %s", i+1, orNone(ids[0]), orNone(ids[1]))
	}
	if len(in.Left) > 0 {
		note("What the recording holds and this scenario does not say:")
	}
	for _, text := range in.Left {
		note("  - %s", text)
	}
	b.WriteString(strings.TrimPrefix(string(body), scenarios.SchemaLine+"\n"))
	return []byte(b.String()), nil
}

func orNone(id string) string {
	if id == "" {
		return "none"
	}
	return id
}

// oneLine keeps what systems call things from ending a comment.
func oneLine(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == 0x85 || r == 0x2028 || r == 0x2029 {
			return ' '
		}
		return r
	}, text)
}
