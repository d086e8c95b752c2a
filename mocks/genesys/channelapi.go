package genesys

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// channelsPrefix is where notification channels are; the notifications API
// needs no permission of its own (2).
const channelsPrefix = "/api/v2/notifications/channels"

// channelEndpoints by method and path template below channelsPrefix (S).
var channelEndpoints = map[string]endpoint{
	"GET ":                     {"", false, (*exchange).listChannels},
	"POST ":                    {"", false, (*exchange).makeChannel},
	"HEAD /{}":                 {"", false, (*exchange).probeChannel},
	"GET /{}/subscriptions":    {"", false, (*exchange).subscriptions},
	"POST /{}/subscriptions":   {"", true, (*exchange).addSubscriptions},
	"PUT /{}/subscriptions":    {"", true, (*exchange).replaceSubscriptions},
	"DELETE /{}/subscriptions": {"", false, (*exchange).removeSubscriptions},
}

// splitChannel is split for what is below channelsPrefix.
func splitChannel(rest string) (template, id string) {
	if rest == "" {
		return "", ""
	}
	below, ok := strings.CutPrefix(rest, "/")
	id, tail, nested := strings.Cut(below, "/")
	switch {
	case !ok || id == "":
		return "-", ""
	case !nested:
		return "/{}", id
	}
	return "/{}/" + tail, id
}

// bearerToken is the request's own token; it was checked already.
func (x *exchange) bearerToken() string {
	token, _ := bearer(x.r.Header)
	return token
}

// makeChannel is POST channels: {connectUri, id, expires} (S).
func (x *exchange) makeChannel(string) ([]byte, *refusal) {
	return x.m.appendChannel(nil, x.m.newChannel(x.now, x.bearerToken()), true), nil
}

