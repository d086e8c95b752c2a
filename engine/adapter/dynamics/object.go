package dynamics

import (
	"net/url"
	"slices"

	"github.com/syncproof/syncproof/engine/adapter"
)

// object is what differs between the tables.
type object struct {
	name string
	set  string // of the entity set
	id   string // column of the id
}

var objects = map[adapter.Object]*object{
	adapter.Contact: {name: "contact", set: "contacts", id: "contactid"},
	adapter.Account: {name: "account", set: "accounts", id: "accountid"},
}

// reserves reports whether the adapter reads a column for itself.
func (o *object) reserves(column string) bool {
	return column == o.id || slices.Contains([]string{"modifiedon", "modifiedby", "masterid", "createdon", "versionnumber"}, column)
}

// rows is the path of the table's records.
func (o *object) rows() string { return apiPath + o.set }

// row is the address of a record by its id.
func (o *object) row(id string) string { return o.rows() + "(" + url.PathEscape(id) + ")" }

// firstPage lists everything that is there.
func (o *object) firstPage() string { return o.cursorHead() + "$select=" + o.id }

// cursorHead begins every cursor.
func (o *object) cursorHead() string { return o.set + "?" }

// schemaPath asks for the columns of the table in one answer, the details of
// their types included.
func (o *object) schemaPath() string {
	query := `{"Properties":{"AllProperties":false,"PropertyNames":["LogicalName","Attributes"]},` +
		`"Criteria":{"FilterOperator":"And","Conditions":[{"ConditionOperator":"Equals","PropertyName":"LogicalName",` +
		`"Value":{"Type":"System.String","Value":"` + o.name + `"}}]},` +
		`"AttributeQuery":{"Properties":{"AllProperties":false,"PropertyNames":["LogicalName","AttributeTypeName","RequiredLevel",` +
		`"IsValidForUpdate","MaxLength","FormatName","Format","OptionSet"]}}}`
	return apiPath + "RetrieveMetadataChanges(Query=@p1)?@p1=" + url.QueryEscape(query)
}
