package salesforce

import (
	"strconv"
	"strings"
)

// query is a parsed SOQL statement over one object.
//
//	SELECT field [, field]... FROM object
//	[WHERE condition] [ORDER BY field [ASC|DESC] [NULLS FIRST|LAST] [, ...]] [LIMIT n] [OFFSET n]
//
// In the place of the fields COUNT() asks how many rows there are.
type query struct {
	fields []*column
	count  bool
	where  *condition // nil for none
	order  []orderTerm
	limit  int // -1 for none
	offset int
}

type orderTerm struct {
	column    *column
	desc      bool
	nullsLast bool
}

// condition is a node of a WHERE clause: and, or, not over kids, or a
// comparison.
type condition struct {
	op     string // and | or | not | = | != | < | <= | > | >= | in | not in | like
	kids   []*condition
	column *column
	values []literal
}

// literal is the right side of a comparison, already in the column's terms.
type literal struct {
	null bool
	text string // native text: folded for strings, 18 characters for ids
	nano int64  // of a datetime
}

// conditionDepth bounds the nesting of parentheses.
const conditionDepth = 50

// queryLength is the vendor's bound on a statement, in characters (M).
const queryLength = 100_000

type parser struct {
	schema *schema
	tokens []token
	at     int
}

// parseQuery parses a statement against the schema. The errors are the
// vendor's: MALFORMED_QUERY, INVALID_TYPE for another object, INVALID_FIELD.
func parseQuery(s *schema, text string) (*query, *apiError) {
	if len(text) > queryLength {
		return nil, refuse("QUERY_TOO_COMPLICATED", "SOQL statements cannot be longer than 100000 characters.")
	}
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{schema: s, tokens: tokens}
	return p.statement()
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) accept(keyword string) bool {
	if p.peek().is(keyword) {
		p.at++
		return true
	}
	return false
}

func (p *parser) acceptSymbol(symbol string) bool {
	if p.peek().symbol(symbol) {
		p.at++
		return true
	}
	return false
}

func (p *parser) unexpected() *apiError {
	t := p.peek()
	return malformed("unexpected token: '"+t.text+"'", t.at)
}

func (p *parser) statement() (*query, *apiError) {
	if !p.accept("SELECT") {
		return nil, p.unexpected()
	}
	// The field list is resolved after FROM is known to name the object.
	var names []token
	count := p.counts()
	for !count {
		t := p.peek()
		if t.kind != tokenWord || reserved(t.text) {
			return nil, p.unexpected()
		}
		p.at++
		names = append(names, t)
		if !p.acceptSymbol(",") {
			break
		}
	}
	if err := p.from(); err != nil {
		return nil, err
	}
	q := &query{limit: -1, count: count}
	for _, name := range names {
		c, err := p.column(name)
		if err != nil {
			return nil, err
		}
		for _, other := range q.fields {
			if other == c {
				return nil, refuse("INVALID_FIELD", "duplicate field selected: "+c.name)
			}
		}
		q.fields = append(q.fields, c)
	}
	if err := p.clauses(q); err != nil {
		return nil, err
	}
	return q, nil
}

func (p *parser) from() *apiError {
	if !p.accept("FROM") {
		return p.unexpected()
	}
	t := p.peek()
	if t.kind != tokenWord {
		return p.unexpected()
	}
	p.at++
	if !strings.EqualFold(t.text, p.schema.object.name) {
		return refuse("INVALID_TYPE", "sObject type '"+t.text+"' is not supported.")
	}
	return nil
}

// clauses parses what stands behind FROM, in the order that the vendor wants.
func (p *parser) clauses(q *query) *apiError {
	var err *apiError
	if p.accept("WHERE") {
		if q.where, err = p.or(0); err != nil {
			return err
		}
	}
	if p.accept("ORDER") {
		if err := p.orderBy(q); err != nil {
			return err
		}
	}
	if p.accept("LIMIT") {
		if q.limit, err = p.number(); err != nil {
			return err
		}
	}
	if p.accept("OFFSET") {
		if q.offset, err = p.number(); err != nil {
			return err
		}
		if q.offset > offsetMax {
			return refuse("NUMBER_OUTSIDE_VALID_RANGE", "Maximum SOQL offset allowed is 2000")
		}
	}
	if p.peek().kind != tokenEnd {
		return p.unexpected()
	}
	return nil
}

// offsetMax is the largest OFFSET (S).
const offsetMax = 2000

func (p *parser) number() (int, *apiError) {
	t := p.peek()
	n, bad := strconv.Atoi(t.text)
	if t.kind != tokenNumber || bad != nil || n < 0 {
		return 0, p.unexpected()
	}
	p.at++
	return n, nil
}

// counts takes COUNT(), if it is there.
func (p *parser) counts() bool {
	if p.at+2 < len(p.tokens) && p.peek().is("COUNT") && p.tokens[p.at+1].symbol("(") && p.tokens[p.at+2].symbol(")") {
		p.at += 3
		return true
	}
	return false
}

func (p *parser) orderBy(q *query) *apiError {
	if !p.accept("BY") {
		return p.unexpected()
	}
	for {
		c, err := p.fieldName()
		if err != nil {
			return err
		}
		if !c.filterable() || c.kind == kindMultipicklist {
			return refuse("MALFORMED_QUERY", "field '"+c.name+"' can not be sorted in a query call")
		}
		term := orderTerm{column: c}
		if p.accept("DESC") {
			term.desc = true
		} else {
			p.accept("ASC")
		}
		if p.accept("NULLS") {
			switch {
			case p.accept("LAST"):
				term.nullsLast = true
			case !p.accept("FIRST"):
				return p.unexpected()
			}
		}
		q.order = append(q.order, term)
		if !p.acceptSymbol(",") {
			return nil
		}
	}
}

func (p *parser) fieldName() (*column, *apiError) {
	t := p.peek()
	if t.kind != tokenWord || reserved(t.text) {
		return nil, p.unexpected()
	}
	p.at++
	return p.column(t)
}

func (p *parser) column(t token) (*column, *apiError) {
	if c := p.schema.find(t.text); c != nil {
		return c, nil
	}
	return nil, refuse("INVALID_FIELD", "\nERROR at Row:1:Column:"+strconv.Itoa(t.at+1)+
		"\nNo such column '"+t.text+"' on entity '"+p.schema.object.name+"'. If you are attempting to use a custom field, be sure to "+
		"append the '__c' after the custom field name. Please reference your WSDL or the describe call for the appropriate names.")
}

func reserved(word string) bool {
	switch strings.ToUpper(word) {
	case "SELECT", "FROM", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ORDER", "LIMIT", "NULL", "TRUE", "FALSE":
		return true
	}
	return false
}