// listChannels is GET channels: those of the token, or with
// includechannels=oauthclient those of all the client's tokens; of another
// token's channel only that it exists (S).
func (x *exchange) listChannels(string) ([]byte, *refusal) {
	all := false
	switch include := x.r.Query.Get("includechannels"); include {
	case "", "token":
	case "oauthclient":
		all = true
	default:
		return nil, invalid("includechannels", ruleChoice, "expected token or oauthclient")
	}
	token := x.bearerToken()
	b := []byte(`{"entities":[`)
	first := true
	for _, c := range x.m.channels {
		own := c.token == token
		if !own && !all {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = x.m.appendChannel(b, c, own)
	}
	return append(b, `]}`...), nil
}

func (m *Mock) appendChannel(b []byte, c *channel, named bool) []byte {
	b = append(b, '{')
	if named {
		// http becomes ws, https becomes wss.
		host, _ := strings.CutPrefix(m.cfg.BaseURL, "http")
		b = mocks.AppendString(append(b, `"connectUri":`...), "ws"+host+socketPath+c.id)
		b = append(mocks.AppendString(append(b, `,"id":`...), c.id), ',')
	}
	return append(appendInstant(append(b, `"expires":`...), c.expires), '}')
}

func (x *exchange) findChannel(id string) (*channel, *refusal) {
	if c := x.m.channel(id); c != nil {
		return c, nil
	}
	return nil, notFound("The channel " + id)
}

// probeChannel is HEAD channels/{id}: 200 or 404 (S).
func (x *exchange) probeChannel(id string) ([]byte, *refusal) {
	_, bad := x.findChannel(id)
	return nil, bad
}

// subscriptions is GET channels/{id}/subscriptions.
func (x *exchange) subscriptions(id string) ([]byte, *refusal) {
	c, bad := x.findChannel(id)
	if bad != nil {
		return nil, bad
	}
	return x.m.appendTopics(nil, c.topics, nil), nil
}

// addSubscriptions is POST: topics beside those that are there (S).
func (x *exchange) addSubscriptions(id string) ([]byte, *refusal) { return x.subscribe(id, true) }

// replaceSubscriptions is PUT: topics in the place of those that are there (S).
func (x *exchange) replaceSubscriptions(id string) ([]byte, *refusal) { return x.subscribe(id, false) }

// subscribe answers with the topics that the channel then has, and those that
// were rejected (M). It gives the channel a new life (2).
func (x *exchange) subscribe(id string, keep bool) ([]byte, *refusal) {
	c, bad := x.findChannel(id)
	if bad != nil {
		return nil, bad
	}
	asked, bad := x.m.readTopics(x.r.Body)
	if bad != nil {
		return nil, bad
	}
	// A topic needs the permission to see what it tells of; ignoreErrors lets
	// the request succeed without it (S).
	var granted, rejected []string
	for _, topic := range asked {
		missing := x.permitted(x.m.topicOf(topic).permitting(permissionView))
		switch {
		case missing == nil:
			granted = append(granted, topic)
		case x.r.Query.Get("ignoreErrors") != "true":
			return nil, missing
		default:
			rejected = append(rejected, topic)
		}
	}
	var topics []string
	if keep {
		topics = slices.Clone(c.topics)
	}
	had := make(map[string]bool, len(topics)+len(asked))
	for _, topic := range topics {
		had[topic] = true
	}
	for _, topic := range granted {
		if !had[topic] {
			had[topic] = true
			topics = append(topics, topic)
		}
	}
	if len(topics) > topicsMax {
		return nil, invalid("topics", ruleLimit, "a channel has at most "+strconv.Itoa(topicsMax)+" topics")
	}
	c.topics, c.used = topics, x.now
	c.prolong(x.now)
	return x.m.appendTopics(nil, topics, rejected), nil
}

// removeSubscriptions is DELETE: the channel stays (S); 204 (M).
func (x *exchange) removeSubscriptions(id string) ([]byte, *refusal) {
	c, bad := x.findChannel(id)
	if bad != nil {
		return nil, bad
	}
	c.topics, c.used = nil, x.now
	x.status = http.StatusNoContent
	return nil, nil
}

// readTopics reads a list of {id} (S). What the API itself says of a topic may
// stand beside the id, since clients send back what they have read (S).
func (t *tenant) readTopics(body []byte) ([]string, *refusal) {
	elements, err := mocks.ElementsIn(nil, string(body))
	if err != nil {
		return nil, badJSON(err)
	}
	topics := make([]string, len(elements))
	for i := range elements {
		if elements[i].Kind != mocks.JSONObject {
			return nil, invalid("topics", ruleType, "expected object, got "+elements[i].Kind.String())
		}
		members, err := mocks.Members(nil, []byte(elements[i].Text))
		if err != nil {
			return nil, badJSON(err)
		}
		for _, f := range members {
			switch f.Key {
			case "id":
				topics[i] = f.Text
			case "state", "rejectionReason", "missingPermissions", "selfUri":
			default:
				return nil, unknownField(f.Key)
			}
		}
		if t.topicOf(topics[i]) == nil {
			return nil, invalid("id", ruleFormat, "topic "+strconv.Itoa(i+1)+" of the list is not known: expected "+t.parts[mocks.Contact].object.topic+"{id}")
		}
	}
	return topics, nil
}

// isUUID reports whether a text has the form of a record's id.
func isUUID(id string) bool {
	if len(id) != 36 {
		return false
	}
	for i := range len(id) {
		c := id[i]
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (c == '-') || !dash && !strings.ContainsRune("0123456789abcdef", rune(c)) {
			return false
		}
	}
	return true
}

// appendTopics lists topics with their state, Permitted or Rejected (S).
func (t *tenant) appendTopics(b []byte, topics, rejected []string) []byte {
	b = append(b, `{"entities":[`...)
	for i, topic := range topics {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(mocks.AppendString(append(b, `{"id":`...), topic), `,"state":"Permitted"}`...)
	}
	for i, topic := range rejected {
		if i+len(topics) > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(append(b, `{"id":`...), topic)
		b = append(b, `,"state":"Rejected","rejectionReason":"Missing permissions","missingPermissions":["`+t.topicOf(topic).permitting(permissionView)+`"]}`...)
	}
	return append(b, `]}`...)
}
