package tenant

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/tenant"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

func TestAGenesysTenantIsProvisionedOnce(t *testing.T) {
	for name, change := range map[string]func(*mocks.Config){
		"without a schema": nil,
		"with a schema": func(c *mocks.Config) {
			c.Fields = []mocks.Field{{Name: "tier", Type: "picklist", Values: []string{"gold", "silver"}}, {Name: "notes", Type: "text", Length: 4000}, {Name: "tags", Type: "multipicklist", Values: []string{"a"}}}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s, side := genesysTenant(t, change)
			p := plan(t, side)
			if want := []string{"customField", "customField", "externalSource"}; !slices.Equal(kinds(p), want) || s.writes() != 0 {
				t.Fatalf("the plan is %q, after %q", kinds(p), s.seen)
			}
			done := apply(side, p)
			if tenant.Count(done, tenant.Made) != 3 || tenant.Count(done, tenant.Manual) != 1 || len(done) != 4 {
				t.Fatalf("%+v", done)
			}
			contains(t, done[3].Manual, "set external_field of this system to that id")
			if again := plan(t, side); tenant.Count(again, tenant.Planned, tenant.Blocked) != 0 {
				t.Fatalf("a second run plans %+v", again)
			}
			versionsAreStored(t, s, side)
		})
	}
}

// versionsAreStored writes the fields that were made through the adapter.
func versionsAreStored(t *testing.T, s *served, side tenant.Side) {
	t.Helper()
	ctx := context.Background()
	rec, err := side.System.Create(ctx, adapter.Write{
		Fields:  []adapter.FieldValue{{Index: 1, Value: mapping.Native{Kind: mapping.String, Text: "Lovelace"}}},
		Version: 41, SetVersion: true, Status: "IN_SYNC",
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := side.System.Read(ctx, rec.ID)
	if err != nil || got.Version.Text != "41" || got.Status.Text != "IN_SYNC" {
		t.Errorf("read %+v, %v", got, err)
	}
	if held, _ := s.mock.Peek(rec.ID); held.Version != 41 {
		t.Errorf("the mock's own version is %d", held.Version)
	}
}

func TestAStaleSchemaIsNotOverwritten(t *testing.T) {
	s, side := genesysTenant(t, func(c *mocks.Config) { c.Fields = []mocks.Field{{Name: "tier", Type: "string"}} })
	p := plan(t, side)
	raced := false
	s.hook(func(r *http.Request) bool {
		if r.Method == http.MethodPut && !raced {
			raced = true // between the read and the write somebody else changes the schema
			s.mock.Faults().Drift = []mocks.Drift{{Field: "tier", Length: 50}}
		}
		return true
	})
	done := apply(side, p)
	if done[0].State != tenant.Failed || done[1].State != tenant.Skipped {
		t.Fatalf("%+v", done)
	}
	contains(t, done[0].Error, "run again")
	if done := apply(side, plan(t, side)); tenant.Count(done, tenant.Failed) != 0 {
		t.Fatalf("%+v", done)
	}
}

func TestAGenesysFieldOfAnotherTypeStaysAsItIs(t *testing.T) {
	for says, field := range map[string]mocks.Field{
		"of type String, not integer":    {Name: "sync_version", Type: "string"},
		"of type Boolean, not text":      {Name: "sync_status", Type: "boolean"},
		"takes 5 characters, not at lea": {Name: "sync_status", Type: "string", Length: 5},
	} {
		s, side := genesysTenant(t, func(c *mocks.Config) { c.Fields = []mocks.Field{field} })
		p := plan(t, side)
		if tenant.Count(p, tenant.Blocked) != 1 {
			t.Fatalf("%+v", p)
		}
		contains(t, p[slices.IndexFunc(p, func(o tenant.Outcome) bool { return o.State == tenant.Blocked })].Blocked, says)
		if apply(side, p); s.writes() != 0 {
			t.Errorf("it was written all the same: %q", s.seen)
		}
	}
}
