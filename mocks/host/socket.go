package host

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/coder/websocket"

	"github.com/syncproof/syncproof/mocks"
)

// Bounds of a connection over which the mock pushes.
const (
	// messageMax is the longest message of a client, in bytes.
	messageMax = 64 << 10
	// sendTimeout is how long a client may take to accept a message.
	sendTimeout = 10 * time.Second
)

// socket is one connection of a mock that pushes.
type socket struct {
	h      *Host
	conn   *websocket.Conn
	system mocks.Streaming // the mock that it is a connection of
	number uint64
}

// wantsSocket reports whether a request asks for a websocket of a mock that
// has any; any other request is an exchange.
func (h *Host) wantsSocket(r *http.Request) bool {
	if r.Method != http.MethodGet || !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return false
	}
	streams := false
	_ = h.see(func(_ time.Time, s mocks.System) error {
		_, streams = s.(mocks.Streaming)
		return nil
	})
	return streams
}

// serveSocket holds a connection until the mock, the client or the host ends
// it. A path that names no channel is refused with 401, as one whose channel
// has ended (2).
func (h *Host) serveSocket(w http.ResponseWriter, r *http.Request) {
	if !h.sockets.begin() {
		http.Error(w, "the mock ends", http.StatusServiceUnavailable)
		return
	}
	defer h.sockets.end()
	s := &socket{h: h}
	known := false
	_ = h.do(func(now time.Time, system mocks.System) error {
		if s.system, known = system.(mocks.Streaming); known {
			s.number, known = s.system.Connect(now, r.URL.EscapedPath())
		}
		return nil
	})
	if !known {
		http.Error(w, "there is no such channel", http.StatusUnauthorized)
		return
	}
	defer s.disconnect()
	conn, err := websocket.Accept(w, r, nil)
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(messageMax)
	s.conn = conn
	s.serve(r.Context())
}

// serve sends what there is, and heartbeats, while another goroutine reads.
func (s *socket) serve(ctx context.Context) {
	ctx, stop := context.WithCancel(ctx)
	read := make(chan struct{})
	go func() { defer close(read); defer stop(); s.read(ctx) }()
	code, why := s.send(ctx)
	// The client may be gone; there is nobody left to tell.
	_ = s.conn.Close(code, why)
	stop()
	<-read
}

// send ends with what the client is to be told.
func (s *socket) send(ctx context.Context) (websocket.StatusCode, string) {
	every, heartbeat := s.system.Heartbeat()
	if s.h.options.Heartbeat > 0 {
		every = s.h.options.Heartbeat
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		messages, over, moved := s.outgoing()
		for _, m := range messages {
			if s.write(ctx, m) != nil {
				return websocket.StatusNormalClosure, ""
			}
		}
		if over != "" {
			return websocket.StatusGoingAway, over
		}
		select {
		case <-moved:
		case <-ticker.C:
			if s.write(ctx, heartbeat) != nil {
				return websocket.StatusNormalClosure, ""
			}
		case <-s.h.sockets.ending:
			return websocket.StatusGoingAway, "the mock ends"
		case <-ctx.Done():
			return websocket.StatusNormalClosure, ""
		}
	}
}

func (s *socket) write(ctx context.Context, message []byte) error {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, message)
}

// read shows the mock what the client sends, until it is gone.
func (s *socket) read(ctx context.Context) {
	for {
		_, message, err := s.conn.Read(ctx)
		if err != nil {
			return
		}
		_ = s.h.do(func(now time.Time, system mocks.System) error {
			if system == mocks.System(s.system) {
				s.system.Received(now, s.number, message)
			}
			return nil
		})
	}
}

// outgoing drains what the mock has for the connection; moved is closed when
// there may be more. A mock that was reset or restored has no connections.
func (s *socket) outgoing() (messages [][]byte, over string, moved <-chan struct{}) {
	_ = s.h.see(func(now time.Time, system mocks.System) error {
		moved = s.h.moved
		if system != mocks.System(s.system) {
			over = "the mock was reset or restored"
			return nil
		}
		messages, over = s.system.Outgoing(now, s.number)
		return nil
	})
	return messages, over, moved
}

func (s *socket) disconnect() {
	_ = s.h.do(func(_ time.Time, system mocks.System) error {
		if system == mocks.System(s.system) {
			s.system.Disconnected(s.number)
		}
		return nil
	})
}
