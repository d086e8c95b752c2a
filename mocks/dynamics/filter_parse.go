package dynamics

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// filterMax bounds the text of a filter, and filterDepthMax how deep its
// expressions nest.
const (
	filterMax      = 8 << 10
	filterDepthMax = 32
)

// parser is a recursive descent over one filter, as OData 4.0 has it (S).
type parser struct {
	m      *Mock
	tokens []token
	at     int
	text   string
}

// token is a word, a literal in quotes, or one of ( ) and the comma.
type token struct {
	text   string
	quoted bool
}

// mark says that the token is a bracket or the comma.
func (t token) mark() bool {
	return !t.quoted && (t.text == "(" || t.text == ")" || t.text == ",")
}

// parseFilter reads $filter.
func (m *Mock) parseFilter(text string) (*node, *apiError) {
	p := &parser{m: m, text: text}
	if len(text) > filterMax {
		return nil, badQuery("The query option '$filter' is too long.")
	}
	if !p.scan() {
		return nil, p.syntax()
	}
	n, bad := p.either(0)
	if bad == nil && p.at != len(p.tokens) {
		bad = p.syntax()
	}
	return n, bad
}

// scan cuts the text into tokens.
func (p *parser) scan() bool {
	for i := 0; i < len(p.text); {
		switch c := p.text[i]; {
		case c == ' ' || c == '\t':
			i++
		case c == '(' || c == ')' || c == ',':
			p.tokens = append(p.tokens, token{text: p.text[i : i+1]})
			i++
		case c == '\'':
			value, end, closed := quotedAt(p.text, i)
			if !closed {
				return false
			}
			p.tokens = append(p.tokens, token{text: value, quoted: true})
			i = end
		default:
			end := i
			for end < len(p.text) && !strings.ContainsRune(" \t(),'", rune(p.text[end])) {
				end++
			}
			p.tokens = append(p.tokens, token{text: p.text[i:end]})
			i = end
		}
	}
	return len(p.tokens) > 0
}

// quotedAt reads the literal that begins at i; a quote within is doubled.
func quotedAt(text string, i int) (value string, end int, closed bool) {
	var b strings.Builder
	for i++; i < len(text); i++ {
		if text[i] != '\'' {
			b.WriteByte(text[i])
			continue
		}
		if i+1 == len(text) || text[i+1] != '\'' {
			return b.String(), i + 1, true
		}
		b.WriteByte('\'')
		i++
	}
	return "", i, false
}

func (p *parser) syntax() *apiError {
	at := "the end"
	if p.at < len(p.tokens) {
		at = "'" + p.tokens[p.at].text + "'"
	}
	return badQuery("Syntax error at " + at + " in '" + p.text + "'.")
}

// word takes the next token if it is this one.
func (p *parser) word(w string) bool {
	if p.at < len(p.tokens) && !p.tokens[p.at].quoted && p.tokens[p.at].text == w {
		p.at++
		return true
	}
	return false
}

func (p *parser) either(depth int) (*node, *apiError) {
	return p.chain("or", func() (*node, *apiError) {
		return p.chain("and", func() (*node, *apiError) { return p.unary(depth) })
	})
}

// chain reads what an operator joins, from the left.
func (p *parser) chain(op string, operand func() (*node, *apiError)) (*node, *apiError) {
	n, bad := operand()
	for bad == nil && p.word(op) {
		var right *node
		right, bad = operand()
		n = &node{op: op, left: n, right: right}
	}
	return n, bad
}

func (p *parser) unary(depth int) (*node, *apiError) {
	if depth > filterDepthMax {
		return nil, badQuery("The expression in '$filter' nests too deep.")
	}
	switch {
	case p.word("not"):
		n, bad := p.unary(depth + 1)
		return &node{op: "not", left: n}, bad
	case p.word("("):
		n, bad := p.either(depth + 1)
		if bad == nil && !p.word(")") {
			bad = p.syntax()
		}
		return n, bad
	}
	for _, function := range []string{"contains", "startswith", "endswith"} {
		if p.word(function) {
			return p.function(function)
		}
	}
	return p.comparison()
}

// column takes the next token as a column's name.
func (p *parser) column() (*column, *apiError) {
	if p.at >= len(p.tokens) || p.tokens[p.at].quoted || p.tokens[p.at].mark() {
		return nil, p.syntax()
	}
	name := p.tokens[p.at].text
	c := p.m.schema.byName[name]
	if c == nil {
		return nil, p.m.object.errNoProperty(name)
	}
	p.at++
	return c, nil
}

func (p *parser) function(name string) (*node, *apiError) {
	if !p.word("(") {
		return nil, p.syntax()
	}
	c, bad := p.column()
	switch {
	case bad != nil:
		return nil, bad
	case c.edm() != "Edm.String":
		return nil, badQuery("No function signature for the function with name '" + name + "' matches the specified arguments.")
	case !p.word(","), p.at >= len(p.tokens), !p.tokens[p.at].quoted:
		return nil, p.syntax()
	}
	n := &node{op: name, column: c, text: p.tokens[p.at].text}
	p.at++
	if !p.word(")") {
		return nil, p.syntax()
	}
	return n, nil
}

var comparisons = []string{"eq", "ne", "gt", "ge", "lt", "le"}

func (p *parser) comparison() (*node, *apiError) {
	c, bad := p.column()
	if bad != nil {
		return nil, bad
	}
	if p.at+1 >= len(p.tokens) || p.tokens[p.at].quoted || !slices.Contains(comparisons, p.tokens[p.at].text) {
		return nil, p.syntax()
	}
	n := &node{op: p.tokens[p.at].text, column: c}
	literal := p.tokens[p.at+1]
	if literal.mark() {
		return nil, p.syntax()
	}
	p.at += 2
	if !literal.quoted && literal.text == "null" {
		if n.null = n.op == "eq" || n.op == "ne"; !n.null {
			return nil, incompatible(n.op)
		}
		return n, nil
	}
	text, ok := c.literal(literal)
	if !ok {
		return nil, incompatible(n.op)
	}
	n.text = text
	return n, nil
}

// incompatible is what the vendor's library says of types that do not go
// together (2).
func incompatible(op string) *apiError {
	return badQuery("A binary operator with incompatible types was detected for operator kind '" + op + "'.")
}

// literal reads a literal of the column's type, ok false for another's.
func (c *column) literal(t token) (string, bool) {
	if c.edm() == "Edm.String" {
		return t.text, t.quoted
	}
	if t.quoted {
		return "", false
	}
	switch c.kind {
	case kindID, kindLookup:
		return guid(t.text)
	case kindBoolean:
		return t.text, t.text == "true" || t.text == "false"
	case kindDate:
		_, err := time.Parse(time.DateOnly, t.text)
		return t.text, err == nil
	case kindInstant:
		at, err := time.Parse(time.RFC3339, t.text)
		return at.UTC().Format(instantForm), err == nil
	}
	if c.wanted() == mocks.JSONNumber && len(t.text) <= 40 {
		_, err := strconv.ParseFloat(t.text, 64)
		return t.text, err == nil && strings.Trim(t.text, "+-.0123456789") == ""
	}
	return "", false
}
