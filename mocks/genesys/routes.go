package genesys

import (
	"net/url"
	"strings"

	"github.com/syncproof/syncproof/mocks"
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
	op, o, id, known := endpointOf(x.r.Method, x.r.Path)
	part := x.m.on(o)
	if !known || part == nil {
		return nil, notFound("The resource")
	}
	x.m = part
	if op.permission != "" {
		if bad := x.permitted(x.m.object.permitting(op.permission)); bad != nil {
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

// contactsAlone are the operations that organisations do not have.
var contactsAlone = map[string]bool{"POST contacts/merge": true, "POST merge/contacts": true}

// endpointOf is the operation of a method and path, the object that it is
// about, and the path's variable part.
func endpointOf(method, path string) (op endpoint, o mocks.Object, id string, known bool) {
	if rest, ok := strings.CutPrefix(path, channelsPrefix); ok {
		template, id := splitChannel(rest)
		op, known = channelEndpoints[method+" "+template]
		return op, o, id, known
	}
	o, template, id := split(path)
	op, known = endpoints[method+" "+template]
	return op, o, id, known && (o == mocks.Contact || !contactsAlone[method+" "+template])
}

// asContacts is a path below the API's root as it would be about contacts, and
// the object that it is about.
func asContacts(rest string) (mocks.Object, string) {
	head, tail, nested := strings.Cut(rest, "/")
	before := ""
	switch head {
	case "scan", "bulk", "identifierlookup", "merge":
		before = head + "/"
		head, tail, nested = strings.Cut(tail, "/")
	}
	if head != objects[mocks.Account].set {
		return mocks.Contact, rest
	}
	rest = before + objects[mocks.Contact].set
	if nested {
		rest += "/" + tail
	}
	return mocks.Account, rest
}

// split tells a path's template, which is that of contacts whatever the object,
// from its variable part. The version of a
// schema comes behind its id, after a slash. A path that is not the API's has
// no template.
func split(path string) (o mocks.Object, template, id string) {
	rest, ok := strings.CutPrefix(path, apiPrefix)
	if !ok || strings.Contains(rest, "{") {
		return o, "", ""
	}
	o, rest = asContacts(rest)
	below, ok := strings.CutPrefix(rest, "contacts/")
	if !ok || below == "schemas" || below == "enrich" || below == "merge" {
		return o, rest, ""
	}
	below, ok = strings.CutPrefix(below, "schemas/")
	id, tail, nested := strings.Cut(below, "/")
	version, versioned := strings.CutPrefix(tail, "versions/")
	switch {
	case id == "":
		return o, "", ""
	case !ok && !nested:
		return o, "contacts/{}", unescape(id)
	case !ok:
		return o, "", ""
	case !nested:
		return o, "contacts/schemas/{}", id
	case tail == "versions":
		return o, "contacts/schemas/{}/versions", id
	case versioned:
		return o, "contacts/schemas/{}/versions/{}", id + "/" + version
	}
	return o, "", ""
}

func unescape(part string) string {
	if plain, err := url.PathUnescape(part); err == nil {
		return plain
	}
	return part
}
