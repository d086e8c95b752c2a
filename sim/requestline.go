package sim

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// line is the request line that an exchange has at wire fidelity.
type line func(o *mocks.Op) (method, path string)

func restLine(o *mocks.Op) (method, path string) {
	rows, schema := "/v1/contacts", "/v1/schema/contact"
	if o.Object == mocks.Account {
		rows, schema = "/v1/accounts", "/v1/schema/account"
	}
	switch o.Kind {
	case mocks.OpToken:
		return http.MethodPost, "/oauth/token"
	case mocks.OpFind:
		return http.MethodGet, rows
	case mocks.OpCreate:
		if o.External == "" {
			return http.MethodPost, rows
		}
		return http.MethodPut, rows + "/by-external-id/" + url.PathEscape(o.External)
	case mocks.OpDescribe:
		return http.MethodGet, schema
	case mocks.OpChanges:
		return http.MethodGet, "/v1/changes"
	default:
		return methodOf(o), rows + "/" + url.PathEscape(o.Record)
	}
}

func genesysLine(o *mocks.Op) (method, path string) {
	const external = "/api/v2/externalcontacts"
	rows := "/contacts"
	if o.Object == mocks.Account {
		rows = "/organizations"
	}
	switch o.Kind {
	case mocks.OpToken:
		return http.MethodPost, "/oauth/token"
	case mocks.OpFind:
		return http.MethodPost, external + "/identifierlookup" + rows
	case mocks.OpCreate:
		return http.MethodPost, external + rows
	case mocks.OpDescribe:
		return http.MethodGet, external + rows + "/schemas"
	case mocks.OpChanges:
		return http.MethodGet, external + "/scan" + rows
	default:
		return methodOf(o), external + rows + "/" + url.PathEscape(o.Record)
	}
}

func salesforceLine(o *mocks.Op) (method, path string) {
	const api = "/services/data/v62.0"
	rows, external := api+"/sobjects/Contact", salesforceExternal
	if o.Object == mocks.Account {
		rows, external = api+"/sobjects/Account", salesforceAccountExternal
	}
	switch o.Kind {
	case mocks.OpToken:
		return http.MethodPost, "/services/oauth2/token"
	case mocks.OpFind:
		return http.MethodGet, api + "/query"
	case mocks.OpCreate:
		if o.External == "" {
			return http.MethodPost, rows + "/"
		}
		return http.MethodPatch, rows + "/" + external + "/" + url.PathEscape(o.External)
	case mocks.OpDescribe:
		return http.MethodGet, rows + "/describe"
	case mocks.OpChanges:
		return http.MethodGet, api + "/queryAll"
	default:
		return methodOf(o), rows + "/" + url.PathEscape(o.Record)
	}
}

func dynamicsLine(o *mocks.Op) (method, path string) {
	const api = "/api/data/v9.2/"
	rows, external := api+"contacts", dynamicsExternal
	if o.Object == mocks.Account {
		rows, external = api+"accounts", dynamicsAccountExternal
	}
	switch o.Kind {
	case mocks.OpToken:
		return http.MethodPost, "/tenant/oauth2/v2.0/token"
	case mocks.OpFind, mocks.OpChanges:
		return http.MethodGet, rows
	case mocks.OpCreate:
		if o.External == "" {
			return http.MethodPost, rows
		}
		value := "'" + strings.ReplaceAll(o.External, "'", "''") + "'"
		return http.MethodPatch, rows + "(" + external + "=" + url.PathEscape(value) + ")"
	case mocks.OpDescribe:
		return http.MethodGet, api + "RetrieveMetadataChanges(Query=@p1)"
	default:
		return methodOf(o), rows + "(" + url.PathEscape(o.Record) + ")"
	}
}

// methodOf is the method of an exchange about one record by its id.
func methodOf(o *mocks.Op) string {
	switch o.Kind {
	case mocks.OpUpdate:
		return http.MethodPatch
	case mocks.OpDelete:
		return http.MethodDelete
	default:
		return http.MethodGet
	}
}
