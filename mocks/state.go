package mocks

import (
	"encoding/json"
	"fmt"
	"time"
)

// Stateful is a mock whose state can be written down, and taken up again by
// another one of the same configuration. Faults are not part of it.
type Stateful interface {
	System
	// State is everything that makes a difference from now on, as JSON.
	State() ([]byte, error)
	// SetState replaces everything. After an error the mock is of no use.
	SetState(text []byte) error
}

// MarshalJSON writes how many identifiers were made: the seed is the
// configuration's.
func (g *IDs) MarshalJSON() ([]byte, error) { return json.Marshal(g.made) }

// UnmarshalJSON goes on after so many identifiers.
func (g *IDs) UnmarshalJSON(text []byte) error { return json.Unmarshal(text, &g.made) }

// tokenState is one issued token.
type tokenState struct {
	Value       string    `json:"value"`
	Actor       string    `json:"actor"`
	Issued      time.Time `json:"issued"`
	Expires     time.Time `json:"expires"`
	Revocations int       `json:"revocations,omitempty"`
	Revoked     bool      `json:"revoked,omitempty"`
}

// MarshalJSON writes every token, the oldest first.
func (t *Tokens) MarshalJSON() ([]byte, error) {
	list := make([]tokenState, len(t.order))
	for i, e := range t.order {
		list[i] = tokenState{e.Value, e.Actor, e.Issued, e.Expires, e.revocations, e.revoked}
	}
	return json.Marshal(list)
}

// UnmarshalJSON replaces every token.
func (t *Tokens) UnmarshalJSON(text []byte) error {
	var list []tokenState
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	if len(list) > tokensMax {
		return fmt.Errorf("%d tokens are more than %d", len(list), tokensMax)
	}
	t.order = make([]*entry, len(list))
	for i, s := range list {
		t.order[i] = &entry{
			Token:       Token{Value: s.Value, Actor: s.Actor, Issued: s.Issued, Expires: s.Expires},
			revocations: s.Revocations, revoked: s.Revoked,
		}
	}
	return nil
}

// windowState is one key's window.
type windowState struct {
	Key   string    `json:"key"`
	Start time.Time `json:"start"`
	Used  int       `json:"used"`
}

// MarshalJSON writes every window.
func (l *Limiter) MarshalJSON() ([]byte, error) {
	list := make([]windowState, len(l.windows))
	for i, w := range l.windows {
		list[i] = windowState{w.key, w.start, w.used}
	}
	return json.Marshal(list)
}

// UnmarshalJSON replaces every window.
func (l *Limiter) UnmarshalJSON(text []byte) error {
	var list []windowState
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	if len(list) > limiterKeysMax {
		return fmt.Errorf("%d windows are more than %d", len(list), limiterKeysMax)
	}
	l.windows = make([]keyed, len(list))
	for i, s := range list {
		l.windows[i] = keyed{key: s.Key, Window: Window{start: s.Start, used: s.Used}}
	}
	return nil
}

// Waiting is one item of a Due with its instant.
type Waiting[T any] struct {
	At    time.Time `json:"at"`
	Value T         `json:"value"`
}

// All lists what waits in the order in which it is due.
func (d *Due[T]) All() []Waiting[T] {
	list := make([]Waiting[T], 0, len(d.heap))
	for _, item := range d.sorted() {
		list = append(list, Waiting[T]{item.at, item.value})
	}
	return list
}

// EditState is a user's edit that waits for its commit.
type EditState struct {
	Object  Object         `json:"object,omitzero"`
	By      string         `json:"by"`
	Origin  Origin         `json:"origin"`
	Record  string         `json:"record,omitempty"`
	Set     map[string]any `json:"set"`
	Version *int64         `json:"version,omitempty"`
	Bypass  bool           `json:"bypass,omitempty"`
}

// StateOf is an edit as a snapshot holds it.
func StateOf(e *Edit) EditState {
	return EditState{Object: e.Object, By: e.By, Origin: e.Origin, Record: e.Record, Set: e.Set, Version: e.Version, Bypass: e.Bypass}
}

// Edit is the edit of a snapshot.
func (s *EditState) Edit() Edit {
	//syncproof:unordered each value is replaced by itself
	for name, value := range s.Set {
		switch v := value.(type) {
		case float64:
			s.Set[name] = json.Number(fmt.Sprint(v))
		case []any:
			list := make([]string, len(v))
			for i := range v {
				list[i] = fmt.Sprint(v[i])
			}
			s.Set[name] = list
		}
	}
	return Edit{Object: s.Object, By: s.By, Origin: s.Origin, Record: s.Record, Set: s.Set, Version: s.Version, Bypass: s.Bypass}
}
