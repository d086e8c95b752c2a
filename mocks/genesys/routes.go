package genesys

import (
	"net/url"
	"strings"
)

// Permissions of the engine's account (S).
const (
	permissionView    = "externalContacts:contact:view"
	permissionAdd     = "externalContacts:contact:add"
	permissionEdit    = "externalContacts:contact:edit"
	permissionDelete  = "externalContacts:contact:delete"
	permissionSchemas = "externalContacts:customFields:view"

	permissionSchemaAdd  = "externalContacts:customFields:add"
	permissionSchemaEdit = "externalContacts:customFields:edit"

	// Named after externalContacts:externalSource:delete, which is S.
	permissionSources   = "externalContacts:externalSource:view"
	permissionSourceAdd = "externalContacts:externalSource:add"
)

// endpoint is one operation of the API; id is the path's variable part.
type endpoint struct {
	permission string // "" for none
	hasBody    bool
	run        func(x *exchange, id string) ([]byte, *refusal)
}

// endpoints by method and path template below apiPrefix; {} is variable.
var endpoints = map[string]endpoint{
	"GET contacts":                        {permissionView, false, (*exchange).list},
	"POST contacts":                       {permissionAdd, true, (*exchange).create},
	"GET contacts/{}":                     {permissionView, false, (*exchange).get},
	"PUT contacts/{}":                     {permissionEdit, true, (*exchange).replace},
	"PATCH contacts/{}":                   {permissionEdit, true, (*exchange).patch},
	"DELETE contacts/{}":                  {permissionDelete, false, (*exchange).remove},
	"POST identifierlookup/contacts":      {permissionView, true, (*exchange).lookup},
	"POST contacts/enrich":                {permissionEdit, true, (*exchange).enrich},
	"POST contacts/merge":                 {permissionEdit, true, (*exchange).merge},
	"POST merge/contacts":                 {permissionEdit, true, (*exchange).mergePair},
	"POST bulk/contacts":                  {permissionView, true, (*exchange).bulkFetch},
	"POST bulk/contacts/add":              {permissionAdd, true, (*exchange).bulkAdd},
	"POST bulk/contacts/update":           {permissionEdit, true, (*exchange).bulkUpdate},
	"POST bulk/contacts/remove":           {permissionDelete, true, (*exchange).bulkRemove},
	"POST bulk/contacts/enrich":           {permissionEdit, true, (*exchange).bulkEnrich},
	"GET scan/contacts":                   {permissionView, false, (*exchange).scan},
	"GET contacts/schemas":                {permissionSchemas, false, (*exchange).schemas},
	"POST contacts/schemas":               {permissionSchemaAdd, true, (*exchange).makeSchema},
	"PUT contacts/schemas/{}":             {permissionSchemaEdit, true, (*exchange).replaceSchema},
	"GET externalsources":                 {permissionSources, false, (*exchange).externalSources},
	"POST externalsources":                {permissionSourceAdd, true, (*exchange).makeSource},
	"GET contacts/schemas/{}":             {permissionSchemas, false, (*exchange).schemaByID},
	"GET contacts/schemas/{}/versions":    {permissionSchemas, false, (*exchange).schemaVersions},
	"GET contacts/schemas/{}/versions/{}": {permissionSchemas, false, (*exchange).schemaByID},
}

// route finds the operation and runs it behind its checks.
func (x *exchange) route() ([]byte, *refusal) {
	op, id, known := endpointOf(x.r.Method, x.r.Path)
	if !known {
		return nil, notFound("The resource")
	}
	if op.permission != "" {
		if bad := x.permitted(op.permission); bad != nil {
			return nil, bad
		}
	}
	if op.hasBody {
		if bad := x.jsonContent(); bad != nil {
			return nil, bad
		}
	}
	return op.run(x, id)
}

// endpointOf is the operation of a method and path, and the path's variable part.
func endpointOf(method, path string) (op endpoint, id string, known bool) {
	if rest, ok := strings.CutPrefix(path, channelsPrefix); ok {
		template, id := splitChannel(rest)
		op, known = channelEndpoints[method+" "+template]
		return op, id, known
	}
	template, id := split(path)
	op, known = endpoints[method+" "+template]
	return op, id, known
}

// split tells a path's template from its variable part. The version of a
// schema comes behind its id, after a slash. A path that is not the API's has
// no template.
func split(path string) (template, id string) {
	rest, ok := strings.CutPrefix(path, apiPrefix)
	if !ok || strings.Contains(rest, "{") {
		return "", ""
	}
	below, ok := strings.CutPrefix(rest, "contacts/")
	if !ok || below == "schemas" || below == "enrich" || below == "merge" {
		return rest, ""
	}
	below, ok = strings.CutPrefix(below, "schemas/")
	id, tail, nested := strings.Cut(below, "/")
	version, versioned := strings.CutPrefix(tail, "versions/")
	switch {
	case id == "":
		return "", ""
	case !ok && !nested:
		return "contacts/{}", unescape(id)
	case !ok:
		return "", ""
	case !nested:
		return "contacts/schemas/{}", id
	case tail == "versions":
		return "contacts/schemas/{}/versions", id
	case versioned:
		return "contacts/schemas/{}/versions/{}", id + "/" + version
	}
	return "", ""
}

func unescape(part string) string {
	if plain, err := url.PathUnescape(part); err == nil {
		return plain
	}
	return part
}
