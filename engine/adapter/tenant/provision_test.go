package tenant

import (
	"context"
	"errors"
	"testing"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// plain is a system whose adapter knows nothing of tenants.
type plain struct {
	adapter.System
	fields []mapping.Constraint
	err    error
}

func (p plain) Describe(context.Context) (adapter.Schema, error) {
	return adapter.Schema{Fields: p.fields}, p.err
}

func TestWhatNobodyCanProvisionIsAPersonsWork(t *testing.T) {
	config := adapter.Config{VersionField: "v", StatusField: "s"}
	side := func(p plain) []Side { return []Side{{Name: "crm", Kind: "other", System: p, Config: config}} }
	for n, fields := range map[int][]mapping.Constraint{2: nil, 1: {{Name: "v"}}, 0: {{Name: "s"}, {Name: "v"}}} {
		plan, err := Plan(t.Context(), side(plain{fields: fields}))
		if err != nil || len(plan) != n || Count(plan, Manual) != n {
			t.Errorf("%d fields: %+v, %v", len(fields), plan, err)
		}
	}
	refused := &adapter.Error{Kind: adapter.Forbidden, Permission: "read contact"}
	if _, err := Plan(t.Context(), side(plain{err: refused})); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
}
