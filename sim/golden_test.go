package sim

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/sim/trace"
)

var update = flag.Bool("update", false, "rewrite the golden journals")

// readable is a journal for people, one event a line.
func readable(all []trace.Event) string {
	var b strings.Builder
	for i := range all {
		e := &all[i]
		fmt.Fprintf(&b, "%3d %10s %-14s %-6s", e.Op, time.Duration(e.At), e.Kind, e.On)
		for _, word := range []string{e.Method, shortened(e.Path), e.Verb, e.Alias, e.Actor, e.Code, e.Text} {
			if word != "" {
				b.WriteString(" " + word)
			}
		}
		for _, n := range []struct {
			name  string
			value uint64
		}{{"status", uint64(e.Status)}, {"version", uint64(e.Version)}, {"call", e.Call}, {"notice", e.Notice}, {"cause", e.Cause}} {
			if n.value != 0 {
				fmt.Fprintf(&b, " %s=%d", n.name, n.value)
			}
		}
		for _, c := range e.Changes {
			fmt.Fprintf(&b, " %s:%q->%q", c.Field, c.Before, c.After)
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// shortened is a path without the ids in it.
func shortened(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		if len(p) == 36 {
			parts[i] = "{id}"
		}
	}
	return strings.Join(parts, "/")
}

// TestGoldenJournal holds one small run, event by event: an edit that crosses
// an outage of the CRM and a crash.
func TestGoldenJournal(t *testing.T) {
	const path = "testdata/an-edit-crosses-an-outage.txt"
	got := readable(events(t, parse(t, noPolling, editOnCC+
		"  - {at: 9s, partition: [engine, crm], for: 6s}\n"+
		"  - {at: 9s, crash: engine, before: written, down: 1s}\n")))
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("the journal differs from %s (rewrite with -update):\n%s", path, firstDifference(got, string(want)))
	}
}

func firstDifference(got, want string) string {
	a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return "got  " + a[i] + "\nwant " + b[i]
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(a), len(b))
}
