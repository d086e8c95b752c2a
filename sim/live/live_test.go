package live

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim/check"
)

func TestLibrarySurvey(t *testing.T) {
	all, err := scenarios.Library()
	if err != nil {
		t.Fatal(err)
	}
	want := os.Getenv("LIVE")
	for _, sc := range all {
		_, name := sc.LibraryName()
		if want != "" && !strings.Contains(name, want) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			if err := Playable(sc, InProcess); err != nil {
				t.Skip(err)
			}
			t.Parallel()
			began := time.Now()
			r, err := Run(t.Context(), sc, Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Logf("%s: %d events, %s, %s real, %s virtual", name, len(r.Events), r.Ended, time.Since(began).Round(time.Millisecond), time.Duration(r.Events[len(r.Events)-1].At))
			for _, res := range check.Judge(check.Case{Scenario: sc, Events: r.Events}) {
				if res.Verdict == check.Fail || res.Verdict == check.Unknown {
					t.Errorf("%s %s: %s", res.Name, res.Verdict, res.Reason)
					for i, f := range res.Findings {
						if i < 3 {
							t.Log("   ", f.Record, f.Message, f.Ops)
						}
					}
				}
			}
			if os.Getenv("DUMP") != "" {
				for _, e := range r.Events {
					t.Logf("%d %s %s %s %s call=%d %s %s %s st=%d %s %s", e.Op, time.Duration(e.At), e.Kind, e.On, e.Alias, e.Call, e.Method, e.Path, e.Code, e.Status, e.Verb, e.Text)
				}
			}
		})
	}
}
