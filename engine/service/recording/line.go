package recording

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"reflect"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// formatVersion is that of the lines; a reader refuses any other.
const formatVersion = 1

// line is one line of a recording: the head of a life, or an event.
type line struct {
	Head    *head           `json:"life,omitempty"`
	At      engine.Instant  `json:"at,omitempty"`
	Event   string          `json:"event,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
	Cause   *string         `json:"cause,omitempty"` // below the event's error
	Effects string          `json:"effects,omitempty"`
}

// head is what a life of the core was configured with.
type head struct {
	Version          int
	Mapping          mapping.Spec
	Also             []also `json:",omitempty"`
	Systems          [2]engine.SystemConfig
	Policy           resolve.Policy
	Retry            engine.Retry
	WorkingSet       int
	PendingNotices   int
	MassDelete       int
	MassDeleteWindow time.Duration
	OutageAfter      time.Duration
	Audit            time.Duration
	Seed             uint64
	// Kinds are the systems' by side; earlier releases did not write them.
	Kinds [2]string `json:",omitzero"`
}

// also is one object beside the first.
type also struct {
	Name         string
	Mapping      mapping.Spec
	Capabilities [2]adapter.Capabilities
}

func headOf(c *engine.Config, specs []mapping.Spec, kinds [2]string) *head {
	var others []also
	for i := range c.Also {
		others = append(others, also{c.Also[i].Name, specs[i+1], c.Also[i].Capabilities})
	}
	return &head{
		Kinds:   kinds,
		Version: formatVersion, Mapping: specs[0], Also: others, Systems: c.Systems, Policy: c.Policy, Retry: c.Retry, WorkingSet: c.WorkingSet,
		PendingNotices: c.PendingNotices, MassDelete: c.MassDelete, MassDeleteWindow: c.MassDeleteWindow,
		OutageAfter: c.OutageAfter, Audit: c.Audit, Seed: c.Seed,
	}
}

// config is the configuration again, with the specification's own resolver.
func (h *head) config() (engine.Config, error) {
	if h.Version != formatVersion {
		return engine.Config{}, fmt.Errorf("found format %d; expected %d: use the release that wrote it", h.Version, formatVersion)
	}
	m, err := mapping.New(h.Mapping)
	if err != nil {
		return engine.Config{}, err
	}
	var others []engine.Object
	for _, o := range h.Also {
		m, err := mapping.New(o.Mapping)
		if err != nil {
			return engine.Config{}, err
		}
		others = append(others, engine.Object{Name: o.Name, Mapping: m, Capabilities: o.Capabilities})
	}
	return engine.Config{
		Mapping: m, Also: others, Systems: h.Systems, Policy: h.Policy, Retry: h.Retry, WorkingSet: h.WorkingSet, PendingNotices: h.PendingNotices,
		MassDelete: h.MassDelete, MassDeleteWindow: h.MassDeleteWindow, OutageAfter: h.OutageAfter, Audit: h.Audit, Seed: h.Seed,
	}, nil
}

// kinds are the events by name.
var kinds = map[string]reflect.Type{}

func init() {
	for _, e := range []engine.Event{
		engine.Started{}, engine.Noticed{}, engine.Persisted{}, engine.Fetched{}, engine.LookedUp{}, engine.ReadDone{},
		engine.FindDone{}, engine.WriteDone{}, engine.PollDone{}, engine.Unheard{}, engine.Described{}, engine.Asked{}, engine.Withdrawn{},
		engine.Exchanged{}, engine.Tick{}, engine.Reviewed{}, engine.Approved{}, engine.Redelivered{},
	} {
		kinds[nameOf(e)] = reflect.TypeOf(e)
	}
}

func nameOf(v any) string {
	return strings.TrimPrefix(reflect.TypeOf(v).String(), "engine.")
}

// failureOf is where an event carries its error, nil if it can carry none.
func failureOf(e any) **adapter.Error {
	switch e := e.(type) {
	case *engine.ReadDone:
		return &e.Err
	case *engine.FindDone:
		return &e.Err
	case *engine.WriteDone:
		return &e.Err
	case *engine.PollDone:
		return &e.Err
	case *engine.Described:
		return &e.Err
	}
	return nil
}

// encode makes the line of an event.
func encode(now engine.Instant, e engine.Event, out *engine.Effects) (line, error) {
	l := line{At: now, Event: nameOf(e), Effects: Digest(out)}
	copied := reflect.New(reflect.TypeOf(e))
	copied.Elem().Set(reflect.ValueOf(e))
	if at := failureOf(copied.Interface()); at != nil && *at != nil {
		plain := **at
		if plain.Err != nil {
			text := plain.Err.Error()
			l.Cause, plain.Err = &text, nil
		}
		*at = &plain
	}
	data, err := json.Marshal(copied.Interface())
	l.Data = data
	return l, err
}

// event is the event of a line.
func (l *line) event() (engine.Event, error) {
	t, ok := kinds[l.Event]
	if !ok {
		return nil, fmt.Errorf("found the event %q, which this release does not know", l.Event)
	}
	into := reflect.New(t)
	if err := strictly(l.Data, into.Interface()); err != nil {
		return nil, err
	}
	if l.Cause != nil {
		at := failureOf(into.Interface())
		if at == nil || *at == nil {
			return nil, errors.New("found the cause of an error, and no error")
		}
		(*at).Err = errors.New(*l.Cause)
	}
	return into.Elem().Interface().(engine.Event), nil
}

func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	d.UseNumber()
	return d.Decode(into)
}

// Digest identifies what one step asked for: the effects in their order, and
// when the core wants to be woken.
func Digest(out *engine.Effects) string {
	h := sha256.New()
	for _, e := range out.List {
		if p, ok := e.(engine.Persist); ok {
			fmt.Fprintf(h, "Persist %d %d\n", p.Op, len(p.Batch.Ops))
			for _, op := range p.Batch.Ops {
				add(h, op)
			}
			continue
		}
		add(h, e)
	}
	fmt.Fprintf(h, "wake %d", out.Wake)
	return hex.EncodeToString(h.Sum(nil)[:12])
}

func add(h hash.Hash, v any) {
	fmt.Fprintf(h, "%T ", v)
	// The types hold nothing that JSON cannot write.
	if err := json.NewEncoder(h).Encode(v); err != nil {
		fmt.Fprintf(h, "%v", err)
	}
}
