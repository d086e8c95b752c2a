package genesys

import (
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// refusal is why a request is not carried out, in the vendor's terms.
type refusal struct {
	status  int
	code    string
	message string
	// field and rule fill details[] where one attribute is at fault: the
	// adapter learns from them what to tell a person.
	field, rule string
	permission  string // what is missing, of a 403
	retryAfter  string
}

// The codes of authentication and permission are second-hand (2), as is
// too.many.requests; those of validation are from memory (M).
const (
	codeUnauthenticated  = "authentication.required"
	codeBadCredentials   = "bad.credentials"
	codeExpired          = "credentials.expired"
	codeMissing          = "missing.permissions"
	codeNotFound         = "not.found"
	codeTooMany          = "too.many.requests"
	codeBadRequest       = "bad.request"
	codeInvalid          = "invalid.value"
	codeUnsupportedMedia = "unsupported.media.type"
	codeTooLarge         = "request.entity.too.large"
	codeConflict         = "conflict"
)

// The rules of details[].errorCode (M). An unknown field and a schema that does
// not fit are codes of their own, since clients have to tell drift from a bad
// value.
const (
	ruleUnknown  = "unknown.field"
	ruleType     = "invalid.type"
	ruleLength   = "max.length.exceeded"
	ruleFormat   = "invalid.format"
	ruleChoice   = "invalid.option"
	ruleRequired = "required"
	ruleReadOnly = "read.only"
	ruleLimit    = "limit.exceeded"
	ruleSchema   = "invalid.schema"
)

func badRequest(message string) *refusal {
	return &refusal{status: 400, code: codeBadRequest, message: message}
}

func invalid(field, rule, message string) *refusal {
	code := codeInvalid
	if rule == ruleSchema {
		code = rule
	}
	return &refusal{
		status: 400, code: code, field: field, rule: rule,
		message: "The value of field " + field + " is not valid: " + message,
	}
}

func unknownField(name string) *refusal {
	return &refusal{
		status: 400, code: ruleUnknown, field: name, rule: ruleUnknown,
		message: "The field " + name + " is not known",
	}
}

func notFound(what string) *refusal {
	return &refusal{status: 404, code: codeNotFound, message: what + " was not found"}
}

// badJSON phrases what mocks.ValidJSON found.
func badJSON(err error) *refusal {
	return badRequest("The request could not be understood by the server due to malformed syntax: " + err.Error())
}

// appendError is the vendor's error body (S).
func appendError(b []byte, r *refusal, contextID string) []byte {
	b = mocks.AppendString(append(b, `{"message":`...), r.message)
	b = mocks.AppendString(append(b, `,"code":`...), r.code)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(r.status), 10)
	template := r.message
	params := `{}`
	switch {
	case r.permission != "":
		template = strings.Replace(template, r.permission, "{permissions}", 1)
		params = `{"permissions":` + string(mocks.AppendString(nil, r.permission)) + `}`
	case r.field != "":
		template = strings.Replace(template, r.field, "{field}", 1)
		params = `{"field":` + string(mocks.AppendString(nil, r.field)) + `}`
	}
	b = mocks.AppendString(append(b, `,"messageWithParams":`...), template)
	b = append(append(b, `,"messageParams":`...), params...)
	b = mocks.AppendString(append(b, `,"contextId":`...), contextID)
	b = append(b, `,"details":[`...)
	if r.field != "" {
		b = mocks.AppendString(append(b, `{"errorCode":`...), r.rule)
		b = mocks.AppendString(append(b, `,"fieldName":`...), r.field)
		b = append(b, '}')
	}
	return append(b, `],"errors":[]}`...)
}
