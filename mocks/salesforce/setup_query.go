package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// setupQuery is a query of setup objects: SELECT fields FROM object [WHERE
// field = literal [AND ...]] [LIMIT n]. What else SOQL has is refused.
type setupQuery struct {
	object setupTable
	fields []string
	where  []setupTerm
	limit  int // -1 for none
}

type setupTerm struct{ field, json string }

// setupTable is an object with its rows as JSON values by field.
type setupTable struct {
	name   string
	fields []string
	single []string // fields that may be asked of one row only (S)
	rows   func(*Mock) []map[string]string
}

var dataObjects = []setupTable{
	{"PermissionSet", []string{"Id", "Name", "Label"}, nil, (*Mock).permissionSetRows},
	{"FieldPermissions", []string{"Id", "ParentId", "SobjectType", "Field", "PermissionsRead", "PermissionsEdit"}, nil, (*Mock).grantRows},
	{"PermissionSetAssignment", []string{"Id", "AssigneeId", "PermissionSetId"}, nil, (*Mock).assignmentRows},
	{"FlowDefinitionView", []string{"ApiName", "IsActive", "TriggerObjectOrEvent.QualifiedApiName"}, nil, func(*Mock) []map[string]string { return nil }},
}

var toolingObjects = []setupTable{
	{"CustomField", []string{"Id", "DeveloperName", "TableEnumOrId", "NamespacePrefix", "Metadata", "FullName"}, []string{"Metadata", "FullName"}, (*Mock).fieldRows},
	{"ValidationRule", []string{"Id", "ValidationName", "Active", "ErrorMessage", "NamespacePrefix", "EntityDefinition.QualifiedApiName", "Metadata", "FullName"}, []string{"Metadata", "FullName"}, (*Mock).ruleRows},
	{"PlatformEventChannelMember", []string{"Id", "DeveloperName", "EventChannel", "SelectedEntity", "NamespacePrefix", "Metadata", "FullName"}, []string{"Metadata", "FullName"}, (*Mock).memberRows},
	{"ApexTrigger", []string{"Id", "Name", "TableEnumOrId", "Status"}, nil, (*Mock).triggerRows},
}

func quoted(s string) string { return string(mocks.AppendString(nil, s)) }

func (m *Mock) permissionSetRows() (rows []map[string]string) {
	for _, s := range m.setup.sets {
		rows = append(rows, map[string]string{"Id": quoted(s.id), "Name": quoted(s.name), "Label": quoted(s.label)})
	}
	return rows
}

func (m *Mock) grantRows() (rows []map[string]string) {
	for _, g := range m.setup.grants {
		rows = append(rows, map[string]string{
			"Id": quoted(g.id), "ParentId": quoted(g.set), "SobjectType": quoted(objects[g.on].name), "Field": quoted(objects[g.on].name + "." + g.field),
			"PermissionsRead": "true", "PermissionsEdit": strconv.FormatBool(g.edit),
		})
	}
	return rows
}

func (m *Mock) assignmentRows() (rows []map[string]string) {
	for _, a := range m.setup.assigned {
		rows = append(rows, map[string]string{"Id": quoted(a.id), "AssigneeId": quoted(a.user), "PermissionSetId": quoted(a.set)})
	}
	return rows
}

// fieldRows are the custom fields, whether the account may see their values or
// not: the Tooling API shows definitions (S).
func (m *Mock) fieldRows() (rows []map[string]string) {
	for _, part := range m.all() {
		rows = append(rows, part.ownFieldRows()...)
	}
	return rows
}

func (m *Mock) ownFieldRows() (rows []map[string]string) {
	f := mocks.Faults{Drift: m.drift}
	for _, c := range m.narrowed(m.made.drifted(f.DriftsOf(m.object.is), nil)).columns {
		name, custom := strings.CutSuffix(c.name, "__c")
		if !custom || c.gone {
			continue
		}
		rows = append(rows, map[string]string{
			"Id": quoted(m.object.fieldID(c.name)), "DeveloperName": quoted(name), "TableEnumOrId": quoted(m.object.name), "NamespacePrefix": "null",
			"Metadata": string(c.appendMetadata(nil)), "FullName": quoted(m.object.name + "." + c.name),
		})
	}
	return rows
}

