package mapping

import (
	"encoding/json"
	"errors"
	"time"
)

// eventBytesMax bounds an event document.
const eventBytesMax = 256 << 10

// Event is the guide's event document: a notice that a record changed, and
// what the sender asks to be done with it. It is a hint: nothing in it is
// believed before the record is read.
type Event struct {
	Source    string // who sent it, e.g. genesys_cloud
	Action    string // e.g. contact_update
	ID        string // the record's native id in Source
	Version   int64  // 0 if the document has none
	Timestamp time.Time
	Status    string
	Queue     QueueAction
}

// QueueAction is what the sender asks of the queue; zero if it does not.
type QueueAction struct {
	Type        string // e.g. enqueue
	Destination string
	Priority    string
}

type eventDocument struct {
	Event *struct {
		Source  string `json:"source"`
		Action  string `json:"action"`
		Payload *struct {
			ID        string       `json:"id"`
			Version   *json.Number `json:"version"`
			Timestamp string       `json:"timestamp"`
		} `json:"payload"`
		Status string `json:"status"`
	} `json:"event"`
	QueueAction struct {
		Type        string `json:"type"`
		Destination string `json:"destination"`
		Priority    string `json:"priority"`
	} `json:"queue_action"`
}

// ParseEvent reads the guide's event document as it stands. Keys that it does
// not know are ignored, because senders add them; what is oversized, deeply
// nested, not UTF-8 or has duplicate keys is refused (SE-2). source, action
// and payload.id must be there. Every error is a *ParseError.
func ParseEvent(data []byte) (Event, error) {
	if err := checkJSON("event", data, eventBytesMax); err != nil {
		return Event{}, err
	}
	var d eventDocument
	if err := json.Unmarshal(data, &d); err != nil {
		return Event{}, eventTypeError(data, err)
	}
	refuse := func(message string) (Event, error) {
		return Event{}, &ParseError{Name: "event", Line: 1, Column: 1, Message: message}
	}
	switch {
	case d.Event == nil:
		return refuse(`missing "event"; expected the guide's event document`)
	case d.Event.Payload == nil:
		return refuse(`missing "event.payload"`)
	case d.Event.Source == "":
		return refuse(`missing "event.source"; expected who sent it, such as genesys_cloud`)
	case d.Event.Action == "":
		return refuse(`missing "event.action"; expected what happened, such as contact_update`)
	case d.Event.Payload.ID == "":
		return refuse(`missing "event.payload.id"; expected the record's id as text`)
	}
	e := Event{
		Source: d.Event.Source, Action: d.Event.Action, ID: d.Event.Payload.ID,
		Status: d.Event.Status, Queue: QueueAction(d.QueueAction),
	}
	if v := d.Event.Payload.Version; v != nil {
		var ok bool
		if e.Version, ok = readInteger(v.String()); !ok {
			return refuse(`"event.payload.version" is no integer of 64 bits`)
		}
	}
	if t := d.Event.Payload.Timestamp; t != "" {
		var ok bool
		if e.Timestamp, ok = readInstant(t); !ok {
			return refuse(`"event.payload.timestamp" is no instant with a zone, such as 2023-10-27T10:00:00Z (DM-7)`)
		}
	}
	return e, nil
}

// eventTypeError says where a value has the wrong JSON type, without the value.
func eventTypeError(data []byte, err error) error {
	var wrong *json.UnmarshalTypeError
	if !errors.As(err, &wrong) {
		return &ParseError{Name: "event", Line: 1, Column: 1, Message: "a value has the wrong JSON type"}
	}
	line, column := lineColumn(data, wrong.Offset-1)
	return &ParseError{Name: "event", Line: line, Column: column,
		Message: "expected " + wrong.Type.String() + " in " + `"` + wrong.Field + `"` + ", found a JSON " + jsonTypeWord(wrong.Value)}
}

// jsonTypeWord keeps the type of UnmarshalTypeError.Value, which for numbers
// holds the value too.
func jsonTypeWord(value string) string {
	for _, word := range [...]string{"number", "string", "bool", "array", "object"} {
		if len(value) >= len(word) && value[:len(word)] == word {
			return word
		}
	}
	return "value"
}
