package salesforce

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/syncproof/syncproof/mocks"
)

// The stream's endpoint and its bounds (S).
const (
	pathStream       = "/cometd"
	streamVersionMin = 37
	streamBodyMax    = 32_768
	mayViewAll       = "View All Data"
)

// cometd answers /cometd/{version}, where a client may append what the message
// is for, as some do (R). The stream does not count against the limits of the
// API (M).
func (x *exchange) cometd(path string) *mocks.Response {
	token := bearer(x.r.Header)
	if _, fails := x.enter(token); fails || x.lost {
		return x.refuse(x.serverError())
	}
	if err := x.streamVersion(path); err != "" {
		return x.misdirected(err)
	}
	switch {
	case x.r.Method != http.MethodPost:
		return x.streamFailure(http.StatusBadRequest, errConnection("callback-polling"))
	case len(x.r.Body) > streamBodyMax:
		return x.streamFailure(http.StatusRequestEntityTooLarge, "413::Maximum Request Size Exceeded")
	}
	messages, err := readMessages(string(x.r.Body))
	if err != nil || len(messages) == 0 {
		return x.streamFailure(http.StatusBadRequest, "400::Bad Request")
	}
	answer := &streamAnswer{x: x, token: token}
	for i := range messages {
		if wait := answer.take(&messages[i], len(messages) == 1); wait != nil {
			return wait
		}
	}
	return answer.response()
}

// streamVersion refuses an address without a version of the API, or with one
// that the stream does not have (S).
func (x *exchange) streamVersion(path string) (err string) {
	const format = ". URI format: '/cometd/66.0'"
	version, verb, _ := strings.Cut(strings.Trim(path, "/"), "/")
	if version == "" {
		return "400::API version in the URI is mandatory" + format
	}
	major, ok := strings.CutSuffix(version, ".0")
	n, bad := strconv.Atoi(major)
	if !ok || bad != nil || n < streamVersionMin || n > versionMax {
		return "400::Unsupported API version. Only API versions '37.0' and later are supported" + format
	}
	if !slices.Contains([]string{"", "handshake", "connect", "subscribe", "unsubscribe", "disconnect"}, verb) {
		return "400::API version in the URI is mandatory" + format
	}
	x.version = n * 10
	return ""
}

// misdirected answers each message of a request to the wrong address.
func (x *exchange) misdirected(err string) *mocks.Response {
	messages, bad := readMessages(string(x.r.Body))
	if bad != nil || len(x.r.Body) > streamBodyMax {
		return x.streamFailure(http.StatusBadRequest, err)
	}
	a := &streamAnswer{x: x, status: http.StatusBadRequest}
	for i := range messages {
		a.reply(&messages[i], bayeuxReply{err: err, advice: adviceNone})
	}
	return a.response()
}

// streamFailure is a refusal of the whole request (M: its form).
func (x *exchange) streamFailure(status int, err string) *mocks.Response {
	return x.answer(status, append(mocks.AppendString([]byte(`[{"error":`), err), `,"successful":false}]`...), err)
}

// streamAnswer gathers the answers to the messages of a request.
type streamAnswer struct {
	x      *exchange
	token  string
	status int // 0 for 200
	body   []byte
	code   string // the first refusal
	cookie string // to set
}

func (a *streamAnswer) comma() {
	if len(a.body) == 0 {
		a.body = append(a.body, '[')
	} else {
		a.body = append(a.body, ',')
	}
}

func (a *streamAnswer) reply(m *bayeuxMessage, r bayeuxReply) {
	a.comma()
	a.body = r.append(a.body, m)
	if a.code == "" {
		a.code = r.err
	}
}

func (a *streamAnswer) response() *mocks.Response {
	status := a.status
	if status == 0 {
		status = http.StatusOK
	}
	header := http.Header{"Date": a.x.m.dateHeader(a.x.now), "Content-Type": jsonType}
	if a.cookie != "" {
		header["Set-Cookie"] = []string{streamCookie + "=" + a.cookie + "; Path=/; HttpOnly"}
	}
	resp := &mocks.Response{Status: status, Header: header, Body: append(a.body, ']')}
	return a.x.m.journal.Answer(a.x.r.Call, a.x.arrive, resp, a.code)
}

