package salesforce

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// apiError is one entry of the JSON array with which the API refuses (S). Codes
// are the vendor's (S: StatusCode and ExceptionCode of its WSDL); which code
// answers which mistake, and the words of messages, are from memory (M) where
// nothing else is said.
type apiError struct {
	status  int
	code    string
	message string
	fields  []string
	about   string // the field at fault where fields does not name it
	// duplicates is the member of a duplicate rule's result, as JSON.
	duplicates []byte
}

func refuse(code, message string, fields ...string) *apiError {
	return &apiError{status: http.StatusBadRequest, code: code, message: message, fields: fields}
}

func (e *apiError) withStatus(status int) *apiError {
	e.status = status
	return e
}

func errNotFound() *apiError {
	return refuse("NOT_FOUND", "The requested resource does not exist").withStatus(http.StatusNotFound)
}

func errNotExternal(name string) *apiError {
	err := refuse("NOT_FOUND", "Provided external ID field does not exist or is not accessible: "+name).withStatus(http.StatusNotFound)
	err.about = name
	return err
}

func errDeleted() *apiError {
	return refuse("ENTITY_IS_DELETED", "entity is deleted").withStatus(http.StatusNotFound)
}

func (o *object) errMalformedID(id string) *apiError {
	return refuse("MALFORMED_ID", o.name+" ID: id value of incorrect type: "+id, "Id")
}

func (o *object) errNoColumn(name string) *apiError {
	err := refuse("INVALID_FIELD", "No such column '"+name+"' on sobject of type "+o.name)
	err.about = name
	return err
}

func errRequired(names ...string) *apiError {
	return refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+strings.Join(names, ", ")+"]", names...)
}

func errReadOnly(name string) *apiError {
	return refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "Unable to create/update fields: "+name+
		". Please check the security settings of this field and verify that it is read/write for your profile or permission set.", name)
}

func errMethod(method string) *apiError {
	return refuse("METHOD_NOT_ALLOWED", "HTTP Method '"+method+"' not allowed. Allowed are HEAD,GET,POST,PATCH,DELETE").
		withStatus(http.StatusMethodNotAllowed)
}

func errAccess() *apiError {
	return refuse("INSUFFICIENT_ACCESS", "insufficient access rights on object id").withStatus(http.StatusForbidden)
}

// errSession is a session that is unknown, has expired or was revoked (S).
func errSession() *apiError {
	return refuse("INVALID_SESSION_ID", "Session expired or invalid").withStatus(http.StatusUnauthorized)
}

// errLimit is the vendor's signal of a limit: 403 and not 429 (S), in these
// words for the organisation's own limit (2).
func errLimit(what string) *apiError {
	return refuse("REQUEST_LIMIT_EXCEEDED", what+" Limit exceeded.").withStatus(http.StatusForbidden)
}

// body is the error as the vendor's array (S). The fields member is there only
// where the error came from a record (M).
func (e *apiError) body() []byte {
	b := []byte("[{")
	if e.duplicates != nil {
		b = append(append(b, e.duplicates...), ',')
	}
	b = mocks.AppendString(append(b, `"message":`...), e.message)
	b = append(b, `,"errorCode":`...)
	b = mocks.AppendString(b, e.code)
	if len(e.fields) > 0 {
		b = append(b, `,"fields":[`...)
		for i, f := range e.fields {
			if i > 0 {
				b = append(b, ',')
			}
			b = mocks.AppendString(b, f)
		}
		b = append(b, ']')
	}
	return append(b, "}]"...)
}

// errDeserialize is the JSON parser's complaint about a value of the wrong
// type; it names the type wanted and the token found (M).
func errDeserialize(c *column, m *mocks.Member) *apiError {
	token := ""
	switch m.Kind {
	case mocks.JSONString:
		token = "VALUE_STRING value " + m.Text + " or request may be missing a required field at"
	case mocks.JSONNumber:
		token = "VALUE_NUMBER_INT value " + m.Text + " or request may be missing a required field at"
		if !integral(m.Text) {
			token = "VALUE_NUMBER_FLOAT" + token[len("VALUE_NUMBER_INT"):]
		}
	case mocks.JSONBool:
		token = "VALUE_TRUE value"
		if m.Text == "false" {
			token = "VALUE_FALSE value"
		}
	case mocks.JSONArray:
		token = "START_ARRAY value"
	case mocks.JSONObject:
		token = "START_OBJECT value"
	}
	return refuse("JSON_PARSER_ERROR", "Cannot deserialize instance of "+c.kind.String()+" from "+token+
		" [line:1, column:"+strconv.Itoa(m.At+1)+"]")
}

func integral(number string) bool {
	for i := range len(number) {
		if c := number[i]; c == '.' || c == 'e' || c == 'E' {
			return false
		}
	}
	return true
}
