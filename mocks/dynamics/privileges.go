package dynamics

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// holds reports whether the account holds a privilege of the vendor's name, on
// whichever table.
func (x *exchange) holds(name string) bool {
	if name == privilegeColumn || name == privilegeKey {
		return x.may(name)
	}
	for _, part := range x.m.all() {
		for verb, word := range map[string]string{"Read": "read", "Create": "create", "Write": "update", "Delete": "delete"} { //syncproof:unordered at most one name fits
			if name == "prv"+verb+part.object.title {
				return !x.m.faults.LostOn(part.object.is, word)
			}
		}
	}
	return false
}

// userPrivileges answers systemusers(ID)/Microsoft.Dynamics.CRM.
// RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p1): of the privileges
// that are named those that the user holds (S: reference of the function, of
// RolePrivilege, and the guide's page on checking a user's privileges). A name
// that is no privilege is not held.
func (x *exchange) userPrivileges() (reply, *apiError) {
	if bad := x.parameters("@p1"); bad != nil {
		return reply{}, bad
	}
	inner, ok := strings.CutPrefix(x.path, "systemusers(")
	id, function, closed := strings.Cut(inner, ")/")
	if !ok || !closed || function != "Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNames(PrivilegeNames=@p1)" {
		return reply{}, errNoSegment(x.path)
	}
	if id != x.m.self {
		return reply{}, refuse(http.StatusNotFound, codeNoRecord, "systemuser With Id = "+id+" Does Not Exist")
	}
	var names []string
	if json.Unmarshal([]byte(x.r.Query.Get("@p1")), &names) != nil {
		return reply{}, badQuery("The parameter 'PrivilegeNames' is not a collection of strings.")
	}
	b := append([]byte(`{"@odata.context":`), mocks.AppendString(nil, x.base()+"$metadata#Microsoft.Dynamics.CRM.RetrieveUserSetOfPrivilegesByNamesResponse")...)
	b = append(b, `,"RolePrivileges":[`...)
	first := true
	for _, name := range names {
		if !x.holds(name) {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = mocks.AppendString(append(b, `{"Depth":"Global","PrivilegeId":"`+UserID(name)+`","BusinessUnitId":"`+UserID("business unit")+`","PrivilegeName":`...), name)
		b = append(b, '}')
	}
	return reply{status: http.StatusOK, body: append(b, `]}`...)}, nil
}

// organizations answers the organization's base language (S: the column).
func (x *exchange) organizations() (reply, *apiError) {
	if bad := x.parameters("$select"); bad != nil {
		return reply{}, bad
	}
	if x.r.Query.Get("$select") != "languagecode" {
		return reply{}, badQuery("The model knows the column languagecode of organizations.")
	}
	return reply{status: http.StatusOK, body: []byte(`{"@odata.context":"` + x.base() + `$metadata#organizations(languagecode)","value":[{"languagecode":` +
		strconv.Itoa(baseLanguage) + `,"organizationid":"` + UserID("organisation") + `"}]}`)}, nil
}
