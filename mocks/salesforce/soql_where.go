package salesforce

import "strings"

// or parses conditions joined by OR. The vendor refuses AND and OR side by
// side without parentheses (M).
func (p *parser) or(depth int) (*condition, *apiError) {
	if depth > conditionDepth {
		return nil, refuse("QUERY_TOO_COMPLICATED", "the condition nests too deep")
	}
	first, err := p.not(depth)
	if err != nil {
		return nil, err
	}
	op := ""
	switch t := p.peek(); {
	case t.is("AND"):
		op = "and"
	case t.is("OR"):
		op = "or"
	default:
		return first, nil
	}
	node := &condition{op: op, kids: []*condition{first}}
	for p.accept(op) {
		kid, err := p.not(depth)
		if err != nil {
			return nil, err
		}
		node.kids = append(node.kids, kid)
	}
	if t := p.peek(); t.is("AND") || t.is("OR") {
		return nil, p.unexpected()
	}
	return node, nil
}

func (p *parser) not(depth int) (*condition, *apiError) {
	if p.accept("NOT") {
		kid, err := p.primary(depth)
		return &condition{op: "not", kids: []*condition{kid}}, err
	}
	return p.primary(depth)
}

func (p *parser) primary(depth int) (*condition, *apiError) {
	if p.acceptSymbol("(") {
		c, err := p.or(depth + 1)
		if err == nil && !p.acceptSymbol(")") {
			return nil, p.unexpected()
		}
		return c, err
	}
	return p.comparison()
}

func (p *parser) comparison() (*condition, *apiError) {
	c, err := p.fieldName()
	if err != nil {
		return nil, err
	}
	if !c.filterable() {
		return nil, refuse("INVALID_FIELD", "field '"+c.name+"' can not be filtered in a query call")
	}
	node := &condition{column: c}
	switch t := p.peek(); {
	case t.is("IN"):
		p.at++
		node.op = "in"
		return node, p.list(node)
	case t.is("LIKE"):
		p.at++
		return node, p.like(node)
	case t.is("NOT"):
		p.at++
		if !p.accept("IN") {
			return nil, p.unexpected()
		}
		node.op = "not in"
		return node, p.list(node)
	case t.kind == tokenSymbol && strings.ContainsAny(t.text, "=<>"):
		p.at++
		if node.op = t.text; node.op == "<>" {
			node.op = "!="
		}
	default:
		return nil, p.unexpected()
	}
	if ordering := node.op != "=" && node.op != "!="; ordering && (c.kind == kindBoolean || c.kind == kindMultipicklist) {
		return nil, refuse("INVALID_FIELD", "invalid operator on "+c.kind.String()+" field")
	}
	value, err := p.literal(c)
	node.values = []literal{value}
	return node, err
}

// like parses the pattern of LIKE, which is for text alone (S).
func (p *parser) like(node *condition) *apiError {
	t := p.peek()
	switch {
	case t.kind != tokenString:
		return p.unexpected()
	case !node.column.kind.textual():
		return refuse("INVALID_FIELD", "invalid operator on "+node.column.kind.String()+" field")
	}
	p.at++
	node.op, node.values = "like", []literal{{text: strings.ToLower(t.like)}}
	return nil
}

func (p *parser) list(node *condition) *apiError {
	if !p.acceptSymbol("(") {
		return p.unexpected()
	}
	for {
		value, err := p.literal(node.column)
		if err != nil {
			return err
		}
		node.values = append(node.values, value)
		if p.acceptSymbol(")") {
			return nil
		}
		if !p.acceptSymbol(",") {
			return p.unexpected()
		}
	}
}

// literal parses a value and binds it to the column: quotes where the column
// is text, none where it is not.
func (p *parser) literal(c *column) (literal, *apiError) {
	t := p.peek()
	if t.kind == tokenEnd || t.kind == tokenSymbol {
		return literal{}, p.unexpected()
	}
	p.at++
	if t.is("null") {
		return literal{null: true}, nil
	}
	isText := false
	switch c.kind {
	case kindBoolean:
		if t.is("true") || t.is("false") {
			return literal{text: strings.ToLower(t.text)}, nil
		}
	case kindInt, kindDouble:
		if t.kind == tokenNumber {
			text, _ := plainDecimal(strings.TrimPrefix(t.text, "+"))
			return literal{text: text}, nil
		}
	case kindDate:
		if t.kind == tokenDate {
			return literal{text: t.text}, nil
		}
	case kindDatetime:
		if t.kind == tokenDatetime {
			at, _ := parseInstant(t.text)
			return literal{nano: at.UnixNano()}, nil
		}
	case kindID, kindReference:
		if isText = true; t.kind == tokenString {
			return idLiteral(c, t.text)
		}
	default:
		if isText = true; t.kind == tokenString {
			return literal{text: strings.ToLower(t.text), null: t.text == ""}, nil
		}
	}
	quotes := "should not be enclosed in quotes"
	if isText {
		quotes = "should be enclosed in quotes"
	}
	return literal{}, refuse("INVALID_FIELD", "value of filter criterion for field '"+c.name+
		"' must be of type "+c.kind.String()+" and "+quotes)
}

func idLiteral(c *column, text string) (literal, *apiError) {
	if text == "" {
		return literal{null: true}, nil
	}
	id, ok := canonicalID(text)
	if !ok {
		return literal{}, refuse("INVALID_QUERY_FILTER_OPERATOR", "invalid ID field: "+text)
	}
	return literal{text: id}, nil
}
