package tenant

import (
	"context"
	"fmt"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// State is what became of a step.
type State string

// The states.
const (
	Planned State = "planned" // it would be taken
	Made    State = "made"
	Manual  State = "manual"  // a person must do it
	Blocked State = "blocked" // it cannot be taken
	Failed  State = "failed"
	Skipped State = "skipped" // something before it did not succeed
)

// Outcome is a step with its state.
type Outcome struct {
	System string `json:"system"`
	Object string `json:"object,omitempty"` // "" is contacts
	adapter.Step
	State State  `json:"state"`
	Error string `json:"error,omitempty"`
}

// Plan asks every side for what it lacks. What a side lacks whose adapter
// cannot provision is a person's to make. What the objects of a system lack in
// common, such as its external source, is one step of the first of them.
func Plan(ctx context.Context, sides []Side) ([]Outcome, error) {
	var all []Outcome
	for i := range sides {
		s := &sides[i]
		steps, err := s.lacks(ctx)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", s.place(), err)
		}
		for _, step := range steps {
			o := Outcome{System: s.Name, Object: s.about(), Step: step, State: stateOf(step)}
			if !told(all, o) {
				all = append(all, o)
			}
		}
	}
	return all, nil
}

func (s *Side) lacks(ctx context.Context) ([]adapter.Step, error) {
	if p, can := s.System.(adapter.Provisioner); can {
		return p.Plan(ctx)
	}
	schema, err := s.System.Describe(ctx)
	if err != nil {
		return nil, err
	}
	var steps []adapter.Step
	for _, field := range [...][2]string{{s.Config.VersionField, "whole number"}, {s.Config.StatusField, "text of at least 11 characters"}} {
		there := func(c mapping.Constraint) bool { return c.Name == field[0] }
		if field[0] == "" || slices.ContainsFunc(schema.Fields, there) {
			continue
		}
		steps = append(steps, adapter.Step{
			Kind: "field", Name: field[0], What: "make the field " + field[0],
			Manual: s.Kind + " is not provisioned by this command: make the field " + field[0] + ", a " + field[1] + ", then run `syncproof doctor`",
		})
	}
	return steps, nil
}

func stateOf(s adapter.Step) State {
	switch {
	case s.Blocked != "":
		return Blocked
	case s.Manual != "":
		return Manual
	}
	return Planned
}

// Count is how many outcomes have one of the states.
func Count(all []Outcome, states ...State) int {
	n := 0
	for i := range all {
		for _, s := range states {
			if all[i].State == s {
				n++
			}
		}
	}
	return n
}

// Apply takes the planned steps of a plan in their order and tells each
// outcome as it comes. With a blocked step in the plan nothing is taken. After
// a failure the rest of that side is skipped. What was made is looked at
// again: a step that the vendor accepted and that is still lacking has failed.
func Apply(ctx context.Context, sides []Side, plan []Outcome, tell func(Outcome)) []Outcome {
	if Count(plan, Blocked) > 0 {
		return plan
	}
	done := make([]Outcome, 0, len(plan))
	failed := map[string]bool{}
	for _, o := range plan {
		if o.State == Planned {
			o = apply(ctx, sides, o, failed[o.System])
			failed[o.System] = failed[o.System] || o.State == Failed
		}
		done = append(done, o)
		tell(o)
	}
	return append(done, lacking(ctx, sides, done, failed, tell)...)
}

func apply(ctx context.Context, sides []Side, o Outcome, skip bool) Outcome {
	if skip {
		o.State = Skipped
		return o
	}
	o.State = Made
	for i := range sides {
		if p, can := sides[i].System.(adapter.Provisioner); can && sides[i].Name == o.System && sides[i].about() == o.Object {
			if err := p.Apply(ctx, o.Step); err != nil {
				o.State, o.Error = Failed, Explain(err)
			}
		}
	}
	return o
}

// lacking plans the sides again that something was made in.
func lacking(ctx context.Context, sides []Side, done []Outcome, failed map[string]bool, tell func(Outcome)) []Outcome {
	made := map[string]bool{}
	for i := range done {
		made[done[i].System] = made[done[i].System] || done[i].State == Made
	}
	var more []Outcome
	for i := range sides {
		s := &sides[i]
		p, can := s.System.(adapter.Provisioner)
		if !can || !made[s.Name] || failed[s.Name] {
			continue
		}
		steps, err := p.Plan(ctx)
		if err != nil {
			steps = []adapter.Step{{Kind: "plan", Name: s.Kind, What: "look at what was made"}}
		}
		for _, step := range steps {
			o := Outcome{System: s.Name, Object: s.about(), Step: step, State: stateOf(step)}
			switch {
			case o.State == Manual && told(done, o) || told(more, o):
				continue
			case err != nil:
				o.State, o.Error = Failed, Explain(err)
			case o.State == Planned:
				o.State, o.Error = Failed, "it was accepted, and is still lacking: run again, then look into the tenant"
			}
			more = append(more, o)
			tell(o)
		}
	}
	return more
}

// told says that a step is among the outcomes. One of another object is the
// same where what is to be made belongs to the whole system.
func told(all []Outcome, o Outcome) bool {
	return slices.ContainsFunc(all, func(p Outcome) bool {
		return p.System == o.System && p.Step == o.Step && (p.Object == o.Object || p.Shared)
	})
}

// Explain is an adapter's error with what to do about it.
func Explain(err error) string { return err.Error() + Advice(err) }

// Advice is what to do about an adapter's error, to be put behind its text; ""
// where nothing is known.
func Advice(err error) string {
	e := adapter.As(err)
	switch e.Kind {
	case adapter.Forbidden:
		if e.Permission != "" {
			return "; missing: " + e.Permission + ". Give the account the right and run again"
		}
		return ". Give the account the right and run again"
	case adapter.Unauthorized:
		return ". Check client_id and client_secret, and that the client may use client credentials"
	case adapter.Limited:
		return ". Wait for the limit to pass and run again"
	case adapter.Unavailable:
		return ". Check base_url, login_url and the network, and run again"
	case adapter.Conflict:
		return ". Somebody changed it meanwhile: run again"
	}
	return ""
}
