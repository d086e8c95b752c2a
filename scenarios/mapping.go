package scenarios

import (
	"embed"
	"reflect"
	"regexp"
	"strings"
	"sync"

	"go.yaml.in/yaml/v4"
)

//go:embed mappings/*.yaml
var mappingFiles embed.FS

// Role of a mapped field. Only business fields are compared and merged.
type Role uint8

// The roles.
const (
	RoleBusiness Role = iota
	RoleVersion       // sync_version (DM-1)
	RoleStatus        // Sync_Status (DM-9)
	RoleAudit         // audit timestamps (DM-4), never compared
)

// Label is what scenarios call the field: its name, else ccField, else crmField.
func (f MappingField) Label() string {
	switch {
	case f.Name != "":
		return f.Name
	case f.CCField != "":
		return f.CCField
	}
	return f.CRMField
}

// Kind is the type in lower case, e.g. "multipicklist".
func (f MappingField) Kind() string { return strings.ToLower(f.Type) }

// Role is what the field is for, by its purpose or by the guide's names (DM-1).
func (f MappingField) Role() Role {
	switch strings.ToLower(f.Purpose) {
	case "version":
		return RoleVersion
	case "status":
		return RoleStatus
	case "audit_timestamp":
		return RoleAudit
	}
	switch {
	case f.CRMField == "Sync_Version__c" || f.CCField == "sync_version" || f.CRMField == "sync_version":
		return RoleVersion
	case f.CRMField == "Sync_Status__c" || f.CCField == "sync_status" || f.CRMField == "sync_status":
		return RoleStatus
	}
	return RoleBusiness
}

// Native is the field's native name on "cc" or "crm", "" where it has none.
func (f MappingField) Native(system string) string {
	if system == "cc" {
		return f.CCField
	}
	return f.CRMField
}

// NativeValues are a picklist's values as "cc" or "crm" calls them.
func (f MappingField) NativeValues(system string) []string {
	names := f.CRMValues
	if system == "cc" {
		names = f.CCValues
	}
	if len(names) == 0 {
		return f.Values
	}
	values := make([]string, len(f.Values))
	for i, v := range f.Values {
		values[i] = v
		if native, ok := names[v]; ok {
			values[i] = native
		}
	}
	return values
}

// Field finds a field by its label.
func (m *Mapping) Field(label string) (MappingField, bool) {
	for _, f := range m.Fields {
		if f.Label() == label {
			return f, true
		}
	}
	return MappingField{}, false
}

// Business lists the business fields in the order of the mapping.
func (m *Mapping) Business() []MappingField {
	var fields []MappingField
	for _, f := range m.Fields {
		if f.Role() == RoleBusiness {
			fields = append(fields, f)
		}
	}
	return fields
}

// Names lists the labels of the business fields in the order of the mapping.
func (m *Mapping) Names() []string {
	var names []string
	for _, f := range m.Business() {
		names = append(names, f.Label())
	}
	return names
}

// DefaultMapping is the embedded mapping between Genesys Cloud and a kind of
// CRM, nil for a kind that has none. The result is the caller's own.
func DefaultMapping(crmKind string) *Mapping { return embedded(crmKind) }

// DefaultAccounts is the embedded mapping of accounts, likewise.
func DefaultAccounts(crmKind string) *Mapping { return embedded(crmKind + accountFiles) }

// accountFiles end the names of the mappings of accounts.
const accountFiles = "-accounts"

func embedded(name string) *Mapping {
	m := defaultMappings()[name]
	if m == nil {
		return nil
	}
	own := *m
	own.Fields = append([]MappingField(nil), m.Fields...)
	return &own
}

var defaultMappings = sync.OnceValue(func() map[string]*Mapping {
	all := map[string]*Mapping{}
	var names []string
	for _, kind := range kindsOf["crm"] {
		names = append(names, kind, kind+accountFiles)
	}
	for _, name := range names {
		path := "mappings/genesys-" + name + ".yaml"
		data, err := mappingFiles.ReadFile(path)
		if err != nil {
			panic(err)
		}
		m, err := ParseMapping(path, data)
		if err != nil {
			panic(err)
		}
		all[name] = m
	}
	return all
})

// ParseMapping reads a mapping file: the guide's JSON, or the same in YAML.
func ParseMapping(path string, data []byte) (*Mapping, error) {
	d := &decoder{path: path}
	top, err := d.root(data)
	if err != nil {
		return nil, err
	}
	if top == nil {
		return nil, &Error{Path: path, Line: 1, Column: 1, Message: "found an empty file; expected a mapping"}
	}
	var m Mapping
	if _, err := d.structure(top, reflect.ValueOf(&m).Elem(), "the mapping"); err != nil {
		return nil, err
	}
	return &m, nil
}

// mappingFields reads the fields and checks what can be checked one by one.
func (d *decoder) mappingFields(n *yaml.Node, into *[]MappingField) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		return d.fail(n, "", "found %s for the fields of the mapping; expected a list", describe(n))
	}
	seen := map[string]bool{}
	versions := 0
	*into = make([]MappingField, len(n.Content))
	for i, c := range n.Content {
		f := &(*into)[i]
		at, err := d.structure(c, reflect.ValueOf(f).Elem(), "a mapped field")
		if err != nil {
			return err
		}
		f.Line = c.Line
		if err := d.mappingField(f, at); err != nil {
			return err
		}
		for _, key := range [...]string{"label " + f.Label(), "crmField " + f.CRMField, "ccField " + f.CCField} {
			if _, name, _ := strings.Cut(key, " "); name != "" && seen[key] {
				return d.fail(c, "give one of them a name of its own", "found a second field with the %s; expected each once", key)
			}
			seen[key] = true
		}
		if f.Role() == RoleVersion {
			versions++
		}
	}
	if versions != 1 {
		return d.fail(n, "add {crmField: Sync_Version__c, ccField: sync_version, type: Integer, default: 0}", "found %d version fields in the mapping; expected one", versions)
	}
	return nil
}

// mappingField checks one field by itself.
func (d *decoder) mappingField(f *MappingField, at place) error {
	if f.CRMField == "" && f.CCField == "" {
		return d.fail(at.node, "", "found a mapped field without crmField and ccField; expected at least one of them")
	}
	if f.Role() == RoleVersion && f.Kind() != "integer" {
		return d.fail(at.at("type"), "", "found the version field with type %s; expected Integer", f.Type)
	}
	if len(f.Values) > 0 && f.Kind() != "picklist" && f.Kind() != "multipicklist" {
		return d.fail(at.at("values"), "", "found values for a field of type %s; expected them for Picklist and MultiPicklist only", f.Type)
	}
	if _, err := regexp.Compile(f.Pattern); err != nil {
		return d.fail(at.at("pattern"), "", "found the pattern %s; expected a regular expression (RE2): %v", describe(at.at("pattern")), err)
	}
	return nil
}
