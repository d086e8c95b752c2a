package salesforce

import (
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// typedAs refuses a record of another type: attributes.type, which each record
// of a collection needs (S).
func typedAs(members []mocks.Member) *apiError {
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
			if !strings.EqualFold(m.Text, "Contact") {
				return refuse("INVALID_TYPE", "sObject type '"+m.Text+"' is not supported.")
			}
			return nil
		}
	}
	return refuse("INVALID_TYPE", "The record's attributes must name its type")
}

// fieldsOf takes a record apart: its id, "" if it has none, and its fields. key is
// the external id column of the path, whose value comes back apart.
func (x *exchange) fieldsOf(members []mocks.Member, key *column) (id, external string, set []assign, err *apiError) {
	if err = typedAs(members); err != nil {
		return "", "", nil, err
	}
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
		return nil, errMalformedID(id)
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
	id, external, set, err := x.fieldsOf(members, key)
	o := outcome{upsert: true}
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
	if !x.may("delete") {
		return 0, nil, errAccess()
	}
	ids, err := x.ids(x.r.Query.Get("ids"))
	if err != nil {
		return 0, nil, err
	}
	return x.each(x.r.Query.Get("allOrNone") == "true", len(ids), func(x *exchange, i int) outcome {
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
