package genesys

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"time"

	"github.com/syncproof/syncproof/mocks"
)

// How the vendor delivers (S): up to 5 retries, 5 s apart, on a timeout, 429
// or 5xx. The timeout of 10 s is the network's.
const (
	retriesMax    = 5
	retryInterval = 5 * time.Second
)

// notify publishes a record on the channels, and queues one webhook about it.
// Either tells the record's state; no actor, no operation, no deleted flag (S).
func (m *Mock) notify(c *record, commit uint64, now time.Time) {
	if m.faults.MuteNotices {
		return
	}
	m.publish(c)
	if m.cfg.WebhookURL == "" {
		return
	}
	m.notices++
	op := m.rec.Notify(commit, m.notices, c.id, c.alias)
	mergedInto := ""
	if head := c.canonical(); head != c {
		mergedInto = head.id
	}
	d := mocks.Delivery{
		Notice: m.notices, Attempt: 1, Record: c.id, Object: m.object.is, URL: m.cfg.WebhookURL,
		Cause: op, MergedInto: mergedInto, Modified: c.modified,
	}
	if !m.cfg.BareNotices {
		d.Body = m.appendEvent(make([]byte, 0, bodySize), c, now)
		d.Header = http.Header{
			"Content-Type":        {"application/json"},
			"X-Hub-Signature-256": {m.signature(d.Body)},
		}
	}
	m.deliveries.Put(now, d)
}

// signature is the header that proves a body: base64 of the HMAC-SHA256 over
// the raw body, not hexadecimal (S).
func (m *Mock) signature(body []byte) string {
	if m.mac == nil {
		m.mac = hmac.New(sha256.New, []byte(m.cfg.WebhookSecret))
	}
	m.mac.Reset()
	m.mac.Write(body)
	var sum [sha256.Size]byte
	return "sha256=" + base64.StdEncoding.EncodeToString(m.mac.Sum(sum[:0]))
}

func (m *Mock) appendEvent(b []byte, c *record, now time.Time) []byte {
	b = append(append(b, `{"id":"`...), m.correlation.UUID()...)
	b = append(b, `",`...)
	b = m.appendNotification(b, c)
	b = append(b, `,"timestamp":`...)
	return append(appendInstant(b, now), '}')
}

// appendNotification is what a webhook and a channel have in common: the
// members of a notification (S).
func (m *Mock) appendNotification(b []byte, c *record) []byte {
	b = append(append(append(b, `"topicName":"`...), m.object.topic...), c.id...)
	b = append(b, `","version":"2","eventBody":`...)
	b = m.appendState(b, c)
	if head := c.canonical(); head != c || len(c.mergedFrom) > 0 {
		b = append(append(append(b, `,"canonicalContactId":"`...), head.id...), '"')
		if c.mergedTo != nil {
			b = append(append(append(b, `,"mergedTo":"`...), c.mergedTo.id...), '"')
		}
		b = appendIDs(b, `,"mergedFrom":`, c.mergedFrom)
		b = appendIDs(b, `,"mergeSet":`, head.mergeSet())
	}
	b = append(append(b, `},"metadata":{"CorrelationId":"`...), m.correlation.UUID()...)
	return append(b, `"}`...)
}

// appendIDs lists records as the event does: by their ids alone (S), where
// the API shows references.
func appendIDs(b []byte, name string, list []*record) []byte {
	if len(list) == 0 {
		return b
	}
	b = append(append(b, name...), '[')
	for i, c := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(append(append(b, '"'), c.id...), '"')
	}
	return append(b, ']')
}

// Deliveries drains the webhooks that are due.
func (m *Mock) Deliveries(now time.Time) []mocks.Delivery {
	var due []mocks.Delivery
	for {
		d, ok := m.deliveries.Take(now)
		if !ok {
			return due
		}
		due = append(due, d)
	}
}

// Answered schedules a retry where the vendor would.
func (m *Mock) Answered(now time.Time, d mocks.Delivery, status int) {
	failed := status == 0 || status == http.StatusTooManyRequests || status >= 500
	if !failed || d.Attempt > retriesMax {
		return
	}
	d.Attempt++
	m.deliveries.Put(now.Add(retryInterval), d)
}
