package check

import (
	"strings"

	"github.com/syncproof/syncproof/scenarios"
)

// The sides of the pair, as indexes.
const (
	cc = iota
	crm
)

var sideNames = [2]string{"cc", "crm"}

type fieldKind uint8

const (
	kindString fieldKind = iota
	kindInteger
	kindDecimal
	kindBoolean
	kindDate
	kindInstant
	kindPhone
	kindEmail
	kindPicklist
	kindMultiPicklist
)

var fieldKinds = map[string]fieldKind{
	"integer": kindInteger, "decimal": kindDecimal, "boolean": kindBoolean, "date": kindDate,
	"instant": kindInstant, "datetime": kindInstant, "phone": kindPhone, "email": kindEmail,
	"picklist": kindPicklist, "multipicklist": kindMultiPicklist,
}

// anySide is the source of a two-way field.
const anySide = -1

// field is one mapped business field, as this package reads the mapping.
type field struct {
	name   string
	native [2]string
	kind   fieldKind
	source int // the side a one-way field comes from, or anySide
	def    string
	region string
	spec   *scenarios.MappingField
	alias  [2]map[string]string // native picklist value -> canonical
	phones map[string]string    // memo of canonPhone
}

// twoWay says that a field needs both sides to agree.
func (f *field) twoWay() bool { return f.source == anySide }

// agree compares canonical values. A default may stand for an empty value.
func (f *field) agree(a, b string) bool {
	return a == b || f.def != "" && (a == f.empty() && b == f.def || b == f.empty() && a == f.def)
}

// fieldTable is the mapping, indexed by native name.
type fieldTable struct {
	object  int
	list    []*field
	byName  map[string]int
	byPlace [2]map[string]int // native name -> index in list
	version [2]string
	status  [2]string
}

// objectOf is the place of an object, "" for contacts, in the tables.
func objectOf(name string) int {
	if name == scenarios.Account {
		return 1
	}
	return 0
}

func newFieldTable(sc *scenarios.Scenario, object string) *fieldTable {
	kind := or(sc.Systems.CRM.Kind, "salesforce")
	m := sc.Mapping
	if m == nil {
		m = scenarios.DefaultMapping(kind)
	}
	if object == scenarios.Account {
		m = scenarios.DefaultAccounts(kind)
		if a := sc.Objects.Account; a != nil && a.Mapping != nil {
			m = a.Mapping
		}
	}
	if m == nil {
		m = &scenarios.Mapping{}
	}
	t := &fieldTable{object: objectOf(object), byName: map[string]int{}}
	t.byPlace = [2]map[string]int{{}, {}}
	for i := range m.Fields {
		spec := &m.Fields[i]
		switch spec.Role() {
		case scenarios.RoleVersion:
			t.version = [2]string{spec.CCField, spec.CRMField}
		case scenarios.RoleStatus:
			t.status = [2]string{spec.CCField, spec.CRMField}
		case scenarios.RoleBusiness:
			if spec.CCField != "" && spec.CRMField != "" {
				t.add(spec)
			}
		}
	}
	t.fallBack(sc.Systems.CRM.Kind)
	return t
}

// fallBack uses the guide's names where the mapping names no version or status.
func (t *fieldTable) fallBack(kind string) {
	names := [2]string{"Sync_Version__c", "Sync_Status__c"}
	if kind == "rest" {
		names = [2]string{"sync_version", "sync_status"}
	}
	if t.version == [2]string{} {
		t.version = [2]string{"sync_version", names[0]}
	}
	if t.status == [2]string{} {
		t.status[crm] = names[1]
	}
}

func (t *fieldTable) add(spec *scenarios.MappingField) {
	f := &field{
		name: spec.Label(), native: [2]string{spec.CCField, spec.CRMField},
		kind: fieldKinds[spec.Kind()], source: anySide, spec: spec,
		region: strings.ToUpper(spec.Region), phones: map[string]string{},
	}
	if f.region == "" {
		f.region = "US"
	}
	switch strings.ToLower(spec.Direction) {
	case "tocrm":
		f.source = cc
	case "tocc":
		f.source = crm
	}
	f.alias = [2]map[string]string{invert(spec.CCValues), invert(spec.CRMValues)}
	if spec.Default != nil {
		f.def = f.canon(cc, textOf(spec.Default))
	}
	i := len(t.list)
	t.list = append(t.list, f)
	t.byName[f.name] = i
	t.byPlace[cc][f.native[cc]] = i
	t.byPlace[crm][f.native[crm]] = i
}

// find returns the index of a field by its mapping name or a native name.
func (t *fieldTable) find(name string) (int, bool) {
	if i, ok := t.byName[name]; ok {
		return i, true
	}
	if i, ok := t.byPlace[cc][name]; ok {
		return i, true
	}
	i, ok := t.byPlace[crm][name]
	return i, ok
}

// invert is safe in any order: of two canonical values with one alias the
// smaller is kept.
func invert(values map[string]string) map[string]string {
	out := make(map[string]string, len(values))
	//syncproof:unordered of two values with one alias the smaller wins in every order
	for canonical, native := range values {
		if old, ok := out[native]; !ok || canonical < old {
			out[native] = canonical
		}
	}
	return out
}
