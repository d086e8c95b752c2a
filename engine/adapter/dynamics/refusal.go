package dynamics

import (
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

// Codes of the Web API whose meaning does not follow from the status: the list
// of web service error codes of Microsoft's developer guide.
const (
	codeDuplicateRecord = "0x80040237" // DuplicateRecord
	codeDuplicateKey    = "0x80060892" // DuplicateRecordEntityKey
	codeDuplicatesFound = "0x80040333" // DuplicateRecordsFound
	codeExpiredStamp    = "0x80044352" // ExpiredVersionStamp
)

// unknownColumn are the words before the name of a column that is not there,
// in a query and in a body.
var unknownColumn = []string{"Could not find a property named '", "The property '"}

// namedColumn are the words before the name of a column whose value was refused.
var namedColumn = []string{"The length of the '", "' of '", " of '"}

// refine reads the error body, {"error":{"code","message"}}.
func (a *Records) refine(e *adapter.Error, _ *wire.Call, body []byte) {
	code, message := readRefusal(body)
	e.Code, e.Message = code, message
	if e.Status >= 500 || e.Status == 401 {
		return
	}
	switch strings.ToLower(code) {
	case codeDuplicateRecord, codeDuplicateKey, codeDuplicatesFound:
		e.Kind = adapter.Duplicate
		return
	}
	switch e.Kind {
	case adapter.Invalid:
		if name := a.missingColumn(message); name != "" {
			e.Kind, e.Field = adapter.Drift, name
			return
		}
		e.Field = wordBehind(message, namedColumn)
	case adapter.Forbidden:
		e.Permission = privilege(message)
	}
}

// missingColumn is the column of the table that a refusal says is not there.
func (a *Records) missingColumn(message string) string {
	name := wordBehind(message, unknownColumn)
	if name == "" || !strings.Contains(message, "on type 'Microsoft.Dynamics.CRM."+a.object.name+"'") {
		return ""
	}
	return name
}

// wordBehind is the quoted name behind one of the beginnings, "" if there is
// none.
func wordBehind(message string, beginnings []string) string {
	for _, b := range beginnings {
		_, rest, found := strings.Cut(message, b)
		word, _, closed := strings.Cut(rest, "'")
		if found && closed && isName(word) {
			return word
		}
	}
	return ""
}

// privilege is the name in "... is missing prvWriteContact privilege ...".
func privilege(message string) string {
	_, rest, _ := strings.Cut(message, " is missing ")
	word, _, found := strings.Cut(rest, " privilege")
	word = strings.Trim(word, "'")
	if !found || !strings.HasPrefix(word, "prv") || strings.ContainsAny(word, " ") {
		return ""
	}
	return word
}

func readRefusal(body []byte) (code, message string) {
	r := jsonread.New(body, jsonread.Limits{})
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		if string(key) != "error" || r.Kind() != '{' {
			r.Skip()
			continue
		}
		for key, ok := r.Members(); ok; key, ok = r.Member() {
			switch string(key) {
			case "code":
				code = r.Str()
			case "message":
				message = r.Str()
			default:
				r.Skip()
			}
		}
	}
	if r.End() != nil {
		return "", ""
	}
	return code, message
}
