package restcrm

import (
	"net/http"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
)

// problem is an error answer, RFC 9457 with the members code and field.
type problem struct {
	status int
	code   string
	detail string
	field  string
	allow  string // the Allow header of a 405
	retry  string // the Retry-After header
}

// problemBase begins the type of every problem; the code follows.
const problemBase = "https://syncproof.github.io/rest-crm/problems/"

func refuse(status int, code, detail string) *problem {
	return &problem{status: status, code: code, detail: detail}
}

func errNotFound() *problem {
	return refuse(http.StatusNotFound, "not_found", "there is no such resource")
}

func (o *object) errDeleted() *problem {
	return refuse(http.StatusNotFound, "deleted", "the "+o.name+" is deleted")
}

func errForbidden(what string) *problem {
	return refuse(http.StatusForbidden, "forbidden", "the account may not "+what)
}

// errVerb refuses a verb on the object's records.
func (o *object) errVerb(verb string) *problem { return errForbidden(verb + " " + o.plural) }

func errMethod(allow string) *problem {
	p := refuse(http.StatusMethodNotAllowed, "method_not_allowed", "the resource allows "+allow)
	p.allow = allow
	return p
}

func (o *object) errTaken(external string) *problem {
	p := refuse(http.StatusConflict, "external_id_taken", "another "+o.name+" has external_id "+external)
	p.field = "external_id"
	return p
}

// body is the problem as application/problem+json; every member is there.
func (p *problem) body() []byte {
	b := make([]byte, 0, 256)
	b = append(b, `{"type":`...)
	b = mocks.AppendString(b, problemBase+p.code)
	b = append(b, `,"title":`...)
	b = mocks.AppendString(b, http.StatusText(p.status))
	b = append(b, `,"status":`...)
	b = strconv.AppendInt(b, int64(p.status), 10)
	b = append(b, `,"detail":`...)
	b = mocks.AppendString(b, p.detail)
	b = append(b, `,"code":`...)
	b = mocks.AppendString(b, p.code)
	b = append(b, `,"field":`...)
	if p.field == "" {
		b = append(b, "null"...)
	} else {
		b = mocks.AppendString(b, p.field)
	}
	return append(b, '}')
}
