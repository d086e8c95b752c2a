package mutant

import (
	"context"
	"slices"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/sim"
)

// boundless is a client whose schema says nothing of lengths.
type boundless struct{ client }

func (c *boundless) Describe(ctx context.Context) (adapter.Schema, error) {
	schema, err := c.System.Describe(ctx)
	schema.Fields = slices.Clone(schema.Fields)
	for i := range schema.Fields {
		schema.Fields[i].MaxLength = 0
	}
	return schema, err
}

// withoutLengths is the mapping without its bounds, and the bounds by field.
func withoutLengths(m *mapping.Mapping) (*mapping.Mapping, []int) {
	bare := *m
	bare.Fields = slices.Clone(m.Fields)
	lengths := make([]int, len(bare.Fields))
	for i := range bare.Fields {
		lengths[i] = bare.Fields[i].MaxLength
		bare.Fields[i].MaxLength = 0
	}
	return &bare, lengths
}

func varyUnchecked() *sim.Variation {
	return &sim.Variation{
		Config:  func(c *engine.Config) { c.Mapping, _ = withoutLengths(c.Mapping) },
		Adapter: func(_ mapping.Side, s adapter.System) adapter.System { return &boundless{client{s}} },
	}
}

// cutting is a boundless client that makes every text fit.
type cutting struct {
	boundless
	lengths []int
}

func (c *cutting) Update(ctx context.Context, id string, w adapter.Write) (adapter.Record, error) {
	w.Fields = slices.Clone(w.Fields)
	for i := range w.Fields {
		most, text := c.lengths[w.Fields[i].Index], []rune(w.Fields[i].Value.Text)
		if most > 0 && w.Fields[i].Value.Kind == mapping.String && len(text) > most {
			w.Fields[i].Value.Text = string(text[:most])
		}
	}
	return c.System.Update(ctx, id, w)
}

func varyCutting() *sim.Variation {
	var lengths []int
	return &sim.Variation{
		Config: func(c *engine.Config) { c.Mapping, lengths = withoutLengths(c.Mapping) },
		Adapter: func(_ mapping.Side, s adapter.System) adapter.System {
			return &cutting{boundless{client{s}}, lengths}
		},
	}
}
