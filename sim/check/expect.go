package check

import (
	"errors"
	"fmt"
	"sort"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"

	"github.com/syncproof/syncproof/scenarios"
)

// ExpectError is an expectation that does not compile. It prints as
// path:line:column, message, and what was perhaps meant.
type ExpectError struct {
	Path         string
	Line, Column int
	Message      string
	Hint         string
}

func (e *ExpectError) Error() string {
	s := fmt.Sprintf("%s:%d:%d: %s", or(e.Path, "scenario"), e.Line, e.Column, e.Message)
	if e.Hint != "" {
		s += " (" + e.Hint + ")"
	}
	return s
}

// CompileExpect checks every expectation of a scenario against the names that
// the scenario has: its records, its mapped fields, and the counts of a run.
// The error is an *ExpectError for the first that does not compile.
func CompileExpect(sc *scenarios.Scenario) error {
	types := expectTypes(sc)
	for i := range sc.Expect {
		x := &sc.Expect[i]
		if _, err := expr.Compile(x.Text, expr.Env(types), expr.AsBool()); err != nil {
			return explainCompile(sc, x, err)
		}
	}
	return nil
}

func explainCompile(sc *scenarios.Scenario, x *scenarios.Expect, err error) error {
	out := &ExpectError{Path: sc.Path, Line: x.Line, Column: x.Column, Message: err.Error()}
	var at *file.Error
	if errors.As(err, &at) {
		out.Message = at.Message
		if at.Line <= 1 {
			out.Column += at.Column
		} else {
			out.Line, out.Column = out.Line+at.Line-1, at.Column+1
		}
	}
	out.Hint = suggest(sc, out.Message)
	return out
}

// suggest finds the word of a message that no name equals, and the nearest name.
func suggest(sc *scenarios.Scenario, message string) string {
	word := ""
	if _, rest, ok := strings.Cut(message, "unknown name "); ok {
		word = rest
	} else if _, rest, ok := strings.Cut(message, "unknown field "); ok {
		word = rest
	}
	if end := strings.IndexAny(word, " ,;("); end >= 0 {
		word = word[:end]
	}
	if word == "" {
		return ""
	}
	best, at := "", max(2, len(word)/3)+1
	for _, name := range expectNames(sc) {
		if d := distance(word, name); d < at {
			best, at = name, d
		}
	}
	if best == "" {
		return ""
	}
	return "did you mean " + best + "?"
}

// distance is the number of letters to change, add or remove.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		diagonal := row[0]
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			next := min(row[j]+1, row[j-1]+1, diagonal+cost)
			diagonal, row[j] = row[j], next
		}
	}
	return row[len(b)]
}

// expectations evaluates the scenario's own expressions, in order.
func (m *model) expectations() []Result {
	if len(m.sc.Expect) == 0 {
		return nil
	}
	types, env := expectTypes(m.sc), m.expectValues()
	out := make([]Result, 0, len(m.sc.Expect))
	for i := range m.sc.Expect {
		x := &m.sc.Expect[i]
		r := Result{Name: "expect", Line: x.Line, Column: x.Column, Seen: 1}
		program, err := expr.Compile(x.Text, expr.Env(types), expr.AsBool())
		switch {
		case err != nil:
			r.Verdict, r.Reason = Fail, explainCompile(m.sc, x, err).Error()
		case len(m.ev) == 0:
			r.Verdict, r.Reason = Unknown, "the journal is empty"
		case m.end < 0:
			r.Verdict, r.Reason = Unknown, "the journal has no end: the run was cut short"
		case m.ev[m.end].Code != "idle":
			r.Verdict, r.Reason = Unknown, "the run was cut short ("+or(m.ev[m.end].Code, "no cause is named")+"): what it expects may still have come"
		default:
			value, err := expr.Run(program, env)
			switch {
			case err != nil:
				r.Verdict, r.Reason = Fail, err.Error()
			case value == true:
				r.Verdict, r.Reason = Pass, x.Text
			default:
				r.Verdict, r.Reason = Fail, x.Text+": "+whyFalse(x.Text, env)
				r.Findings = []Finding{{Message: r.Reason}}
			}
		}
		out = append(out, r)
	}
	return out
}

// whyFalse shows the values of the first comparison that made an expression false.
func whyFalse(text string, env map[string]any) string {
	tree, err := parser.Parse(text)
	if err != nil {
		return "it is false"
	}
	node := tree.Node
	for {
		b, ok := node.(*ast.BinaryNode)
		if !ok {
			break
		}
		if b.Operator == "and" || b.Operator == "&&" {
			if truth(b.Left, env) {
				node = b.Right
			} else {
				node = b.Left
			}
			continue
		}
		var said []string
		for _, side := range []ast.Node{b.Left, b.Right} {
			if v, ok := evaluate(side, env); ok && !constant(side) {
				said = append(said, fmt.Sprintf("%s is %s", side, display(v)))
			}
		}
		if len(said) > 0 {
			return strings.Join(said, ", ")
		}
		break
	}
	return node.String() + " is false"
}

func constant(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NilNode, *ast.ConstantNode:
		return true
	}
	return false
}

func evaluate(n ast.Node, env map[string]any) (any, bool) {
	v, err := expr.Eval(n.String(), env)
	return v, err == nil
}

func truth(n ast.Node, env map[string]any) bool {
	v, ok := evaluate(n, env)
	return ok && v == true
}

func display(v any) string {
	if s, ok := v.(string); ok {
		return shown(s)
	}
	return fmt.Sprint(v)
}

// expectNames lists every word that an expectation may use, sorted.
func expectNames(sc *scenarios.Scenario) []string {
	names := make([]string, 0, 64)
	for name := range expectTypes(sc) {
		names = append(names, name)
	}
	for _, set := range [][]string{recordNames, sideFieldNames, systemNames} {
		names = append(names, set...)
	}
	for _, object := range sc.Named() {
		for _, f := range newFieldTable(sc, object).list {
			names = append(names, f.name)
		}
	}
	sort.Strings(names)
	return names
}