// take answers one message; wait is the answer to a connect that waits, which
// only one that comes alone does (M).
func (a *streamAnswer) take(m *bayeuxMessage, alone bool) (wait *mocks.Response) {
	if m.channel == metaHandshake {
		a.handshake(m)
		return nil
	}
	s, refused := a.client(m)
	if refused != nil {
		a.reply(m, *refused)
		return nil
	}
	s.expires = a.x.now.Add(reconnectTimeout)
	switch m.channel {
	case metaConnect:
		return a.connect(s, m, alone)
	case metaSubscribe:
		a.reply(m, a.subscribe(s, m))
	case metaUnsubscribe:
		a.reply(m, a.unsubscribe(s, m))
	case metaDisconnect:
		a.x.m.streams = slices.DeleteFunc(a.x.m.streams, func(o *stream) bool { return o == s })
		a.reply(m, bayeuxReply{client: s.id})
	default:
		a.reply(m, bayeuxReply{client: s.id, err: streamPublish})
	}
	return nil
}

// handshake makes a stream, for who holds a session of the organisation. The
// reason of a refusal is within the extension (S).
func (a *streamAnswer) handshake(m *bayeuxMessage) {
	x := a.x
	deny := func(reason string) {
		a.reply(m, bayeuxReply{
			err: streamDenied, advice: adviceNone, connections: true,
			ext: `{"sfdc":{"failureReason":` + quoted(reason) + `},"replay":true,"payload.format":true}`,
		})
	}
	_, validity := x.m.tokens.Check(x.now, a.token, x.m.faults.Revocations)
	switch {
	case x.r.Header.Get("Authorization") == "":
		deny(streamUnauthenticated)
	case validity != mocks.TokenValid:
		deny(streamInvalid)
	case !slices.Contains(m.supported, longPolling):
		a.reply(m, bayeuxReply{err: errConnection(strings.Join(m.supported, ",")), advice: adviceNone, connections: true})
	case len(x.m.streams) >= streamsMax:
		deny(streamFull)
	default:
		s := &stream{
			id: x.m.bus.ids.Secret(""), cookie: x.m.bus.ids.Secret(""), token: a.token,
			expires: x.now.Add(reconnectTimeout),
		}
		x.m.streams = append(x.m.streams, s)
		a.cookie = s.cookie
		a.reply(m, bayeuxReply{client: s.id, connections: true, ext: `{"replay":true,"payload.format":true}`})
	}
}

// client is the stream that a message belongs to, or why there is none.
func (a *streamAnswer) client(m *bayeuxMessage) (*stream, *bayeuxReply) {
	x := a.x
	s := x.m.stream(m.clientID)
	refuse := func(err, advice string) (*stream, *bayeuxReply) {
		return nil, &bayeuxReply{client: m.clientID, err: err, advice: advice}
	}
	switch {
	case x.r.Header.Get("Authorization") == "":
		return refuse(streamUnauthenticated, adviceNone)
	case m.clientID == "":
		return refuse(streamNoHandshake, adviceHandshake)
	case !x.m.keeps(x.now, a.token):
		return refuse(streamInvalid, adviceNone)
	case s == nil:
		return refuse(streamUnknown, adviceHandshake)
	case !a.presents(s.cookie):
		return refuse(errCookie(m.clientID), adviceNone)
	}
	return s, nil
}

// presents: the request has the cookie that the handshake set. A client that
// keeps none is refused (S).
func (a *streamAnswer) presents(cookie string) bool {
	for _, line := range a.x.r.Header["Cookie"] {
		for pair := range strings.SplitSeq(line, ";") {
			if name, value, _ := strings.Cut(strings.TrimSpace(pair), "="); name == streamCookie && mocks.SameSecret(value, cookie) {
				return true
			}
		}
	}
	return false
}

