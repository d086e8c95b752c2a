package salesforce

import (
	"encoding/json"
	"fmt"

	"github.com/syncproof/syncproof/mocks"
)

// setupState is what was made through the API, as a snapshot holds it.
type setupState struct {
	Fields   []madeState       `json:"fields"`
	Rules    []madeState       `json:"rules"`
	Sets     []setState        `json:"permission_sets"`
	Grants   []grantState      `json:"field_permissions"`
	Assigned []assignmentState `json:"assignments"`
	// Settings is nil in snapshots older than settings.
	Settings *settings `json:"settings,omitempty"`
}

type madeState struct {
	On       mocks.Object    `json:"object,omitzero"`
	ID       string          `json:"id,omitempty"`
	Name     string          `json:"name"`
	Metadata json.RawMessage `json:"metadata"`
}

type setState struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Label string `json:"label"`
}

type grantState struct {
	On    mocks.Object `json:"object,omitzero"`
	ID    string       `json:"id"`
	Set   string       `json:"set"`
	Field string       `json:"field"`
	Edit  bool         `json:"edit"`
}

type assignmentState struct {
	ID   string `json:"id"`
	User string `json:"user"`
	Set  string `json:"set"`
}

// setupState is nil where nothing was made.
func (m *Mock) setupState() *setupState {
	out := &setupState{}
	for _, part := range m.all() {
		for _, c := range part.made.columns {
			if c.fromAPI {
				out.Fields = append(out.Fields, madeState{On: part.object.is, Name: c.name, Metadata: c.appendMetadata(nil)})
			}
		}
	}
	for i := range m.setup.rules {
		r := &m.setup.rules[i]
		out.Rules = append(out.Rules, madeState{r.on, r.id, r.name, r.appendMetadata(nil)})
	}
	for _, s := range m.setup.sets {
		out.Sets = append(out.Sets, setState{s.id, s.name, s.label})
	}
	for _, g := range m.setup.grants {
		out.Grants = append(out.Grants, grantState{g.on, g.id, g.set, g.field, g.edit})
	}
	for _, a := range m.setup.assigned {
		out.Assigned = append(out.Assigned, assignmentState{a.id, a.user, a.set})
	}
	if s := m.settings(); len(s.ChangeEvents)+len(s.DuplicateRules)+len(s.Fields) > 0 {
		out.Settings = &s
	}
	if len(out.Fields)+len(out.Rules)+len(out.Sets) == 0 && out.Settings == nil {
		return nil
	}
	return out
}

// setSetup replaces what was made by what a snapshot holds. There are no
// records yet.
func (m *Mock) setSetup(s *setupState) error {
	m.setup = setup{}
	for _, part := range m.all() {
		part.made = newSchema(part.object, part.config)
	}
	if s == nil {
		s = &setupState{}
	}
	for i := range s.Fields {
		meta, err := metadataOf(&s.Fields[i])
		if err != nil {
			return err
		}
		c, bad := meta.column(s.Fields[i].Name)
		if bad != nil {
			return fmt.Errorf("field %s of the snapshot: %s", s.Fields[i].Name, bad.message)
		}
		part := m.on(s.Fields[i].On)
		if part == nil {
			return fmt.Errorf("field %s of the snapshot: the organisation has no %ss", s.Fields[i].Name, s.Fields[i].On)
		}
		c.slot = part.made.slots
		part.made.slots++
		part.made.columns = append(part.made.columns, c)
	}
	for i := range s.Rules {
		meta, err := metadataOf(&s.Rules[i])
		if err != nil {
			return err
		}
		part := m.on(s.Rules[i].On)
		if part == nil {
			return fmt.Errorf("rule %s of the snapshot: the organisation has no %ss", s.Rules[i].Name, s.Rules[i].On)
		}
		r, bad := meta.rule(part.made)
		if bad != nil {
			return fmt.Errorf("rule %s of the snapshot: %s", s.Rules[i].Name, bad.message)
		}
		r.on, r.id, r.name = part.object.is, s.Rules[i].ID, s.Rules[i].Name
		m.setup.rules = append(m.setup.rules, *r)
	}
	for _, p := range s.Sets {
		m.setup.sets = append(m.setup.sets, permissionSet{p.ID, p.Name, p.Label})
	}
	for _, g := range s.Grants {
		m.setup.grants = append(m.setup.grants, fieldGrant{g.On, g.ID, g.Set, g.Field, g.Edit})
	}
	for _, a := range s.Assigned {
		m.setup.assigned = append(m.setup.assigned, assignment{a.ID, a.User, a.Set})
	}
	for _, part := range m.all() {
		part.regrant()
	}
	if s.Settings == nil {
		return nil
	}
	if err := m.checkSettings(s.Settings); err != nil {
		return fmt.Errorf("settings of the snapshot: %w", err)
	}
	m.take(s.Settings)
	return nil
}

func metadataOf(s *madeState) (body, error) {
	members, err := mocks.Members(nil, s.Metadata)
	if err != nil {
		return body{}, fmt.Errorf("%s of the snapshot: %w", s.Name, err)
	}
	return body{members}, nil
}
