package genesys

import (
	"context"
	"net/http"
	"net/url"

	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/adapter/jsonread"
	"github.com/syncproof/syncproof/engine/adapter/wire"
)

const channelsPath = "/api/v2/notifications/channels"

// topicsMax is how many topics a channel takes, one for each contact.
const topicsMax = 1000

// The topics of a channel beside those that it was asked for.
const (
	metadataTopic = "channel.metadata" // heartbeats, and the answer to a ping
	closingTopic  = "v2.system.socket_closing"
)

// messageLimits bound one message of a channel (SE-2).
var messageLimits = adapter.Limits{Bytes: 1 << 20, Depth: 32}

// OpenChannel implements adapter.Channels. A user and application have 20
// channels: one more ends the one used last the longest ago.
func (a *Records) OpenChannel(ctx context.Context) (adapter.Channel, error) {
	call := &wire.Call{Method: http.MethodPost, Path: channelsPath, Write: true}
	res, err := a.client.Do(ctx, call)
	if err != nil {
		return adapter.Channel{}, err
	}
	c, err := a.readChannel(res.Reader())
	if err != nil {
		return adapter.Channel{}, wire.Misread(call, res, err)
	}
	return c, nil
}

// readChannel reads {connectUri, id, expires}. An address that is not as safe
// as the API's own is refused: whoever reads along could connect.
func (a *Records) readChannel(r *jsonread.Reader) (c adapter.Channel, err error) {
	for key, ok := r.Members(); ok; key, ok = r.Member() {
		switch string(key) {
		case "id":
			c.ID = r.Str()
		case "connectUri":
			c.Address = r.Str()
		case "expires":
			c.Expires = wire.Instant(r.Str())
		default:
			r.Skip()
		}
	}
	if r.Err() == nil {
		u, err := url.Parse(c.Address)
		switch {
		case c.ID == "" || c.Expires.IsZero():
			r.Refuse("a channel without an id or the time of its end")
		case err != nil || u.Host == "" || u.Scheme != "wss" && (u.Scheme != "ws" || !a.plain):
			r.Refuse("a channel whose connectUri is no wss address")
		}
	}
	return c, r.End()
}

// Listen implements adapter.Channels. It gives the channel a new life of 24
// hours, and at most the rest of its token's.
func (a *Records) Listen(ctx context.Context, channel string, ids []string) error {
	body := []byte{'['}
	for i, id := range ids {
		if i > 0 {
			body = append(body, ',')
		}
		body = append(wire.AppendString(append(body, `{"id":`...), a.object.topic()+id), '}')
	}
	path := channelsPath + "/" + url.PathEscape(channel) + "/subscriptions"
	_, err := a.client.Do(ctx, &wire.Call{Method: http.MethodPost, Path: path, Body: append(body, ']'), Write: true})
	return err
}

// ChannelRecords implements adapter.Channels.
func (a *Records) ChannelRecords() int { return topicsMax }

// Ping implements adapter.Channels.
func (a *Records) Ping() []byte { return []byte(`{"message":"ping"}`) }

// Heard implements adapter.Channels. A message of another topic says nothing.
func (a *Records) Heard(message []byte) (adapter.Heard, error) {
	r := jsonread.New(message, messageLimits)
	e := readEnvelope(r)
	if err := r.End(); err != nil {
		return adapter.Heard{}, &adapter.Error{Kind: adapter.Malformed, Err: err}
	}
	switch {
	case e.topic == closingTopic:
		return adapter.Heard{Closing: true}, nil
	case e.topic == metadataTopic:
		return adapter.Heard{}, nil
	}
	notices, err := e.notices(a.object)
	return adapter.Heard{Notices: notices}, err
}
