package sim

import (
	"context"
	"fmt"
	"os"
	"testing"

	"github.com/syncproof/syncproof/scenarios"
)

func TestTry(t *testing.T) {
	path := os.Getenv("SC")
	if path == "" {
		t.Skip()
	}
	sc, err := scenarios.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r, err := Run(context.Background(), sc, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range r.Events {
		e := &r.Events[i]
		fmt.Printf("%4d %12.6f %-14s %-6s call=%d cause=%d st=%d %s %s %s %s %s %s rec=%s/%s ext=%s v=%d<-%d %s %v %v\n", e.Op, float64(e.At)/1e9, e.Kind, e.On, e.Call, e.Cause, e.Status, e.Actor, e.Origin, e.Verb, e.Code, e.Method, e.Path, e.Alias, e.Record, e.External, e.Version, e.Before, e.Text, e.Changes, e.Records)
	}
	fmt.Println(r.Ended, r.Hash, r.Exchanges)
}
