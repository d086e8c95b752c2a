package dynamics

import (
	"net/http"
	"strconv"
	"time"

	"github.com/syncproof/syncproof/mocks"
	"github.com/syncproof/syncproof/sim/trace"
)

// WebhookHeader is the header in which the tenant's registration sends the
// shared key: the vendor lets its owner choose (S: HttpHeader authentication).
const WebhookHeader = "X-Syncproof-Key"

// How the vendor delivers (S): one retry on 502, 503 and 504, and on nothing
// else. When the retry comes is M; the timeout of 60 s is the network's.
const (
	retriesMax    = 1
	retryInterval = 5 * time.Second
	webhookMax    = 256 << 10 // bytes; what is larger loses its parameters (S)
)

// messages are the vendor's names of what happened (S).
var messages = map[string]string{
	trace.Create: "Create", trace.Update: "Update", trace.Touch: "Update", trace.Delete: "Delete",
	trace.Undelete: "Restore", trace.Merge: "Update",
}

// notify queues one webhook about a change.
func (m *Mock) notify(c *record, w *write, verb string, commit uint64) {
	if m.config.WebhookURL == "" || m.faults.MuteNotices {
		return
	}
	m.notices++
	op := m.journal.Notify(commit, m.notices, c.id, c.alias)
	d := mocks.Delivery{
		Notice: m.notices, Attempt: 1, Record: c.id, Object: m.object.is, URL: m.config.WebhookURL, Cause: op, Modified: time.Unix(c.modified, 0),
	}
	if !m.config.BareNotices {
		message := messages[verb]
		d.Header = http.Header{
			"Content-Type":                {"application/json"},
			"X-Ms-Dynamics-Organization":  {m.config.BaseURL},
			"X-Ms-Dynamics-Entity-Name":   {m.object.name},
			"X-Ms-Dynamics-Request-Name":  {message},
			"X-Ms-Correlation-Request-Id": {correlation(m.notices)},
			WebhookHeader:                 {m.config.WebhookSecret},
		}
		d.Body = m.remoteContext(c, w, message, true)
		if len(d.Body) > webhookMax {
			d.Header["X-Ms-Dynamics-Msg-Size-Exceeded"] = []string{"true"}
			d.Body = m.remoteContext(c, w, message, false)
		}
	}
	m.deliveries.Put(w.now, d)
}

func correlation(n uint64) string { return UserID("correlation " + strconv.FormatUint(n, 10)) }

// remoteContext is the RemoteExecutionContext (S: its members and their order).
func (m *Mock) remoteContext(c *record, w *write, message string, whole bool) []byte {
	text := func(b []byte, name, value string) []byte {
		return append(mocks.AppendString(append(append(b, '"'), name+`":`...), value), ',')
	}
	user := UserID(w.by)
	b := text([]byte{'{'}, "BusinessUnitId", UserID("business unit"))
	b = text(b, "CorrelationId", correlation(m.notices))
	b = append(b, `"Depth":1,`...)
	b = text(b, "InitiatingUserId", user)
	if whole {
		b = m.appendTarget(append(b, `"InputParameters":[{"key":"Target","value":`...), c, w, message)
		b = append(b, `}],`...)
	}
	b = append(b, `"IsExecutingOffline":false,"IsInTransaction":false,"IsOfflinePlayback":false,"IsolationMode":1,`...)
	b = text(b, "MessageName", message)
	b = append(b, `"Mode":1,"OperationCreatedOn":"\/Date(`...)
	b = strconv.AppendInt(b, w.now.UnixMilli(), 10)
	b = append(b, `+0000)\/",`...)
	b = text(b, "OperationId", correlation(m.notices))
	b = text(b, "OrganizationId", UserID("organisation"))
	b = text(b, "OrganizationName", "syncproof")
	b = append(b, `"OutputParameters":[],"OwningExtension":null,"ParentContext":null,"PostEntityImages":[],"PreEntityImages":[],`...)
	b = text(b, "PrimaryEntityId", c.id)
	b = text(b, "PrimaryEntityName", m.object.name)
	b = append(b, `"RequestId":null,`...)
	b = text(b, "SecondaryEntityName", "none")
	b = append(b, `"SharedVariables":[],"Stage":40,`...)
	b = text(b, "UserId", user)
	b[len(b)-1] = '}'
	return b
}

// appendTarget is the record with the columns that the request named, or a
// reference to one that was deleted.
func (m *Mock) appendTarget(b []byte, c *record, w *write, message string) []byte {
	const contracts = `:http:\/\/schemas.microsoft.com\/xrm\/2011\/Contracts",`
	if message == "Delete" {
		b = append(b, `{"__type":"EntityReference`+contracts+`"Id":`...)
		return append(mocks.AppendString(b, c.id), `,"KeyAttributes":[],"LogicalName":"`+m.object.name+`","Name":null,"RowVersion":null}`...)
	}
	b = append(b, `{"__type":"Entity`+contracts+`"Attributes":[`...)
	for _, a := range w.set {
		b = mocks.AppendString(append(b, `{"key":`...), a.column.name)
		b = mocks.AppendString(append(b, `,"value":`...), a.text)
		b = append(b, `},`...)
	}
	b = append(b, `{"key":"`+m.object.id+`","value":`...)
	b = mocks.AppendString(b, c.id)
	b = append(b, `},{"key":"modifiedon","value":"\/Date(`...)
	b = strconv.AppendInt(b, c.modified*1000, 10)
	b = append(b, `)\/"}],"EntityState":null,"FormattedValues":[],"Id":`...)
	b = mocks.AppendString(b, c.id)
	b = append(b, `,"KeyAttributes":[],"LogicalName":"`+m.object.name+`","RelatedEntities":[],"RowVersion":`...)
	b = mocks.AppendString(b, strconv.FormatUint(c.version, 10))
	return append(b, '}')
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
	again := status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
	if !again || d.Attempt > retriesMax {
		return
	}
	d.Attempt++
	m.deliveries.Put(now.Add(retryInterval), d)
}
