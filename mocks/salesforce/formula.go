package salesforce

import (
	"math/big"
	"strconv"
	"strings"
)

// formula is a parsed formula of a validation rule, of the part of the
// vendor's language (S) that rules over a record's own fields need: literals,
// field names, $User.Id, comparisons and the functions of formulaFunctions.
// What it does not know it refuses, as the vendor refuses what does not exist.
type formula struct {
	op     string // "number", "text", "bool", "field", "user", a comparison or a function
	text   string // of a literal
	column *column
	args   []*formula
	result formulaType
}

type formulaType uint8

const (
	formulaBool formulaType = iota
	formulaNumber
	formulaText
	formulaOther // a date or an instant: for ISBLANK and its like alone
)

var formulaTypeNames = [...]string{"Boolean", "Number", "Text", "Date"}

// Bounds of a formula: the vendor's 3,900 characters (S), and a depth.
const (
	formulaLength = 3900
	formulaDepth  = 32
)

// formulaFunctions: how many arguments each takes, -1 for one or more.
var formulaFunctions = map[string]int{
	"AND": -1, "OR": -1, "NOT": 1, "ISBLANK": 1, "ISNEW": 0, "ISCHANGED": 1, "PRIORVALUE": 1, "BLANKVALUE": 2, "LEFT": 2,
}

type formulaParser struct {
	schema *schema
	text   string
	at     int
	depth  int
}

func errFormula(message string) *apiError {
	return refuse("FIELD_INTEGRITY_EXCEPTION", "Error: "+message, "ErrorConditionFormula")
}

// parseFormula parses a rule's condition, which must be Boolean.
func parseFormula(s *schema, text string) (*formula, *apiError) {
	if len(text) > formulaLength {
		return nil, errFormula("Formula is too long. Maximum length is " + strconv.Itoa(formulaLength))
	}
	p := &formulaParser{schema: s, text: text}
	f, err := p.comparison()
	if err != nil {
		return nil, err
	}
	if p.space(); p.at < len(text) {
		return nil, errFormula("Syntax error. Extra " + strconv.Quote(text[p.at:]))
	}
	if f.result != formulaBool {
		return nil, errFormula("Formula result is data type (" + formulaTypeNames[f.result] + "), incompatible with expected data type (true or false).")
	}
	return f, nil
}

func (p *formulaParser) space() {
	for p.at < len(p.text) && strings.IndexByte(" \t\r\n", p.text[p.at]) >= 0 {
		p.at++
	}
}

func (p *formulaParser) accept(symbol string) bool {
	p.space()
	if strings.HasPrefix(p.text[p.at:], symbol) {
		p.at += len(symbol)
		return true
	}
	return false
}

func (p *formulaParser) comparison() (*formula, *apiError) {
	if p.depth++; p.depth > formulaDepth {
		return nil, errFormula("Formula is nested too deeply")
	}
	defer func() { p.depth-- }()
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	for _, op := range [...]string{"<>", "!=", "<=", ">=", "==", "=", "<", ">"} {
		if !p.accept(op) {
			continue
		}
		right, err := p.operand()
		if err != nil {
			return nil, err
		}
		ordered := op[0] == '<' && op != "<>" || op[0] == '>'
		if left.result != right.result || left.result == formulaOther || ordered && left.result != formulaNumber {
			return nil, errFormula("Incorrect parameter type for operator '" + op + "'. Expected " +
				formulaTypeNames[left.result] + ", received " + formulaTypeNames[right.result])
		}
		switch op {
		case "!=":
			op = "<>"
		case "==":
			op = "="
		}
		return &formula{op: op, args: []*formula{left, right}, result: formulaBool}, nil
	}
	return left, nil
}

