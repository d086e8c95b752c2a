package salesforce

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// typed is the exchange for a record's type: attributes.type, which each record
// of a collection needs (S). Records of several types may stand in one request
// (S).
func (x *exchange) typed(members []mocks.Member, verb string) (*exchange, *apiError) {
	for i := range members {
		if members[i].Key != "attributes" {
			continue
		}
		inner, bad := mocks.MembersIn(nil, members[i].Text)
		if bad != nil {
			break
		}
		b := body{inner}
		if m := b.find("type"); m != nil && m.Kind == mocks.JSONString {
			for _, part := range x.m.all() {
				if strings.EqualFold(m.Text, part.object.name) {
					return x.in(part, verb)
				}
			}
			return nil, refuse("INVALID_TYPE", "sObject type '"+m.Text+"' is not supported.")
		}
	}
	return nil, refuse("INVALID_TYPE", "The record's attributes must name its type")
}

// somewhere reports whether the account has a verb on any object.
func (x *exchange) somewhere(verb string) bool {
	return slices.ContainsFunc(x.m.all(), func(part *Mock) bool { return !x.m.faults.LostOn(part.object.is, verb) })
}

// in is the exchange about another object, on which the account must have the
// verb.
func (x *exchange) in(part *Mock, verb string) (*exchange, *apiError) {
	within := *x
	within.m = part
	if !within.may(verb) {
		return nil, errAccess()
	}
	return &within, nil
}

// fieldsOf takes a record apart: its id, "" if it has none, and its fields. key is
// the external id column of the path, whose value comes back apart.
func (x *exchange) fieldsOf(members []mocks.Member, key *column) (id, external string, set []assign, err *apiError) {
	for i := range members {
		m := &members[i]
		c := x.m.schema.find(m.Key)
		switch {
		case c != nil && c.system == sysID:
			id = m.Text
			continue
		case c != nil && c == key:
			if external, err = c.decode(m); err != nil {
				return "", "", nil, err
			}
			continue
		}
		a, err := x.field(m, nil)
		if err != nil {
			return "", "", nil, err
		}
		if a.column != nil {
			set = append(set, a)
		}
	}
	return id, external, set, nil
}

func (x *exchange) collectionInsert(members []mocks.Member) outcome {
	x, err := x.typed(members, "create")
	if err != nil {
		return outcome{err: err}
	}
	id, _, set, err := x.fieldsOf(members, nil)
	if err == nil && id != "" {
		err = refuse("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
	}
	if err != nil {
		return outcome{err: err}
	}
	r, err := x.make(set)
	if err != nil {
		return outcome{err: err}
	}
	return outcome{id: r.id}
}

func (x *exchange) collectionUpdate(members []mocks.Member) outcome {
	x, err := x.typed(members, "update")
	if err != nil {
		return outcome{err: err}
	}
	id, _, set, err := x.fieldsOf(members, nil)
	if err == nil && id == "" {
		err = refuse("MISSING_ARGUMENT", "Id not specified in an update call")
	}
	if err != nil {
		return outcome{err: err}
	}
	r, err := x.live(id)
	if err == nil {
		err = x.change(r, set)
	}
	if err != nil {
		return outcome{err: err}
	}
	return outcome{id: r.id}
}

// live is a record that is there.
func (x *exchange) live(id string) (*record, *apiError) {
	full, ok := canonicalID(id)
	if !ok {
		return nil, x.m.object.errMalformedID(id)
	}
	r := x.m.store.byID[full]
	switch {
	case r == nil:
		return nil, refuse("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
	case r.deleted:
		return nil, errDeleted()
	}
	return r, nil
}

func (x *exchange) collectionUpsert(key *column, members []mocks.Member) outcome {
	o := outcome{upsert: true}
	within, err := x.typed(members, "update")
	if err == nil && within.m.object != x.m.object {
		err = refuse("INVALID_TYPE", "The record's type is not that of the path: "+within.m.object.name)
	}
	if err != nil {
		o.err = err
		return o
	}
	id, external, set, err := x.fieldsOf(members, key)
	if err != nil {
		o.err = err
		return o
	}
	if key.system == sysID {
		o = x.collectionUpdate(members)
		if id == "" {
			o = x.collectionInsert(members)
			o.made = o.err == nil
		}
		o.upsert = true
		return o
	}
	if external == "" {
		o.err = refuse("MISSING_ARGUMENT", key.name+" not specified", key.name)
		return o
	}
	matches := x.m.store.live(external)
	switch len(matches) {
	case 0:
		var r *record
		if r, o.err = x.make(append(set, assign{key, external})); o.err == nil {
			o.id, o.made = r.id, true
		}
	case 1:
		if o.err = x.change(matches[0], set); o.err == nil {
			o.id = matches[0].id
		}
	default:
		o.err = refuse("DUPLICATE_EXTERNAL_ID", key.name+": more than one record found for external id field", key.name)
	}
	return o
}

// collectionDelete answers DELETE composite/sobjects?ids=a,b (S).
func (x *exchange) collectionDelete() (int, []byte, *apiError) {
	if !x.somewhere("delete") {
		return 0, nil, errAccess()
	}
	ids, err := x.ids(x.r.Query.Get("ids"))
	if err != nil {
		return 0, nil, err
	}
	return x.each(x.r.Query.Get("allOrNone") == "true", len(ids), func(x *exchange, i int) outcome {
		x, err := x.in(x.m.of(ids[i]), "delete")
		if err != nil {
			return outcome{err: err}
		}
		r, err := x.live(ids[i])
		if err != nil {
			return outcome{err: err}
		}
		x.m.remove(r, x.writer(nil), "")
		return outcome{id: r.id}
	})
}

func (x *exchange) ids(list string) ([]string, *apiError) {
	if list == "" {
		return nil, refuse("REQUIRED_FIELD_MISSING", "Required fields are missing: [ids]", "ids")
	}
	ids := strings.Split(list, ",")
	if len(ids) > collectionMax {
		return nil, errCollection(len(ids))
	}
	return ids, nil
}
