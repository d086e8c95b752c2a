package salesforce

import (
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// The channels of the protocol itself (S: Bayeux).
const (
	metaHandshake   = "/meta/handshake"
	metaConnect     = "/meta/connect"
	metaSubscribe   = "/meta/subscribe"
	metaUnsubscribe = "/meta/unsubscribe"
	metaDisconnect  = "/meta/disconnect"
)

// longPolling is the one type of connection that the vendor has (S).
const longPolling = "long-polling"

// bayeuxMessage is one message of a client. A member that it does not need
// is ignored, as the protocol has it.
type bayeuxMessage struct {
	channel        string
	id             string // JSON, "" for none
	clientID       string
	connectionType string
	supported      []string
	subscription   string
	// at once: the client's advice is not to wait
	atOnce bool
	// replay are the replay ids that it asks for, as JSON, by channel.
	replay []mocks.Member
}

// readMessages takes a request apart: an array of messages, or one (S: Bayeux).
func readMessages(text string) ([]bayeuxMessage, error) {
	if strings.HasPrefix(strings.TrimSpace(text), "{") {
		one, err := readMessage(text)
		return []bayeuxMessage{one}, err
	}
	elements, err := mocks.ElementsIn(nil, text)
	if err != nil {
		return nil, err
	}
	list := make([]bayeuxMessage, len(elements))
	for i := range elements {
		if list[i], err = readMessage(elements[i].Text); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func readMessage(text string) (m bayeuxMessage, err error) {
	members, err := mocks.MembersIn(nil, text)
	if err != nil {
		return m, err
	}
	texts := map[string]*string{
		"channel": &m.channel, "clientId": &m.clientID, "connectionType": &m.connectionType, "subscription": &m.subscription,
	}
	for i := range members {
		f := &members[i]
		if into := texts[f.Key]; into != nil && f.Kind == mocks.JSONString {
			*into = f.Text
			continue
		}
		switch {
		case f.Key == "id" && f.Kind == mocks.JSONString:
			m.id = quoted(f.Text)
		case f.Key == "id" && f.Kind == mocks.JSONNumber:
			m.id = f.Text
		case f.Key == "supportedConnectionTypes" && f.Kind == mocks.JSONArray:
			m.supported, _ = mocks.Strings(f.Text)
		case f.Key == "advice" && f.Kind == mocks.JSONObject:
			timeout := memberOf(f.Text, "timeout")
			m.atOnce = timeout != nil && timeout.Kind == mocks.JSONNumber && timeout.Text == "0"
		case f.Key == "ext" && f.Kind == mocks.JSONObject:
			if replay := memberOf(f.Text, "replay"); replay != nil && replay.Kind == mocks.JSONObject {
				m.replay, _ = mocks.MembersIn(nil, replay.Text)
			}
		}
	}
	return m, nil
}

// memberOf is a member of an object that is known to be one.
func memberOf(object, name string) *mocks.Member {
	members, err := mocks.MembersIn(nil, object)
	if err != nil {
		return nil
	}
	return body{members}.find(name)
}

// bayeuxReply is the answer to one message.
type bayeuxReply struct {
	client       string
	subscription string
	err          string // code::words, "" for success
	advice       string // JSON
	ext          string // JSON
	connections  bool   // says which connections there are
}

func (r *bayeuxReply) append(b []byte, m *bayeuxMessage) []byte {
	b = append(b, '{')
	if r.client != "" {
		b = append(mocks.AppendString(append(b, `"clientId":`...), r.client), ',')
	}
	if r.connections {
		b = append(b, `"version":"1.0","minimumVersion":"1.0","supportedConnectionTypes":["`+longPolling+`"],`...)
	}
	if r.ext != "" {
		b = append(append(append(b, `"ext":`...), r.ext...), ',')
	}
	if r.advice != "" {
		b = append(append(append(b, `"advice":`...), r.advice...), ',')
	}
	b = mocks.AppendString(append(b, `"channel":`...), m.channel)
	if m.id != "" {
		b = append(append(b, `,"id":`...), m.id...)
	}
	if r.subscription != "" {
		b = mocks.AppendString(append(b, `,"subscription":`...), r.subscription)
	}
	if r.err != "" {
		b = append(mocks.AppendString(append(b, `,"error":`...), r.err), `,"successful":false}`...)
		return b
	}
	return append(b, `,"successful":true}`...)
}

// Advice to clients (S; the intervals: 2).
const (
	adviceRetry     = `{"interval":0,"timeout":110000,"reconnect":"retry"}`
	adviceHandshake = `{"interval":0,"reconnect":"handshake"}`
	adviceNone      = `{"reconnect":"none","interval":0}`
)

// Refusals of the stream (S for the words of all but the last, which is the
// protocol's own).
const (
	streamUnauthenticated = "401::Request requires authentication"
	streamInvalid         = "401::Authentication invalid"
	streamDenied          = "403::Handshake denied"
	streamNoHandshake     = "403::Client has not completed handshake"
	streamUnknown         = "403::Unknown client"
	streamFull            = "403::Organization concurrent user limit exceeded"
	streamForbidden       = "403::User not allowed to subscribe CDC without View All Data permissions"
	streamNoChannel       = "400::Channel name not specified"
	streamNoSlash         = "400::Channel subscriptions must start with a leading '/'"
	streamPublish         = "403::publish_denied"
)

func errChannel(name string) string {
	return "400::The channel you requested to subscribe to does not exist {" + name + "}"
}

// errReplay has the words as clients see them, two blanks included (R).
func errReplay(id string) string {
	return "400::The replayId {" + id + "} you provided was invalid.  Please provide a valid ID, -2 to replay all events, or -1 to replay only new events."
}

func errConnection(kind string) string { return "400::Invalid connection type {" + kind + "}" }

func errCookie(client string) string {
	return "400::Client " + client + " has established a session, but no " + streamCookie + " cookie present"
}
