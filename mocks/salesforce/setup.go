package salesforce

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
)

// setup is what an administrator made through the API, beside the columns.
// Its lists are appended to, and no entry is changed, so that clones share
// them.
type setup struct {
	rules    []rule
	sets     []permissionSet
	grants   []fieldGrant
	assigned []assignment

	members    []channelMember
	duplicates []duplicateRule
	fields     []fieldSetting
}

type permissionSet struct{ id, name, label string }

// fieldGrant is a FieldPermissions record; field is its API name.
type fieldGrant struct {
	on             mocks.Object
	id, set, field string
	edit           bool
}

// assignment gives a permission set to a user.
type assignment struct{ id, user, set string }

func (s *setup) clone() setup {
	return setup{
		rules: slices.Clip(s.rules), sets: slices.Clip(s.sets),
		grants: slices.Clip(s.grants), assigned: slices.Clip(s.assigned),
		members: slices.Clip(s.members), duplicates: s.duplicates, fields: s.fields,
	}
}

func (s *setup) encode(p *mocks.Print) {
	p.Int(int64(len(s.rules)))
	p.Int(int64(len(s.grants)))
	p.Int(int64(len(s.assigned)))
	p.Int(int64(len(s.members)))
	for _, c := range s.members {
		p.Text(c.entity)
	}
	p.Int(int64(len(s.duplicates)))
	for i := range s.duplicates {
		d := &s.duplicates[i]
		p.Text(d.Name)
		p.Text(d.Object)
		p.Texts(d.Fields)
		p.Text(d.OnCreate)
		p.Text(d.OnEdit)
		p.Text(d.Message)
	}
	p.Int(int64(len(s.fields)))
	for i := range s.fields {
		f := &s.fields[i]
		p.Text(f.Object)
		p.Text(f.Field)
		p.Flag(f.Required, f.Open)
		p.Int(int64(f.Length))
		p.Texts(f.Values)
	}
}

// User permissions of the engine's account (S for what each is needed for).
const (
	mayCustomize = "Customize Application"
	maySetup     = "View Setup and Configuration"
	mayManage    = "Manage Profiles and Permission Sets"
	mayAssign    = "Assign Permission Sets"
)

// setupObject answers the objects of the data API by which an administrator
// gives access: POST alone, everything else is refused.
func (x *exchange) setupObject(object, row string) (int, []byte, *apiError) {
	type maker struct {
		permission string
		run        func(*exchange, body) (string, *apiError)
	}
	makers := map[string]maker{
		"PermissionSet":           {mayManage, (*exchange).makePermissionSet},
		"FieldPermissions":        {mayManage, (*exchange).makeFieldGrant},
		"PermissionSetAssignment": {mayAssign, (*exchange).makeAssignment},
	}
	m, known := makers[object]
	if !known || row != "" {
		return 0, nil, errNotFound()
	}
	return x.makeSetup(m.permission, m.run)
}

// makeSetup takes a POST of a setup object through its checks.
func (x *exchange) makeSetup(permission string, run func(*exchange, body) (string, *apiError)) (int, []byte, *apiError) {
	if x.r.Method != http.MethodPost {
		return 0, nil, errMethod(x.r.Method)
	}
	if !x.may(permission) {
		return 0, nil, errSetupAccess(permission)
	}
	members, err := x.members()
	if err != nil {
		return 0, nil, err
	}
	id, err := run(x, body{members})
	if err != nil {
		return 0, nil, err
	}
	return http.StatusCreated, x.saved(id, false, false), nil
}

// errSetupAccess: the account lacks a user permission (code S, words M).
func errSetupAccess(permission string) *apiError {
	return refuse("INSUFFICIENT_ACCESS", "insufficient access rights: this needs the user permission "+permission).
		withStatus(http.StatusForbidden)
}

// body reads the members of a request one by one; what is left over is
// unknown to the vendor.
type body struct{ members []mocks.Member }

// only refuses members that the object does not have (S: INVALID_FIELD).
func (b body) only(object string, names ...string) *apiError {
	for i := range b.members {
		if !slices.Contains(names, b.members[i].Key) {
			return refuse("INVALID_FIELD", "No such column '"+b.members[i].Key+"' on sobject of type "+object)
		}
	}
	return nil
}

// text is a string member, "" where it is not there or null.
func (b body) text(name string) (string, *apiError) {
	m := b.find(name)
	switch {
	case m == nil || m.Kind == mocks.JSONNull:
		return "", nil
	case m.Kind != mocks.JSONString:
		return "", refuse("JSON_PARSER_ERROR", "Cannot deserialize instance of string from "+m.Kind.String()+" for "+name)
	}
	return m.Text, nil
}

// need is a string member that must be there.
func (b body) need(name string) (string, *apiError) {
	text, err := b.text(name)
	if err == nil && text == "" {
		err = refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: ["+name+"]", name)
	}
	return text, err
}

// flag is a boolean member, false where it is not there.
func (b body) flag(name string) (bool, *apiError) {
	m := b.find(name)
	switch {
	case m == nil || m.Kind == mocks.JSONNull:
		return false, nil
	case m.Kind != mocks.JSONBool:
		return false, refuse("JSON_PARSER_ERROR", "Cannot deserialize instance of boolean from "+m.Kind.String()+" for "+name)
	}
	return m.Text == "true", nil
}

// number is a whole number; ok is false where it is not there.
func (b body) number(name string) (n int, ok bool, err *apiError) {
	m := b.find(name)
	if m == nil || m.Kind == mocks.JSONNull {
		return 0, false, nil
	}
	n, bad := strconv.Atoi(m.Text)
	if m.Kind != mocks.JSONNumber || bad != nil {
		return 0, false, refuse("JSON_PARSER_ERROR", "Cannot deserialize instance of int from "+m.Kind.String()+" for "+name)
	}
	return n, true, nil
}

