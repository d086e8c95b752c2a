package dynamics

import (
	"cmp"
	"math/big"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// node is one expression of $filter.
type node struct {
	op          string // and, or, not, a comparison, or a function
	left, right *node  // of and, or, not
	column      *column
	text        string
	null        bool
}

// ordering is one term of $orderby.
type ordering struct {
	column     *column
	descending bool
}

// holds evaluates an expression. A comparison with a column that is empty
// holds only where it asks for that (S: SQL's own logic is not the API's; M).
func (m *Mock) holds(n *node, c *record) bool {
	switch n.op {
	case "and":
		return m.holds(n.left, c) && m.holds(n.right, c)
	case "or":
		return m.holds(n.left, c) || m.holds(n.right, c)
	case "not":
		return !m.holds(n.left, c)
	}
	_, text := n.column.shown(m.text(c, n.column))
	switch {
	case n.null:
		return (text == "") == (n.op == "eq")
	case text == "":
		return n.op == "ne"
	}
	// Texts are compared without case (2).
	low, want := strings.ToLower(text), strings.ToLower(n.text)
	switch n.op {
	case "contains":
		return strings.Contains(low, want)
	case "startswith":
		return strings.HasPrefix(low, want)
	case "endswith":
		return strings.HasSuffix(low, want)
	}
	order := n.column.compare(low, want)
	switch n.op {
	case "eq":
		return order == 0
	case "ne":
		return order != 0
	case "gt":
		return order > 0
	case "ge":
		return order >= 0
	case "lt":
		return order < 0
	}
	return order <= 0
}

// compare orders two values of the column; instants and dates are written so
// that their texts order like them.
func (c *column) compare(a, b string) int {
	if c.wanted() == mocks.JSONNumber {
		x, okX := new(big.Rat).SetString(a)
		y, okY := new(big.Rat).SetString(b)
		if okX && okY {
			return x.Cmp(y)
		}
	}
	return cmp.Compare(a, b)
}

func (m *Mock) compareBy(order []ordering, a, b *record) int {
	for _, o := range order {
		_, x := o.column.shown(m.text(a, o.column))
		_, y := o.column.shown(m.text(b, o.column))
		by := 0
		switch {
		case x == "" || y == "":
			by = cmp.Compare(len(x), len(y)) // empty ones come first (M)
		default:
			by = o.column.compare(strings.ToLower(x), strings.ToLower(y))
		}
		if o.descending {
			by = -by
		}
		if by != 0 {
			return by
		}
	}
	return 0
}

// parseOrder reads $orderby.
func (m *Mock) parseOrder(text string) ([]ordering, *apiError) {
	var out []ordering
	for term := range strings.SplitSeq(text, ",") {
		words := strings.Fields(term)
		if len(words) == 0 || len(words) > 2 {
			return nil, badQuery("Syntax error in $orderby '" + text + "'.")
		}
		c := m.schema.byName[words[0]]
		if c == nil {
			return nil, m.object.errNoProperty(words[0])
		}
		o := ordering{column: c}
		if len(words) == 2 {
			switch words[1] {
			case "asc":
			case "desc":
				o.descending = true
			default:
				return nil, badQuery("Syntax error in $orderby '" + text + "'.")
			}
		}
		out = append(out, o)
	}
	return out, nil
}
