package salesforce

import (
	"context"
	"errors"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// access is how the engine's account may see the fields that were made for it.
type access struct {
	set      string // id of the permission set, "" if there is none
	granted  []string
	assigned bool
}

func named(name string) func(mapping.Constraint) bool {
	return func(c mapping.Constraint) bool { return c.Name == name }
}

func (a *Records) accessGranted(ctx context.Context) (access, error) {
	var got access
	var err error
	if got.set, err = a.setID(ctx); errors.Is(err, errNoSet) {
		return got, nil
	} else if err != nil {
		return got, err
	}
	rows, err := a.setupRows(ctx, apiPath+"/query", "SELECT Field FROM FieldPermissions WHERE ParentId = "+quote(got.set)+" AND PermissionsEdit = TRUE")
	if err != nil {
		return got, err
	}
	for _, row := range rows {
		got.granted = append(got.granted, row["Field"])
	}
	rows, err = a.setupRows(ctx, apiPath+"/query", "SELECT Id FROM PermissionSetAssignment WHERE PermissionSetId = "+quote(got.set)+" AND AssigneeId = "+quote(a.me()))
	got.assigned = len(rows) > 0
	return got, err
}

var errNoSet = &adapter.Error{Kind: adapter.NotFound, Message: "there is no permission set " + permSet + ": plan again"}

func (a *Records) setID(ctx context.Context) (string, error) {
	rows, err := a.setupRows(ctx, apiPath+"/query", "SELECT Id FROM PermissionSet WHERE Name = "+quote(permSet))
	if err != nil {
		return "", err
	}
	if len(rows) == 0 {
		return "", errNoSet
	}
	return rows[0]["Id"], nil
}

// grantStep lets the account see and edit a field.
func (a *Records) grantStep(f customField, have access) adapter.Step {
	full := a.object + "." + f.name
	s := adapter.Step{Kind: kindGrant, Name: full, What: "let permission set " + permSet + " read and edit " + f.name}
	if have.assigned && slices.Contains(have.granted, full) {
		s.Blocked = f.name + " is granted by " + permSet + " and still cannot be written: look for a muting permission set or a restricted licence of the engine's user"
	}
	return s
}

// accessSteps are the steps by which the account gets its grants.
func (a *Records) accessSteps(grants []adapter.Step, have access) []adapter.Step {
	if len(grants) == 0 {
		return nil
	}
	var steps []adapter.Step
	if have.set == "" {
		steps = append(steps, adapter.Step{Kind: kindSet, Name: permSet, Shared: true, What: "create the permission set " + permSet})
	}
	for _, g := range grants {
		if g.Blocked != "" || !slices.Contains(have.granted, g.Name) {
			steps = append(steps, g)
		}
	}
	if !have.assigned {
		s := adapter.Step{Kind: kindAssign, Name: permSet, Shared: true, What: "assign the permission set " + permSet + " to the engine's user"}
		if a.me() == "" {
			s.Manual = "the token answer names no user: assign the permission set " + permSet + " to the engine's user in Setup"
		}
		steps = append(steps, s)
	}
	return steps
}