func (b body) find(name string) *mocks.Member {
	for i := range b.members {
		if b.members[i].Key == name {
			return &b.members[i]
		}
	}
	return nil
}

// makePermissionSet makes a PermissionSet; Name and Label are required (S).
func (x *exchange) makePermissionSet(b body) (string, *apiError) {
	if err := b.only("PermissionSet", "Name", "Label", "Description"); err != nil {
		return "", err
	}
	name, err := b.need("Name")
	if err != nil {
		return "", err
	}
	label, err := b.need("Label")
	if err != nil {
		return "", err
	}
	s := &x.m.setup
	if slices.ContainsFunc(s.sets, func(p permissionSet) bool { return p.name == name }) {
		return "", errDuplicateName(name, "permission set")
	}
	id := x.m.ids.Salesforce(prefixPermissionSet)
	s.sets = append(s.sets, permissionSet{id, name, label})
	return id, nil
}

func errDuplicateName(name, what string) *apiError {
	return refuse("DUPLICATE_DEVELOPER_NAME", "There is already a "+what+" named "+name+".", "DeveloperName")
}

// makeFieldGrant makes a FieldPermissions record: the field's name is prefixed
// with the object's, and to edit demands to read (S).
func (x *exchange) makeFieldGrant(b body) (string, *apiError) {
	if err := b.only("FieldPermissions", "ParentId", "SobjectType", "Field", "PermissionsRead", "PermissionsEdit"); err != nil {
		return "", err
	}
	parent, err := b.need("ParentId")
	if err != nil {
		return "", err
	}
	object, err := b.need("SobjectType")
	if err != nil {
		return "", err
	}
	full, err := b.need("Field")
	if err != nil {
		return "", err
	}
	read, err := b.flag("PermissionsRead")
	if err != nil {
		return "", err
	}
	edit, err := b.flag("PermissionsEdit")
	if err != nil {
		return "", err
	}
	s := &x.m.setup
	part, c := x.m.named(object), (*column)(nil)
	if part != nil {
		c = part.made.named(unprefixed(full))
	}
	switch {
	case !slices.ContainsFunc(s.sets, func(p permissionSet) bool { return p.id == parent }):
		return "", errReference("ParentId", parent)
	case part == nil:
		return "", refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Sobject Type Name: bad value for restricted picklist field: "+object, "SobjectType")
	case c == nil || full != object+"."+c.name:
		return "", refuse("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "Field Name: bad value for restricted picklist field: "+full, "Field")
	case !read:
		return "", refuse("FIELD_INTEGRITY_EXCEPTION", "Field Permissions need Read access: a record without it cannot be stored", "PermissionsRead")
	case slices.ContainsFunc(s.grants, func(g fieldGrant) bool { return g.on == part.object.is && g.set == parent && g.field == c.name }):
		return "", refuse("DUPLICATE_VALUE", "duplicate value found: the permission set has a record for "+full)
	}
	id := x.m.ids.Salesforce(prefixFieldGrant)
	s.grants = append(s.grants, fieldGrant{part.object.is, id, parent, c.name, edit})
	part.regrant()
	return id, nil
}

func errReference(field, id string) *apiError {
	return refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id: "+id, field)
}

// makeAssignment gives a permission set to a user; the mock knows the engine's.
func (x *exchange) makeAssignment(b body) (string, *apiError) {
	if err := b.only("PermissionSetAssignment", "AssigneeId", "PermissionSetId"); err != nil {
		return "", err
	}
	user, err := b.need("AssigneeId")
	if err != nil {
		return "", err
	}
	set, err := b.need("PermissionSetId")
	if err != nil {
		return "", err
	}
	s := &x.m.setup
	full, _ := canonicalID(user)
	switch {
	case full != x.m.self:
		return "", errReference("AssigneeId", user)
	case !slices.ContainsFunc(s.sets, func(p permissionSet) bool { return p.id == set }):
		return "", errReference("PermissionSetId", set)
	case slices.ContainsFunc(s.assigned, func(a assignment) bool { return a.user == full && a.set == set }):
		return "", refuse("DUPLICATE_VALUE", "Duplicate PermissionSetAssignment. Assignee: "+user+"; Permission Set: "+set)
	}
	id := x.m.ids.Salesforce(prefixAssignment)
	s.assigned = append(s.assigned, assignment{id, full, set})
	for _, part := range x.m.all() {
		part.regrant()
	}
	return id, nil
}

// regrant shows the engine's account the columns that an assigned permission
// set grants it. A column made through the API is visible to nobody before (R).
func (m *Mock) regrant() {
	m.alter(func(s *schema) {
		for _, c := range s.columns {
			if !c.fromAPI {
				continue
			}
			read, edit := m.setup.granted(m.object.is, m.self, c.name)
			c.ungranted, c.readOnly = !read, read && !edit
		}
	})
}

func (s *setup) granted(on mocks.Object, user, field string) (read, edit bool) {
	for _, g := range s.grants {
		if g.on == on && g.field == field && slices.ContainsFunc(s.assigned, func(a assignment) bool { return a.user == user && a.set == g.set }) {
			read, edit = true, edit || g.edit
		}
	}
	return read, edit
}

// alter changes the schema as it was made: clones share the old one.
func (m *Mock) alter(change func(*schema)) {
	m.made = m.made.drifted(nil, nil)
	change(m.made)
	m.made.index()
	m.schema = m.drifted(m.made)
	for _, r := range m.store.order {
		if len(r.values) < m.made.slots {
			r.values = grown(r.values, m.made.slots)
		}
	}
	m.resolve()
}
