package salesforce

import (
	"cmp"
	"math/big"
	"slices"
	"strings"
)

// holds evaluates a condition for a record.
func (c *condition) holds(m *Mock, r *record) bool {
	switch c.op {
	case "and":
		for _, kid := range c.kids {
			if !kid.holds(m, r) {
				return false
			}
		}
		return true
	case "or":
		for _, kid := range c.kids {
			if kid.holds(m, r) {
				return true
			}
		}
		return false
	case "not":
		return !c.kids[0].holds(m, r)
	case "in", "not in":
		found := slices.ContainsFunc(c.values, func(v literal) bool { return compareLiteral(m, r, c.column, v) == equal })
		return found == (c.op == "in")
	case "like":
		return matches(strings.ToLower(r.text(m, c.column)), c.values[0].text)
	}
	result := compareLiteral(m, r, c.column, c.values[0])
	switch c.op {
	case "=":
		return result == equal
	case "!=":
		return result != equal
	case "<":
		return result == less
	case "<=":
		return result == less || result == equal
	case ">":
		return result == greater
	default:
		return result == greater || result == equal
	}
}

// matches holds a text against a pattern of LIKE: % stands for any text, _ for
// one character, a backslash makes either mean itself. A null
// is like nothing.
func matches(text, pattern string) bool {
	t, p := []rune(text), []rune(pattern)
	if len(t) == 0 {
		return false
	}
	back, from := -1, 0 // where the last % stands, and what it has swallowed up to
	i, j := 0, 0
	for i < len(t) {
		switch {
		case j < len(p) && p[j] == '%':
			back, from = j, i
			j++
			continue
		case j < len(p) && p[j] == '_':
			i, j = i+1, j+1
			continue
		case j+1 < len(p) && p[j] == '\\' && p[j+1] == t[i]:
			i, j = i+1, j+2
			continue
		case j < len(p) && p[j] != '\\' && p[j] == t[i]:
			i, j = i+1, j+1
			continue
		case back < 0:
			return false
		}
		from++
		i, j = from, back+1
	}
	for j < len(p) && p[j] == '%' {
		j++
	}
	return j == len(p)
}

// ordering is the outcome of a comparison; with null on one side only, a
// value is neither less nor greater.
type ordering uint8

const (
	unordered ordering = iota
	less
	equal
	greater
)

func ordered(c int) ordering { return ordering(c + int(equal)) }

func compareLiteral(m *Mock, r *record, c *column, v literal) ordering {
	if seconds, ok := r.seconds(c); ok {
		if v.null {
			return unordered
		}
		return ordered(cmp.Compare(seconds*1e9, v.nano))
	}
	text := r.text(m, c)
	if c.kind == kindBoolean && text == "" {
		text = "false"
	}
	switch {
	case text == "" && v.null:
		return equal
	case text == "" || v.null:
		return unordered
	case c.kind == kindDatetime:
		at, ok := parseInstant(text)
		if !ok {
			return unordered
		}
		return ordered(cmp.Compare(at.UnixNano(), v.nano))
	case c.kind.numeric():
		return compareNumbers(text, v.text)
	case c.kind == kindID || c.kind == kindReference:
		return ordered(strings.Compare(text, v.text))
	}
	return ordered(strings.Compare(strings.ToLower(text), v.text))
}

func compareNumbers(a, b string) ordering {
	x, ok1 := new(big.Rat).SetString(a)
	y, ok2 := new(big.Rat).SetString(b)
	if !ok1 || !ok2 {
		return unordered
	}
	return ordered(x.Cmp(y))
}

// compare orders two records by an ORDER BY clause, then by id.
func (q *query) compare(m *Mock, a, b *record) int {
	for _, term := range q.order {
		if c := term.compare(m, a, b); c != 0 {
			return c
		}
	}
	return cmp.Compare(a.id, b.id)
}

func (t *orderTerm) compare(m *Mock, a, b *record) int {
	result := 0
	x, isInstant := a.seconds(t.column)
	if isInstant {
		y, _ := b.seconds(t.column)
		result = cmp.Compare(x, y)
	} else {
		x, y := strings.ToLower(a.text(m, t.column)), strings.ToLower(b.text(m, t.column))
		switch {
		case x == y:
			return 0
		case x == "" || y == "":
			// Nulls stand where the clause puts them, whatever the direction.
			if (x == "") != t.nullsLast {
				return -1
			}
			return 1
		case t.column.kind.numeric():
			result = int(compareNumbers(x, y)) - int(equal)
		default:
			result = strings.Compare(x, y)
		}
	}
	if t.desc {
		return -result
	}
	return result
}

// mentions reports whether a comparison with such a column occurs anywhere.
func (c *condition) mentions(such func(system) bool) bool {
	if c == nil {
		return false
	}
	if c.column != nil {
		return such(c.column.system)
	}
	return slices.ContainsFunc(c.kids, func(kid *condition) bool { return kid.mentions(such) })
}

// required are the comparisons that every row must satisfy.
func (c *condition) required() []*condition {
	switch {
	case c == nil:
		return nil
	case c.op == "and":
		return c.kids
	}
	return []*condition{c}
}
