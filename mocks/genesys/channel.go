package genesys

import (
	"slices"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// What the vendor says of notification channels.
const (
	// channelsMax is how many channels a user and application have (S).
	channelsMax = 20
	// channelLife is how long a channel lives after it was made, or after its
	// topics were sent again (2).
	channelLife = 24 * time.Hour
	// topicsMax is how many topics a channel has (2).
	topicsMax = 1000
)

// channel carries notifications to one client. Its id is all that a client
// needs to connect (2).
type channel struct {
	id      string
	token   string // with which it was made: the channel ends with it (2)
	expires time.Time
	used    time.Time // made, subscribed or connected last
	topics  []string  // in the order of subscription
	// connection is the number of the one connection, 0 for none. What
	// happens without one is lost (M).
	connection uint64
	backlog    [][]byte
	choked     bool // the backlog was too long
}

// newChannel makes a channel and lets the one go that has to make room: the
// one used last the longest ago, one without a connection first (S).
func (m *Mock) newChannel(now time.Time, token string) *channel {
	for len(m.channels) >= channelsMax {
		m.channels = slices.Delete(m.channels, m.idlest(), m.idlest()+1)
	}
	c := &channel{id: m.channelIDs.Secret("streaming-0-"), token: token, used: now}
	c.prolong(now)
	m.channels = append(m.channels, c)
	return c
}

func (m *Mock) idlest() int {
	found := 0
	for i, c := range m.channels {
		best := m.channels[found]
		idle, bestIdle := c.connection == 0, best.connection == 0
		if idle != bestIdle && idle || idle == bestIdle && c.used.Before(best.used) {
			found = i
		}
	}
	return found
}

func (c *channel) prolong(now time.Time) { c.expires = now.Add(channelLife).Truncate(resolution) }

func (m *Mock) channel(id string) *channel {
	for _, c := range m.channels {
		if c.id == id {
			return c
		}
	}
	return nil
}

func (m *Mock) connected(connection uint64) *channel {
	for _, c := range m.channels {
		if connection != 0 && c.connection == connection {
			return c
		}
	}
	return nil
}

// sweep removes the channels whose life, or whose token's life, is over.
func (m *Mock) sweep(now time.Time) {
	if len(m.channels) == 0 {
		return
	}
	m.channels = slices.DeleteFunc(m.channels, func(c *channel) bool {
		_, validity := m.tokens.Check(now, c.token, m.faults.Revocations)
		return validity != mocks.TokenValid || !now.Before(c.expires)
	})
}

// channelDue is the next instant at which a channel ends.
func (m *Mock) channelDue() (at time.Time, ok bool) {
	for _, c := range m.channels {
		end := c.expires
		// What is wrong with the token by now, the sweep finds: only its expiry counts.
		if token, _ := m.tokens.Check(c.used, c.token, m.faults.Revocations); token.Expires.Before(end) {
			end = token.Expires
		}
		if !ok || end.Before(at) {
			at, ok = end, true
		}
	}
	return at, ok
}

// publish sends a record's state to the channels that subscribed to it.
func (m *Mock) publish(c *record) {
	if len(m.channels) == 0 {
		return
	}
	topic := m.object.topic + c.id
	for _, ch := range m.channels {
		if ch.connection != 0 && slices.Contains(ch.topics, topic) {
			ch.push(append(m.appendNotification(append(make([]byte, 0, bodySize), '{'), c), '}'))
		}
	}
}

// cloneChannels copies them; topics are never changed in place.
func cloneChannels(list []*channel) []*channel {
	if len(list) == 0 {
		return nil
	}
	out := make([]*channel, len(list))
	for i, c := range list {
		one := *c
		one.backlog = slices.Clone(c.backlog)
		out[i] = &one
	}
	return out
}

// encodeChannels appends channels where there are any, so that a world without
// them is what it always was.
func (m *Mock) encodeChannels(p *mocks.Print) {
	if m.channelIDs == *mocks.NewIDs(m.cfg.Seed + 4) {
		return
	}
	m.channelIDs.Print(p)
	p.Int(int64(len(m.channels)))
	for _, c := range m.channels {
		p.Text(c.id)
		p.Text(c.token)
		p.Due(c.expires)
		p.Age(c.used)
		p.Texts(c.topics)
		p.Flag(c.connection != 0, c.choked)
		p.Int(int64(len(c.backlog)))
	}
}
