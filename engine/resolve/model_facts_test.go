package resolve_test

import "github.com/syncproof/syncproof/engine/resolve"

// The facts below are what the model knows of an input, each looked up anew.

func (m *model) now(s, i int) string { return at(m.in.Sides[s].Content, i) }

func (m *model) differs(i int) bool { return m.now(0, i) != m.now(1, i) }

func (m *model) oneWay(i int) bool { return m.in.Fields[i].OneWay != resolve.None }

func (m *model) lost() bool {
	for _, b := range m.in.Bases {
		if !b.Known || !b.Present {
			return true
		}
	}
	return false
}

func (m *model) moved(s, i int) bool {
	return m.lost() || m.now(s, i) != at(m.in.Bases[s].Content, i)
}

func (m *model) any(test func(i int) bool) bool {
	for i := range m.n {
		if test(i) {
			return true
		}
	}
	return false
}

func (m *model) changed(s int) bool {
	return m.lost() || m.any(func(i int) bool { return m.moved(s, i) })
}

func (m *model) edited(s int) bool {
	return m.any(func(i int) bool { return !m.oneWay(i) && m.moved(s, i) })
}

// gives: the side changed something that may leave it.
func (m *model) gives(s int) bool {
	return m.any(func(i int) bool { return m.moved(s, i) && int(m.in.Fields[i].OneWay) != s })
}

// wrong: the field was edited where it may not be.
func (m *model) wrong(i int) bool {
	if !m.oneWay(i) || !m.differs(i) {
		return false
	}
	to := int(m.in.Fields[i].OneWay)
	if m.lost() {
		return m.now(0, i) != "" && m.now(1, i) != ""
	}
	return m.moved(to, i)
}

// claimed: a two-way field to which both sides have an equal claim.
func (m *model) claimed(i int) bool {
	if m.oneWay(i) || !m.differs(i) {
		return false
	}
	if m.lost() {
		return m.now(0, i) != "" && m.now(1, i) != ""
	}
	return m.moved(0, i) == m.moved(1, i)
}

func (m *model) needsPersonForWrongSide() bool {
	return m.in.Policy.WrongSide == resolve.ReviewWrongSide && m.any(m.wrong)
}

// oneEdited is the only side that changed a two-way field, or -1 (CR-2).
func (m *model) oneEdited() int {
	switch a, b := m.edited(0), m.edited(1); {
	case m.lost() || a == b:
		return -1
	case a:
		return 0
	}
	return 1
}

// changedAlone judges a side by its own base where the other is absent.
func (m *model) changedAlone(s int) bool {
	if m.in.Sides[1-s].Present {
		return m.changed(s)
	}
	b := m.in.Bases[s]
	return !b.Known || !b.Present ||
		m.any(func(i int) bool { return m.now(s, i) != at(b.Content, i) })
}

func at(content []string, i int) string {
	if i < len(content) {
		return content[i]
	}
	return ""
}

func index(second bool) int {
	if second {
		return 1
	}
	return 0
}

func sideName(s int) string {
	switch s {
	case 0:
		return "cc"
	case 1:
		return "crm"
	}
	return "none"
}

func pow(base, n int) int {
	p := 1
	for range n {
		p *= base
	}
	return p
}