func (m *Mock) ruleRows() (rows []map[string]string) {
	for i := range m.setup.rules {
		r := &m.setup.rules[i]
		rows = append(rows, map[string]string{
			"Id": quoted(r.id), "ValidationName": quoted(r.name), "Active": strconv.FormatBool(r.active), "ErrorMessage": quoted(r.message),
			"EntityDefinition.QualifiedApiName": quoted(objects[r.on].name), "NamespacePrefix": "null", "Metadata": string(r.appendMetadata(nil)), "FullName": quoted(objects[r.on].name + "." + r.name),
		})
	}
	return rows
}

// triggerRows is the guide's version trigger, where the configuration has it.
func (m *Mock) triggerRows() (rows []map[string]string) {
	for i, part := range m.all() {
		if part.config.Trigger {
			rows = append(rows, map[string]string{
				"Id": quoted(numbered(prefixTrigger, uint64(i)+1)), "Name": `"SyncVersion"`, "TableEnumOrId": quoted(part.object.name), "Status": `"Active"`,
			})
		}
	}
	return rows
}

// setupQuery parses the query if it is one of these objects, else nil.
func (x *exchange) setupQuery(tables []setupTable) *setupQuery {
	tokens, err := lex(x.r.Query.Get("q"))
	if err != nil {
		return nil
	}
	p := &parser{tokens: tokens}
	q := &setupQuery{limit: -1}
	if !p.accept("SELECT") || !p.words(&q.fields) || !p.accept("FROM") {
		return nil
	}
	i := slices.IndexFunc(tables, func(t setupTable) bool { return p.peek().is(t.name) })
	if i < 0 {
		return nil
	}
	p.at++
	q.object = tables[i]
	if p.accept("WHERE") && !p.terms(&q.where) {
		return nil
	}
	if p.accept("LIMIT") {
		n, bad := strconv.Atoi(p.peek().text)
		if bad != nil {
			return nil
		}
		q.limit = n
		p.at++
	}
	if p.peek().kind != tokenEnd {
		return nil
	}
	return q
}

func (p *parser) words(into *[]string) bool {
	for {
		t := p.peek()
		if t.kind != tokenWord || reserved(t.text) {
			return false
		}
		p.at++
		*into = append(*into, t.text)
		if !p.acceptSymbol(",") {
			return true
		}
	}
}

func (p *parser) terms(into *[]setupTerm) bool {
	for {
		t := p.peek()
		if t.kind != tokenWord || reserved(t.text) {
			return false
		}
		p.at++
		if !p.acceptSymbol("=") {
			return false
		}
		value := p.peek()
		p.at++
		switch {
		case value.kind == tokenString:
			*into = append(*into, setupTerm{t.text, quoted(value.text)})
		case value.is("TRUE"), value.is("FALSE"), value.is("NULL"):
			*into = append(*into, setupTerm{t.text, strings.ToLower(value.text)})
		default:
			return false
		}
		if !p.accept("AND") {
			return true
		}
	}
}

// setupRows answers the query: one page, since an organisation has few.
func (x *exchange) setupRows(q *setupQuery) (int, []byte, *apiError) {
	if !x.may(maySetup) {
		return 0, nil, errSetupAccess(maySetup)
	}
	for _, name := range q.fields {
		if !slices.Contains(q.object.fields, name) {
			return 0, nil, refuse("INVALID_FIELD", "No such column '"+name+"' on entity '"+q.object.name+"'.")
		}
	}
	var found []map[string]string
	for _, row := range q.object.rows(x.m) {
		ok := true
		for _, t := range q.where {
			value, known := row[t.field]
			if !known {
				return 0, nil, refuse("INVALID_FIELD", "No such column '"+t.field+"' on entity '"+q.object.name+"'.")
			}
			ok = ok && value == t.json
		}
		if ok && (q.limit < 0 || len(found) < q.limit) {
			found = append(found, row)
		}
	}
	single := func(name string) bool { return slices.Contains(q.object.single, name) }
	if len(found) > 1 && slices.ContainsFunc(q.fields, single) {
		return 0, nil, refuse("MALFORMED_QUERY", "When retrieving results with Metadata or FullName fields, the query qualifications must specify no more than one row for retrieval.")
	}
	b := strconv.AppendInt([]byte(`{"size":`), int64(len(found)), 10)
	b = strconv.AppendInt(append(b, `,"totalSize":`...), int64(len(found)), 10)
	b = append(b, `,"done":true,"records":[`...)
	for i, row := range found {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"attributes":{"type":"`+q.object.name+`"}`...)
		for _, name := range q.fields {
			b = append(append(b, `,"`+name+`":`...), row[name]...)
		}
		b = append(b, '}')
	}
	return http.StatusOK, append(b, "]}"...), nil
}
