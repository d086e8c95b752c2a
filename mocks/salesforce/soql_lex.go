package salesforce

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokenKind is the kind of a SOQL token.
type tokenKind uint8

const (
	tokenEnd      tokenKind = iota
	tokenWord               // a keyword or a field name
	tokenString             // 'text', unescaped
	tokenNumber             // 12, -3.5
	tokenDate               // 2026-01-31
	tokenDatetime           // 2026-01-31T00:00:00Z
	tokenSymbol             // ( ) , = != <> < <= > >=
)

// token is one lexical unit of a query; at is its byte offset.
type token struct {
	kind tokenKind
	text string
	at   int
	// like is a string as LIKE takes it: % and _ that were escaped have the
	// backslash still, and so has a backslash.
	like string
}

// is reports whether the token is this keyword, whatever its case.
func (t token) is(keyword string) bool {
	return t.kind == tokenWord && strings.EqualFold(t.text, keyword)
}

func (t token) symbol(text string) bool { return t.kind == tokenSymbol && t.text == text }

// lex splits a query into tokens, with a tokenEnd behind the last.
func lex(query string) ([]token, *apiError) {
	if !utf8.ValidString(query) {
		return nil, malformed("the query is not UTF-8", 0)
	}
	tokens := make([]token, 0, 4+len(query)/8) // a word and a comma take about that much
	for i := 0; i < len(query); {
		c := query[i]
		if c == ' ' || c == '\t' || c == '\n' || c == '\r' {
			i++
			continue
		}
		t, next, err := lexOne(query, i)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		i = next
	}
	return append(tokens, token{kind: tokenEnd, text: "<EOF>", at: len(query)}), nil
}

func lexOne(query string, i int) (token, int, *apiError) {
	switch c := query[i]; {
	case c == '\'':
		return lexString(query, i)
	case letter(c):
		end := i
		for end < len(query) && (letter(query[end]) || digit(query[end]) || query[end] == '_' || query[end] == '.') {
			end++
		}
		return token{kind: tokenWord, text: query[i:end], at: i}, end, nil
	case digit(c) || (c == '-' || c == '+' || c == '.') && i+1 < len(query) && (digit(query[i+1]) || query[i+1] == '.'):
		return lexNumber(query, i)
	case strings.IndexByte("(),=", c) >= 0:
		return token{kind: tokenSymbol, text: query[i : i+1], at: i}, i + 1, nil
	case c == '<' || c == '>' || c == '!':
		end := i + 1
		if end < len(query) && (query[end] == '=' || c == '<' && query[end] == '>') {
			end++
		}
		if text := query[i:end]; text != "!" {
			return token{kind: tokenSymbol, text: text, at: i}, end, nil
		}
	}
	return token{}, 0, malformed("line 1:"+strconv.Itoa(i)+" no viable alternative at character '"+firstRune(query[i:])+"'", i)
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

func digit(c byte) bool { return c >= '0' && c <= '9' }

func firstRune(s string) string {
	_, n := utf8.DecodeRuneInString(s)
	return s[:n]
}

// lexNumber reads a number, a date or a datetime: they start alike.
func lexNumber(query string, i int) (token, int, *apiError) {
	end := i + 1
	for end < len(query) && (digit(query[end]) || strings.IndexByte("-+:.TZ", query[end]) >= 0) {
		end++
	}
	text := query[i:end]
	kind := tokenNumber
	if len(text) >= 10 && text[4] == '-' {
		kind = tokenDate
		if len(text) > 10 {
			kind = tokenDatetime
		}
	}
	if !literalForm(kind, text) {
		return token{}, 0, malformed("unexpected token: '"+text+"'", i)
	}
	return token{kind: kind, text: text, at: i}, end, nil
}

func literalForm(kind tokenKind, text string) bool {
	switch kind {
	case tokenDate:
		_, ok := parseInstant(text + "T00:00:00Z")
		return ok
	case tokenDatetime:
		_, ok := parseInstant(text)
		return ok
	}
	_, ok := plainDecimal(strings.TrimPrefix(text, "+"))
	return ok
}

// lexString reads a quoted string with SOQL's escapes; those of % and _ are
// for LIKE (S).
func lexString(query string, start int) (token, int, *apiError) {
	var b, like strings.Builder
	both := func(r rune) {
		b.WriteRune(r)
		if r == '\\' {
			like.WriteByte('\\')
		}
		like.WriteRune(r)
	}
	for i := start + 1; i < len(query); i++ {
		switch c := query[i]; c {
		case '\'':
			return token{tokenString, b.String(), start, like.String()}, i + 1, nil
		case '\\':
			i++
			if i == len(query) {
				return token{}, 0, malformed("unexpected end of string", start)
			}
			if query[i] == 'u' && i+4 < len(query) {
				if n, err := strconv.ParseUint(query[i+1:i+5], 16, 32); err == nil {
					both(rune(n))
					i += 4
					continue
				}
			}
			if query[i] == '%' || query[i] == '_' {
				b.WriteByte(query[i])
				like.WriteString(query[i-1 : i+1])
				continue
			}
			plain := strings.IndexByte(`nNrRtTbBfF"'\`, query[i])
			if plain < 0 {
				return token{}, 0, refuse("MALFORMED_QUERY", "Illegal character sequence '\\"+firstRune(query[i:])+"' in string literal")
			}
			both(rune("\n\n\r\r\t\t\b\b\f\f\"'\\"[plain]))
		default:
			b.WriteByte(c)
			like.WriteByte(c)
		}
	}
	return token{}, 0, malformed("line 1:"+strconv.Itoa(start)+" mismatched character '<EOF>' expecting '''", start)
}

// malformed is the refusal of a query that cannot be parsed.
func malformed(message string, at int) *apiError {
	return refuse("MALFORMED_QUERY", "\nERROR at Row:1:Column:"+strconv.Itoa(at+1)+"\n"+message)
}
