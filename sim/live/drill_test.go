package live

import (
	"os"
	"testing"

	"github.com/syncproof/syncproof/sim/check"
)

func TestDrill(t *testing.T) {
	bin := os.Getenv("SYNCPROOF_BIN")
	sc, err := Drill(1, 8, 20)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), sc, Options{Form: Serve, Command: []string{bin, "serve"}, Dir: os.Getenv("KEEP")})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r.Ended, len(r.Events))
	for _, res := range check.Judge(check.Case{Scenario: r.Scenario, Events: r.Events}) {
		t.Log(res.Name, res.Verdict, res.Reason)
		for i, f := range res.Findings {
			if i < 3 && res.Verdict != check.Pass {
				t.Log("   ", f.Record, f.Message, f.Ops)
			}
		}
	}
}
