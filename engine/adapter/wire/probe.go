package wire

import (
	"context"

	"github.com/syncproof/syncproof/engine/adapter"
)

// Operation is one thing that the engine's account must be allowed to do, with
// a call that shows whether it is. A call that writes names a record that
// cannot be there, or a value that no system takes: with the right to write it
// is refused for that, without it for the missing right.
type Operation struct {
	Name string // "create contacts"
	Call Call
}

// Allowed tries the operations. Those that write are tried only with probe.
// The error is for a system that cannot be reached.
func (c *Client) Allowed(ctx context.Context, operations []Operation, probe bool) ([]adapter.Finding, error) {
	var all []adapter.Finding
	untried := ""
	for i := range operations {
		op := &operations[i]
		if op.Call.Write && !probe {
			if untried != "" {
				untried += ", "
			}
			untried += op.Name
			continue
		}
		_, err := c.Do(ctx, &op.Call)
		f, err := judgeOperation(op.Name, err)
		if err != nil {
			return all, err
		}
		all = append(all, f)
	}
	if untried != "" {
		all = append(all, adapter.Finding{
			Check: "permission", Level: adapter.Warn, Found: "not tried: " + untried,
			Remedy: "run with --write-probe: it sends writes that cannot be carried out",
		})
	}
	return all, nil
}

func judgeOperation(name string, err error) (adapter.Finding, error) {
	f := adapter.Finding{Check: "permission", Level: adapter.OK, Found: "may " + name}
	if err == nil {
		return f, nil
	}
	switch e := adapter.As(err); e.Kind {
	case adapter.NotFound, adapter.Invalid, adapter.Conflict, adapter.Duplicate, adapter.Drift:
	case adapter.Forbidden:
		f.Level, f.Found, f.Remedy = adapter.Fail, "may not "+name, "give the account the right"
		if e.Permission != "" {
			f.Remedy = "give the account " + e.Permission
		}
	case adapter.Unauthorized, adapter.Limited:
		return f, err
	default:
		if e.Status == 0 {
			return f, err
		}
		f.Level, f.Found, f.Remedy = adapter.Warn, "could not learn whether it may "+name+": "+e.Error(), "try again"
	}
	return f, nil
}
