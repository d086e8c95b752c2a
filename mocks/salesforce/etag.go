package salesforce

import (
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
)

// etag is the ETag of a row: a hash of its content in this form (S: the pages of
// sObject Rows and of conditional requests). That the whole content counts,
// whatever fields were asked for, is this mock's choice (M).
func (m *Mock) etag(r *record) string {
	var room [512]byte
	content := room[:0]
	for slot, text := range r.values {
		if m.baseVer == nil || slot != m.baseVer.slot {
			content = strconv.AppendQuote(content, text)
		}
	}
	sum := sha256.Sum256(strconv.AppendInt(append(content, r.id...), r.modstamp, 10))
	tag := append(room[:0], '"')
	return string(append(base64.StdEncoding.AppendEncode(tag, sum[:]), `--gzip"`...))
}

// conditions are the preconditions of a request for a row. They count for
// accounts alone, and a DELETE does not support them (S).
func (x *exchange) conditions() (match, none string) {
	switch {
	case !x.m.object.tags || x.r.Method == http.MethodDelete || x.op != nil && !x.m.tagged():
		return "", ""
	case x.op != nil:
		return x.op.IfTag, ""
	}
	return x.r.Header.Get("If-Match"), x.r.Header.Get("If-None-Match")
}

// rests checks the preconditions on a row: 412 where they do not hold, 304 for a
// reading, 400 for a value that is no list of ETags in a write (S). fresh
// tells a 304. The words and codes are from memory (M).
func (x *exchange) rests(r *record) (fresh bool, err *apiError) {
	match, none := x.conditions()
	if match == "" && none == "" {
		return false, nil
	}
	reads := x.r.Method == http.MethodGet
	tag := x.m.etag(r)
	for _, header := range [...]string{match, none} {
		if !tagList(header) && !reads {
			return false, refuse("INVALID_HEADER", "The value of a conditional request header is not valid: "+header)
		}
	}
	switch {
	case match != "" && !lists(match, tag):
		return false, refuse("PRECONDITION_FAILED", "The record has changed since its ETag was read").withStatus(http.StatusPreconditionFailed)
	case none == "" || !lists(none, tag):
		return false, nil
	case reads:
		return true, nil
	}
	return false, refuse("PRECONDITION_FAILED", "The record has one of the ETags").withStatus(http.StatusPreconditionFailed)
}

// tagList reports whether a header is empty, * or a list of entity tags.
func tagList(header string) bool {
	if header == "" || header == "*" {
		return true
	}
	for tag := range strings.SplitSeq(header, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if len(tag) < 2 || tag[0] != '"' || strings.IndexByte(tag[1:], '"') != len(tag)-2 {
			return false
		}
	}
	return true
}

func lists(header, tag string) bool {
	for candidate := range strings.SplitSeq(header, ",") {
		if candidate = strings.TrimSpace(candidate); candidate == tag || candidate == "*" {
			return true
		}
	}
	return false
}

// tagged: the tenant's writes rest on ETags, and on no validation rule.
func (m *Mock) tagged() bool {
	return m.object.tags && m.config.Conditional && m.config.BaseVersionField == ""
}