func (p *formulaParser) operand() (*formula, *apiError) {
	p.space()
	if p.at == len(p.text) {
		return nil, errFormula("Syntax error. Found end of formula")
	}
	switch c := p.text[p.at]; {
	case c == '(':
		p.at++
		inner, err := p.comparison()
		if err == nil && !p.accept(")") {
			err = errFormula("Syntax error. Missing ')'")
		}
		return inner, err
	case c == '"':
		end := strings.IndexByte(p.text[p.at+1:], '"')
		if end < 0 {
			return nil, errFormula("Syntax error. Missing '\"'")
		}
		text := p.text[p.at+1 : p.at+1+end]
		p.at += end + 2
		return &formula{op: "text", text: text, result: formulaText}, nil
	case digit(c):
		text := p.run(func(c byte) bool { return digit(c) || c == '.' })
		if _, ok := new(big.Rat).SetString(text); !ok {
			return nil, errFormula("Syntax error. Found '" + text + "'")
		}
		return &formula{op: "number", text: text, result: formulaNumber}, nil
	case letter(c) || c == '$':
		word := p.run(func(c byte) bool { return letter(c) || digit(c) || c == '_' || c == '.' || c == '$' })
		return p.named(word)
	}
	return nil, errFormula("Syntax error. Found '" + firstRune(p.text[p.at:]) + "'")
}

func (p *formulaParser) run(in func(byte) bool) string {
	start := p.at
	for p.at < len(p.text) && in(p.text[p.at]) {
		p.at++
	}
	return p.text[start:p.at]
}

// named is a function, a literal, the user, or a field.
func (p *formulaParser) named(word string) (*formula, *apiError) {
	upper := strings.ToUpper(word)
	if p.accept("(") {
		count, known := formulaFunctions[upper]
		if !known {
			return nil, errFormula("Unknown function " + word + ". Check spelling.")
		}
		return p.call(upper, count)
	}
	switch {
	case upper == "TRUE" || upper == "FALSE":
		return &formula{op: "bool", text: strings.ToLower(word), result: formulaBool}, nil
	case upper == "$USER.ID":
		return &formula{op: "user", result: formulaText}, nil
	}
	c := p.schema.named(word)
	if c == nil || c.system != plain {
		return nil, errFormula("Field " + word + " does not exist. Check spelling.")
	}
	f := &formula{op: "field", column: c}
	switch {
	case c.kind.numeric():
		f.result = formulaNumber
	case c.kind == kindBoolean:
		f.result = formulaBool
	case c.kind == kindDate || c.kind == kindDatetime:
		f.result = formulaOther
	default:
		f.result = formulaText
	}
	return f, nil
}

func (p *formulaParser) call(name string, count int) (*formula, *apiError) {
	f := &formula{op: name}
	if !p.accept(")") {
		for {
			arg, err := p.comparison()
			if err != nil {
				return nil, err
			}
			f.args = append(f.args, arg)
			if p.accept(")") {
				break
			}
			if !p.accept(",") {
				return nil, errFormula("Syntax error. Missing ')'")
			}
		}
	}
	if count >= 0 && len(f.args) != count || count < 0 && len(f.args) == 0 {
		return nil, errFormula("Incorrect number of parameters for function '" + name + "()'.")
	}
	return f, f.check()
}

// check refuses arguments of a wrong type, and settles the result's.
func (f *formula) check() *apiError {
	wrong := func(i int, want string) *apiError {
		return errFormula("Incorrect parameter type for function '" + f.op + "()'. Expected " + want +
			", received " + formulaTypeNames[f.args[i].result])
	}
	switch f.op {
	case "AND", "OR", "NOT":
		for i, a := range f.args {
			if a.result != formulaBool {
				return wrong(i, "Boolean")
			}
		}
	case "ISCHANGED", "PRIORVALUE":
		if f.args[0].op != "field" {
			return wrong(0, "Field")
		}
		if f.op == "PRIORVALUE" {
			f.result = f.args[0].result
		}
	case "BLANKVALUE":
		if f.args[0].result != f.args[1].result {
			return wrong(1, formulaTypeNames[f.args[0].result])
		}
		f.result = f.args[0].result
	case "LEFT":
		if f.args[0].result != formulaText {
			return wrong(0, "Text")
		}
		if f.args[1].op != "number" {
			return wrong(1, "Number")
		}
		f.result = formulaText
	}
	return nil
}
