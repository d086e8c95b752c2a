package sim_test

import (
	"slices"
	"strings"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/mocks"
)

// about makes a tenant one whose records of the vendor's object are as config
// says of contacts. One with accounts has contacts as well.
func (v *vendor) about(config *mocks.Config) {
	if v.object == mocks.Contact {
		return
	}
	config.Account = &mocks.ObjectConfig{
		Fields: config.Fields, VersionField: config.VersionField, StatusField: config.StatusField,
		ExternalField: config.ExternalField, Trigger: config.Trigger, Mapped: config.Mapped,
		Conditional: config.Conditional, BaseVersionField: config.BaseVersionField, Bare: config.Bare,
	}
	config.Fields, config.Mapped = nil, nil
}

// adapterObject is the vendor's object as the adapters know it.
func (v *vendor) adapterObject() adapter.Object {
	if v.object == mocks.Account {
		return adapter.Account
	}
	return adapter.Contact
}

// strange lays a record of the other object, which no exchange may show.
func (v *vendor) strange(m mocks.System) error {
	if v.object == mocks.Contact {
		return nil
	}
	seed := mocks.Seed{Set: v.stranger, External: "cc-1", Modified: fidelityStart}
	_, err := m.Seed(seed)
	return err
}

// switched makes what was switched on for contacts strike the vendor's object.
func (v *vendor) switched(f *mocks.Faults) {
	if v.object == mocks.Contact {
		return
	}
	f.Drift, f.Revoked = slices.Clone(f.Drift), slices.Clone(f.Revoked)
	for i := range f.Drift {
		f.Drift[i].Object = v.object
	}
	for i := range f.Revoked {
		f.Revoked[i] = v.permission(f.Revoked[i])
	}
}

// permission is the mock's word for a right on the vendor's object.
func (v *vendor) permission(ofContact string) string {
	switch {
	case v.object == mocks.Contact, strings.HasPrefix(ofContact, "account."):
		return ofContact
	case strings.Contains(ofContact, ":"):
		return strings.Replace(ofContact, ":contact:", ":externalOrganization:", 1)
	}
	return "account." + ofContact
}
