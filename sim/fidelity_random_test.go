package sim_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
)

// TestModelFidelityOnRandomLives holds the two fidelities against each other
// over random sequences of what the engine, users and faults do. Limits that
// count requests stay out: where an adapter needs several, the model has one.
func TestModelFidelityOnRandomLives(t *testing.T) {
	const lives, steps = 20, 150
	for _, v := range vendors {
		for seed := range uint64(lives) {
			t.Run(fmt.Sprintf("%s/%d", v.name, seed), func(t *testing.T) {
				w := newTwin(t, v, nil)
				r := rand.New(rand.NewPCG(seed, 1))
				w.describe("describe")
				ids := []string{w.create("create", w.full("r0"))}
				for n := range steps {
					step := fmt.Sprintf("step %d", n)
					if id := w.random(step, r, ids); id != "" {
						ids = append(ids, id)
					}
					if t.Failed() {
						return
					}
				}
				w.sameState()
			})
		}
	}
}

// random does one thing; it returns the id of a record that it made.
func (w *twin) random(step string, r *rand.Rand, ids []string) string {
	id := ids[r.IntN(len(ids))]
	external := fmt.Sprintf("r%d", r.IntN(12))
	switch what := r.IntN(20); what {
	case 0, 1:
		w.read(step+" read", id)
	case 2, 3, 4:
		w.update(step+" update", id, w.randomWrite(r, id))
	case 5:
		return w.create(step+" create", w.full(external))
	case 6:
		return w.create(step+" create unlinked", w.full(""))
	case 7:
		w.find(step+" find", external)
	case 8, 9:
		w.changes(step+" changes", 1+r.IntN(15))
	case 10:
		w.remove(step+" delete", id, w.stored(id))
	case 11:
		w.describe(step + " describe")
	case 12:
		d := w.one(id, 0, w.v.fields[0].good)
		d.External = external
		w.update(step+" link", id, d)
	case 13:
		w.rewind(time.Duration(r.IntN(5000)) * time.Millisecond)
	case 14:
		w.pass([]time.Duration{time.Millisecond, time.Second, time.Hour, 30 * time.Hour}[r.IntN(4)])
	case 15:
		w.randomFault(r)
	default:
		w.randomUser(r, what, id, ids[r.IntN(len(ids))])
	}
	return ""
}

func (w *twin) randomWrite(r *rand.Rand, id string) adapter.Write {
	d := adapter.Write{If: w.stored(id)}
	for i, f := range w.v.fields {
		values := append([]mapping.Native{f.good, f.other, null}, f.bad...)
		if n := r.IntN(40); n < 12 {
			d.Fields = append(d.Fields, adapter.FieldValue{Index: i, Value: values[min(n/4, 2)]})
		} else if n == 12 {
			d.Fields = append(d.Fields, adapter.FieldValue{Index: i, Value: values[r.IntN(len(values))]})
		}
	}
	d.Version, d.SetVersion = int64(r.IntN(50)), r.IntN(2) == 0
	if r.IntN(4) == 0 {
		d.Status = "FLAGGED"
	}
	if r.IntN(6) == 0 {
		d.If.Version--
		d.If.Tag = `"1"`
	}
	return d
}

func (w *twin) randomFault(r *rand.Rand) {
	name := w.v.fields[len(w.v.fields)-1-r.IntN(4)].config.Name
	n := r.IntN(12)
	w.fault(func(f *mocks.Faults) {
		switch n {
		case 0:
			f.Drift = append(f.Drift, mocks.Drift{Field: name, Rename: "renamed_" + name})
		case 1:
			f.Drift = append(f.Drift, mocks.Drift{Field: name, Remove: true})
		case 2:
			f.Revoked = []string{"update", "externalContacts:contact:edit"}
		case 3:
			f.Revoked = []string{name, "externalContacts:customFields:view"}
		case 4:
			f.Revocations++
		case 5:
			f.FeedHides = !f.FeedHides
		case 6:
			f.TokenLife = time.Minute
		case 7:
			f.AuthDown = !f.AuthDown
		default:
			// Drift stays: a version that the schema has again after it was lifted
			// is ambiguous to who has described it.
			f.Revoked, f.FeedHides, f.AuthDown = nil, false, false
		}
	})
}

// randomUser is what people do behind the engine's back. What makes no sense
// to the system is refused by both.
func (w *twin) randomUser(r *rand.Rand, what int, id, other string) {
	e := mocks.Edit{Object: w.v.object, By: "maria", Origin: mocks.User, Record: id, Set: map[string]any{w.v.fields[0].config.Name: fmt.Sprint("N", r.IntN(5))}}
	if r.IntN(3) == 0 {
		e.CommitAfter = time.Duration(r.IntN(90)) * time.Second
	}
	if r.IntN(4) == 0 {
		e.Origin = mocks.Automation
	}
	restores := r.IntN(2) == 0
	w.both(func(m mocks.Direct) {
		switch what {
		case 16:
			_ = m.Save(w.now, "maria", mocks.Agent, id, 0)
		case 17:
			if restores {
				_ = m.Restore(w.now, "maria", mocks.User, id, 0)
			} else {
				_ = m.Merge(w.now, "maria", id, other, 0)
			}
		default:
			_, _ = m.Edit(w.now, e)
		}
	})
}
