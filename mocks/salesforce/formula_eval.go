package salesforce

import (
	"math/big"
	"strconv"
)

// saving is the write that a formula judges.
type saving struct {
	before *record // nil for a new record
	set    []assign
	user   string // 18 characters
}

// old is a column's text before the write, "" for blank.
func (s *saving) old(c *column) string {
	if s.before == nil || c.slot >= len(s.before.values) {
		return ""
	}
	return s.before.values[c.slot]
}

// new is a column's text as the write leaves it.
func (s *saving) new(c *column) string {
	for _, a := range s.set {
		if a.column.slot == c.slot {
			return a.text
		}
	}
	return s.old(c)
}

// holds evaluates a Boolean formula.
func (f *formula) holds(s *saving) bool { return f.value(s) == "true" }

// value is the formula's result as native text; "" is blank, and a Boolean is
// "true" or "false".
func (f *formula) value(s *saving) string {
	switch f.op {
	case "number", "text", "bool":
		return f.text
	case "user":
		return s.user[:15] // a formula knows the short form (S)
	case "field":
		return s.new(f.column)
	case "PRIORVALUE":
		if s.before == nil {
			return s.new(f.args[0].column)
		}
		return s.old(f.args[0].column)
	case "BLANKVALUE":
		if v := f.args[0].value(s); v != "" {
			return v
		}
		return f.args[1].value(s)
	case "LEFT":
		text := []rune(f.args[0].value(s))
		n, err := strconv.Atoi(f.args[1].text)
		if err != nil || n > len(text) {
			n = len(text)
		}
		return string(text[:n])
	}
	return strconv.FormatBool(f.judge(s))
}

func (f *formula) judge(s *saving) bool {
	switch f.op {
	case "AND", "OR":
		for _, a := range f.args {
			if a.holds(s) != (f.op == "AND") {
				return f.op == "OR"
			}
		}
		return f.op == "AND"
	case "NOT":
		return !f.args[0].holds(s)
	case "ISBLANK":
		return f.args[0].value(s) == ""
	case "ISNEW":
		return s.before == nil
	case "ISCHANGED":
		c := f.args[0].column
		return s.before != nil && s.new(c) != s.old(c)
	}
	return f.compares(s)
}

// compares is a comparison. A blank equals nothing but a blank and is in no
// order with a number (M).
func (f *formula) compares(s *saving) bool {
	left, right := f.args[0].value(s), f.args[1].value(s)
	if f.args[0].result != formulaNumber || left == "" || right == "" {
		switch f.op {
		case "=":
			return left == right
		case "<>":
			return left != right
		}
		return false
	}
	// Both were checked when they were stored or parsed.
	a, _ := new(big.Rat).SetString(left)
	b, _ := new(big.Rat).SetString(right)
	order := a.Cmp(b)
	switch f.op {
	case "=":
		return order == 0
	case "<>":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}