// connect answers with the events that there are. The first one is answered at
// once (2), any other waits for an event.
func (a *streamAnswer) connect(s *stream, m *bayeuxMessage, alone bool) *mocks.Response {
	if m.connectionType != longPolling {
		a.reply(m, bayeuxReply{client: s.id, err: errConnection(m.connectionType), advice: adviceNone})
		return nil
	}
	s.held = 0 // one that waits is answered: the newest counts
	reply := bayeuxReply{client: s.id}
	ready := a.deliver(s)
	if !s.greeted {
		s.greeted, ready, reply.advice = true, true, adviceRetry
	}
	if !ready && !m.atOnce && alone {
		return a.x.hold(s, m)
	}
	a.reply(m, reply)
	return nil
}

// subscribe begins a channel behind the event that the client asks for, or
// with what comes from now on (S).
func (a *streamAnswer) subscribe(s *stream, m *bayeuxMessage) bayeuxReply {
	r := bayeuxReply{client: s.id, subscription: m.subscription}
	x := a.x
	var part *Mock
	if name, ok := strings.CutPrefix(m.subscription, "/data/"); ok {
		part = x.m.eventOf(name)
	}
	switch {
	case m.subscription == "":
		r.err = streamNoChannel
	case m.subscription[0] != '/':
		r.err = streamNoSlash
	case m.subscription != channelAll && part == nil:
		r.err = errChannel(m.subscription)
	case part != nil && !x.sees(part):
		// Who subscribes to all gets what it may see (S).
		r.err = streamForbidden
	}
	if r.err != "" {
		return r
	}
	wanted, text := int64(replayNew), ""
	if i := slices.IndexFunc(m.replay, func(f mocks.Member) bool { return f.Key == m.subscription }); i >= 0 {
		n, bad := strconv.ParseInt(m.replay[i].Text, 10, 64)
		if wanted, text = n, m.replay[i].Text; bad != nil || m.replay[i].Kind != mocks.JSONNumber {
			r.err = errReplay(text)
			return r
		}
	}
	after, ok := x.m.bus.from(x.now, wanted)
	if !ok {
		r.err = errReplay(text)
		return r
	}
	s.leave(m.subscription)
	s.places = append(s.places, place{m.subscription, after})
	return r
}

// unsubscribe ends a channel; one that was not subscribed to is no mistake (M).
func (a *streamAnswer) unsubscribe(s *stream, m *bayeuxMessage) bayeuxReply {
	r := bayeuxReply{client: s.id, subscription: m.subscription}
	if m.subscription == "" {
		r.err = streamNoChannel
	}
	s.leave(m.subscription)
	return r
}

func (s *stream) leave(channel string) {
	s.places = slices.DeleteFunc(s.places, func(p place) bool { return p.channel == channel })
}

// sees: the account may get change events of an object.
func (x *exchange) sees(part *Mock) bool {
	return part != nil && !x.m.faults.Lost(mayViewAll) && !x.m.faults.LostOn(part.object.is, "read")
}

// deliver appends the events behind the client's places, and moves them on. It
// reports whether there were any.
func (a *streamAnswer) deliver(s *stream) bool {
	m := a.x.m
	m.bus.forget(a.x.now)
	var records []string
	left := deliveryMax
	for i := range s.places {
		at := &s.places[i]
		for _, e := range m.bus.after(at.after) {
			if left == 0 {
				break
			}
			at.after = e.Replay
			part := m.named(e.Entity)
			if at.channel != channelAll && at.channel != "/data/"+eventName(e.Entity) || !a.x.sees(part) {
				continue
			}
			left--
			a.comma()
			a.body = e.visible(part.schema).appendMessage(a.body, at.channel)
			records = append(records, e.Records...)
		}
	}
	if left == deliveryMax {
		return false
	}
	m.journal.Feed(a.x.r.Call, a.x.arrive, a.x.actor, records)
	return true
}
