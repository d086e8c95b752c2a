package live

import (
	"bytes"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/scenarios"
	"github.com/syncproof/syncproof/sim"
	"github.com/syncproof/syncproof/sim/trace"
)

// Notification channels are websockets from the engine through the tap and a
// line of Toxiproxy of their own to the mock. What strikes webhooks strikes
// their messages, but that nobody sends one again; what the contact center's
// channels tell of, the tap notes in the journal. There are no heartbeats: the
// engine asks by itself whether a connection lives, in real time.

// channelsPoll is how often a contact center is polled that a scenario polls
// never: what happens without a channel, or to a contact that nobody knows, is
// told by nobody.
const channelsPoll = scenarios.Duration(5 * time.Minute)

// channelEnds parts what a mock is going to do from the end of a channel, a day
// after it was made, for which no world waits.
const channelEnds = time.Hour

// toldFrom keeps the numbers of what channels tell apart from those of webhooks.
const toldFrom = 1 << 32

// byChannels is the scenario without webhooks.
func byChannels(sc *scenarios.Scenario) *scenarios.Scenario {
	own, none := *sc, false
	own.Systems.CC.Webhooks = &none
	if own.Engine.Poll.CC <= 0 {
		own.Engine.Poll.CC = channelsPoll
	}
	return &own
}

func wantsSocket(r *http.Request) bool {
	return strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// pushed is one connection of the mock's, at the mock's end.
type pushed struct {
	waiting [][]byte
	over    string        // why it ends, "" while it does not
	more    chan struct{} // holds a token when there is something new
}

// push takes what the mock says on its connections. The lock is held.
func (w *world) push() {
	mock, ok := w.stage.Mock(mapping.CC).(mocks.Streaming)
	if !ok {
		return
	}
	for number, p := range w.sockets { // each has an order of its own
		messages, over := mock.Outgoing(w.shows(mapping.CC), number)
		if len(messages) == 0 && over == "" {
			continue
		}
		p.waiting, p.over = append(p.waiting, messages...), over
		w.clock.owe()
		select {
		case p.more <- struct{}{}:
		default:
		}
	}
}

// serveSocket is the mock's end of a connection.
func (w *world) serveSocket(out http.ResponseWriter, r *http.Request) {
	p := &pushed{more: make(chan struct{}, 1)}
	var number uint64
	known := false
	w.under(func() {
		if mock, ok := w.stage.Mock(mapping.CC).(mocks.Streaming); ok {
			if number, known = mock.Connect(w.shows(mapping.CC), r.URL.EscapedPath()); known {
				w.sockets[number] = p
				w.push() // the connection of before is over
			}
		}
	})
	if !known {
		http.Error(out, "there is no such channel", http.StatusUnauthorized)
		return
	}
	defer w.under(func() {
		delete(w.sockets, number)
		w.stage.Mock(mapping.CC).(mocks.Streaming).Disconnected(number)
	})
	conn, err := websocket.Accept(out, r, nil)
	if err != nil {
		return // Accept has answered
	}
	defer func() { _ = conn.CloseNow() }()
	ctx, gone := context.WithCancel(r.Context())
	defer gone()
	go w.hear(ctx, gone, conn, number)
	for {
		var messages [][]byte
		over := ""
		select {
		case <-ctx.Done():
			return
		case <-p.more:
			w.under(func() { messages, over, p.waiting = p.waiting, p.over, nil })
		}
		for _, m := range messages {
			if conn.Write(ctx, websocket.MessageText, m) != nil {
				return
			}
		}
		if over != "" {
			_ = conn.Close(websocket.StatusGoingAway, over)
			return
		}
	}
}

// hear shows the mock what the engine says.
func (w *world) hear(ctx context.Context, gone func(), conn *websocket.Conn, number uint64) {
	defer gone()
	for {
		_, message, err := conn.Read(ctx)
		if err != nil {
			return
		}
		w.under(func() {
			w.stage.Mock(mapping.CC).(mocks.Streaming).Received(w.shows(mapping.CC), number, message)
			w.push()
		})
	}
}

// relay is the tap's part: it passes on what both ends say, as far as no fault
// takes it, for as long as the engine's process lives.
func (w *world) relay(out http.ResponseWriter, r *http.Request) {
	address, err := w.net.pushes.way(nil)
	if err != nil {
		w.failed(&sim.HarnessError{Message: err.Error()})
		return
	}
	cut, life := false, 0
	w.under(func() { cut, life = w.cut(mapping.CC, webhook) || !w.up || w.ended != "", w.life })
	if cut {
		panic(http.ErrAbortHandler) // no connection comes about
	}
	far, res, err := websocket.Dial(r.Context(), "ws://"+address+r.URL.EscapedPath(), nil) //nolint:bodyclose // the library closes it
	if err != nil {
		if res == nil {
			panic(http.ErrAbortHandler)
		}
		http.Error(out, "the channel was refused", res.StatusCode)
		return
	}
	defer func() { _ = far.CloseNow() }()
	far.SetReadLimit(answerMax)
	near, err := websocket.Accept(out, r, nil)
	if err != nil {
		return
	}
	defer func() { _ = near.CloseNow() }()
	go func() {
		defer func() { _ = far.CloseNow() }()
		for {
			_, message, err := near.Read(r.Context())
			if err != nil || far.Write(r.Context(), websocket.MessageText, message) != nil {
				return
			}
		}
	}()
	for {
		_, message, err := far.Read(r.Context())
		if err != nil {
			return
		}
		w.pass(r.Context(), near, message, life)
	}
}

// pass takes one message to the engine: never, late, or several times, as the
// faults have it.
func (w *world) pass(ctx context.Context, near *websocket.Conn, message []byte, life int) {
	_, topic, notice := bytes.Cut(message, []byte(`"v2.externalcontacts.contacts.`))
	id, _, _ := strings.Cut(string(topic), `"`)
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.up || w.ended != "" || w.life != life {
		return
	}
	w.messages++
	times, delay := 1, time.Duration(0)
	if notice {
		times, delay = w.struck(mapping.CC, w.messages)
		leg := w.leg(mapping.CC, w.messages, webhook)
		delay += leg.delay
		if leg.lost || w.cut(mapping.CC, webhook) {
			times = 0
		}
	}
	for i := range times {
		w.clock.at(w.clock.now()+int64(delay)+int64(i)*int64(50*time.Millisecond), func() {
			w.under(func() {
				if notice && w.up && w.life == life {
					w.told++
					w.Emit(trace.Event{Kind: trace.Deliver, On: trace.CC, Record: id, Notice: toldFrom + w.told, Attempt: 1, Code: "pushed"})
				}
				w.clock.owe()
			})
			_ = near.Write(ctx, websocket.MessageText, message) // the engine may be gone
		})
	}
}
