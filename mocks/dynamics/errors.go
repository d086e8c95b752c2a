package dynamics

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// apiError is an error answer, {"error":{"code":...,"message":...}} (S).
type apiError struct {
	status  int
	code    string
	message string
	field   string // the column that the message names
	// privilege is the one that the message names.
	privilege string
	meaning   mocks.Refusal // where the status does not say it
	retry     string        // the Retry-After header
}

// Codes of the Web API. Their names and meanings are those of the vendor's
// list of web service error codes (S); which of them an endpoint answers with
// is 2 where nothing else is said.
const (
	codeQuery            = "0x80060888" // the query or its path is not understood
	codePayload          = "0x80048d19" // the body is not understood
	codeNoSegment        = "0x8006088a" // no such resource
	codeNoRecord         = "0x80040217" // ObjectDoesNotExist
	codeNoKeyRecord      = "0x80060891" // RecordNotFoundByEntityKey
	codeVersionMismatch  = "0x80060882" // ConcurrencyVersionMismatch
	codeDuplicateRecord  = "0x80040237" // DuplicateRecord
	codeDuplicateKey     = "0x80060892" // DuplicateRecordEntityKey
	codeTooLong          = "0x80044331" // StringLengthTooLong
	codeOutOfRange       = "0x8004431a" // PicklistValueOutOfRange
	codeNumberRange      = "0x80044330" // the value of a number is out of range (M)
	codePrivilege        = "0x80040220" // PrivilegeDenied
	codeSecuredUpdate    = "0x8004f507" // AttributePermissionUpdateIsMissingDuringUpdate
	codeSecuredCreate    = "0x8004f502" // AttributePrivilegeCreateIsMissing
	codeExpiredStamp     = "0x80044352" // ExpiredVersionStamp
	codeRequests         = "0x80072322" // service protection: number of requests (S)
	codeExecution        = "0x80072321" // service protection: execution time (S)
	codeConcurrent       = "0x80072326" // service protection: concurrent requests (S)
	codeUnexpected       = "0x80040216" // UnExpected
	codeUnauthorized     = "0x80040502" // the token is missing, malformed or has ended (M)
	codeUnsupported      = "0x80060888"
	codeRequiredNotGiven = "0x80040203" // InvalidArgument
)

func refuse(status int, code, message string) *apiError {
	return &apiError{status: status, code: code, message: message}
}

func badQuery(message string) *apiError { return refuse(http.StatusBadRequest, codeQuery, message) }

// badPayload is how the vendor wraps what its reader of bodies says (2).
func (o *object) badPayload(message string) *apiError {
	return refuse(http.StatusBadRequest, codePayload,
		"Error identified in Payload provided by the user for Entity :'"+o.set+"', InnerException : "+message)
}

func errNoSegment(segment string) *apiError {
	return refuse(http.StatusNotFound, codeNoSegment, "Resource not found for the segment '"+segment+"'.")
}

// errNoRecord has the words of the documentation (S).
func (o *object) errNoRecord(id string) *apiError {
	return refuse(http.StatusNotFound, codeNoRecord, o.name+" With Id = "+id+" Does Not Exist")
}

func (o *object) errNoKeyRecord() *apiError {
	return refuse(http.StatusNotFound, codeNoKeyRecord, "A record with the specified key values does not exist in "+o.name+" entity")
}

// errMismatch has the words of the documentation (S).
func errMismatch() *apiError {
	return refuse(http.StatusPreconditionFailed, codeVersionMismatch,
		"The version of the existing record doesn't match the RowVersion property provided.")
}

// errExists has the words of the documentation (S).
func errExists() *apiError {
	e := refuse(http.StatusPreconditionFailed, codeDuplicateRecord, "A record with matching key values already exists.")
	e.meaning = mocks.Duplicated
	return e
}

// errKeyTaken: the alternate key holds its values to one record (2).
func errKeyTaken(column string) *apiError {
	e := refuse(http.StatusPreconditionFailed, codeDuplicateKey,
		"Entity Key "+keyName+" violated. A record with the same value for "+column+
			" already exists. A duplicate record cannot be created. Select one or more unique values and try again.")
	e.meaning = mocks.Duplicated
	return e
}

// errNoProperty is what a query says of a column that is not there (2).
func (o *object) errNoProperty(name string) *apiError {
	e := badQuery("Could not find a property named '" + name + "' on type 'Microsoft.Dynamics.CRM." + o.name + "'.")
	e.field, e.meaning = name, mocks.Unmapped
	return e
}

// errUndeclared is what a body says of a column that is not there (2).
func (o *object) errUndeclared(name string) *apiError {
	e := o.badPayload("Microsoft.OData.ODataException: The property '" + name +
		"' does not exist on type 'Microsoft.Dynamics.CRM." + o.name + "'. Make sure to only use property names that are defined by the type.")
	e.field, e.meaning = name, mocks.Unmapped
	return e
}

// errPrivilege names the privilege as the vendor does (S); the ids in it are
// shortened to the user's.
func (x *exchange) errPrivilege(verb string) *apiError {
	o := x.m.object
	e := refuse(http.StatusForbidden, codePrivilege, "Principal user (Id="+x.m.self+
		", type=8) is missing prv"+verb+o.title+" privilege on OTC="+o.code+" for entity '"+o.name+"'.")
	e.privilege = "prv" + verb + o.title
	return e
}

// errSecured is column security (S: the codes and their words).
func errSecured(create bool) *apiError {
	if create {
		return refuse(http.StatusForbidden, codeSecuredCreate,
			"The user does not have create permissions to a secured field. The requested operation could not be completed.")
	}
	return refuse(http.StatusForbidden, codeSecuredUpdate,
		"The user doesn't have AttributePrivilegeUpdate and not granted shared access for a secured attribute during update operation")
}

func errMethod(method string) *apiError {
	return refuse(http.StatusMethodNotAllowed, codeUnsupported, "The requested resource does not support http method '"+method+"'.")
}

// errExpired is a delta token older than the organisation keeps changes (S:
// the code and its words; the status: M).
func errExpired() *apiError {
	return refuse(http.StatusBadRequest, codeExpiredStamp,
		"Version stamp associated with the client has expired. Please perform a full sync.")
}

// validation is how the vendor begins what it says of a value (2).
func (c *column) validation(code, rest string) *apiError {
	e := refuse(http.StatusBadRequest, code, "A validation error occurred. "+rest)
	e.field = c.name
	return e
}

func (c *column) tooLong() *apiError {
	return c.validation(codeTooLong, "The length of the '"+c.name+
		"' attribute of the '"+c.object.name+"' entity exceeded the maximum allowed length of '"+strconv.Itoa(c.length)+"'.")
}

func (c *column) outOfRange(code, value string) *apiError {
	return c.validation(code, "The value "+value+" of '"+c.name+"' on record of type '"+c.object.name+"' is outside the valid range.")
}

// unconvertible is a value of another JSON type than the column's (2).
func unconvertible(literal, edm string) *apiError {
	if len(literal) > 20 {
		literal = strings.ToValidUTF8(literal[:20], "")
	}
	return refuse(http.StatusBadRequest, codePayload, "An error occurred while validating input parameters: "+
		"Microsoft.OData.ODataException: Cannot convert the literal '"+literal+"' to the expected type '"+edm+"'.")
}

func (e *apiError) body() []byte {
	b := append(make([]byte, 0, 64+len(e.message)), `{"error":{"code":`...)
	b = mocks.AppendString(b, e.code)
	b = append(b, `,"message":`...)
	return append(mocks.AppendString(b, e.message), "}}"...)
}
