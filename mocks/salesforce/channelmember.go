package salesforce

import (
	"net/http"
	"slices"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// channelMember is an object that is selected for change data capture: a
// PlatformEventChannelMember of the standard channel (S).
type channelMember struct{ id, entity string }

// standardChannel is the one channel that every organisation has (S).
const standardChannel = "ChangeEvents"

// memberID is the id of an object's selection.
func memberID(entity string) string {
	id := prefixMember + UserID(eventName(entity))[3:15]
	return id + mocks.SalesforceSuffix(id)
}

// fullName is the name of a selection: of its channel and its event (S).
func (c channelMember) fullName() string { return standardChannel + "_" + eventName(c.entity) }

// captures reports whether any object is selected.
func (t *tenant) captures() bool { return len(t.setup.members) > 0 }

// selects reports whether an object's changes are told as events.
func (t *tenant) selects(entity string) bool {
	return slices.ContainsFunc(t.setup.members, func(c channelMember) bool { return c.entity == entity })
}

// makeMember is POST tooling/sobjects/PlatformEventChannelMember (S): from then
// on changes of the object are told.
func (x *exchange) makeMember(b body) (string, *apiError) {
	if err := b.only("PlatformEventChannelMember", "FullName", "Metadata"); err != nil {
		return "", err
	}
	name, err := b.need("FullName")
	if err != nil {
		return "", err
	}
	meta, err := b.object("Metadata")
	if err != nil {
		return "", err
	}
	if err := meta.only("PlatformEventChannelMember", "eventChannel", "selectedEntity"); err != nil {
		return "", err
	}
	channel, err := meta.need("eventChannel")
	if err != nil {
		return "", err
	}
	event, err := meta.need("selectedEntity")
	if err != nil {
		return "", err
	}
	var c channelMember
	if part := x.m.eventOf(event); part != nil {
		c.entity = part.object.name
	}
	switch {
	case channel != standardChannel:
		return "", refuse("INVALID_INPUT", "The channel "+channel+" does not exist", "EventChannel")
	case c.entity == "":
		return "", refuse("INVALID_INPUT", "The selected entity "+event+" does not exist, or change data capture does not support it", "SelectedEntity")
	case !developerName(name) && name != c.fullName():
		return "", refuse("FIELD_INTEGRITY_EXCEPTION", "The name "+name+" is not valid", "DeveloperName")
	case x.m.selects(c.entity):
		return "", errDuplicateName(name, "channel member")
	}
	c.id = memberID(c.entity)
	x.m.setup.members = append(x.m.setup.members, c)
	return c.id, nil
}

// member answers sobjects/PlatformEventChannelMember/{id}: DELETE ends the
// selection (S); nothing else of a member is asked here.
func (x *exchange) member(id string) (int, []byte, *apiError) {
	if x.r.Method != http.MethodDelete {
		return 0, nil, errMethod(x.r.Method)
	}
	if !x.may(mayCustomize) {
		return 0, nil, errSetupAccess(mayCustomize)
	}
	full, _ := canonicalID(id)
	i := slices.IndexFunc(x.m.setup.members, func(c channelMember) bool { return c.id == full })
	if i < 0 {
		return 0, nil, errNotFound()
	}
	x.m.setup.members = slices.Delete(slices.Clone(x.m.setup.members), i, i+1)
	return http.StatusNoContent, nil, nil
}

func (m *Mock) memberRows() (rows []map[string]string) {
	for _, c := range m.setup.members {
		event := eventName(c.entity)
		metadata := `{"enrichedFields":[],"eventChannel":` + quoted(standardChannel) + `,"filterExpression":null,"selectedEntity":` + quoted(event) + `}`
		rows = append(rows, map[string]string{
			"Id": quoted(c.id), "DeveloperName": quoted(c.fullName()), "EventChannel": quoted(standardChannel), "SelectedEntity": quoted(event),
			"NamespacePrefix": "null", "Metadata": metadata, "FullName": quoted(c.fullName()),
		})
	}
	return rows
}

// memberPath is where a member of a channel is.
const memberPath = "sobjects/PlatformEventChannelMember"

// below is what stands behind a path, if it does.
func below(path, prefix string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, prefix+"/")
	return rest, ok && rest != "" && !strings.Contains(rest, "/")
}
