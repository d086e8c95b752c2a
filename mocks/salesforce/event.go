package salesforce

import (
	"slices"
	"strconv"

	"github.com/syncproof/syncproof/mocks"
)

// Bounds of events (S).
const (
	// eventSizeMax is the most that an event holds, in bytes: beyond that it is
	// a gap event.
	eventSizeMax = 1 << 20
	// changesMax is how many changes of a transaction are told one by one.
	changesMax = 100_000
)

// noRecord stands for the records of an overflow event (S).
const noRecord = "000000000000000AAA"

// changeEvent is one change event as it was published; it never changes after
// that. Its JSON is the form of snapshots.
type changeEvent struct {
	Replay    int64        `json:"replay"`
	Schema    string       `json:"schema"`
	Entity    string       `json:"entity"`
	Kind      string       `json:"kind"`
	Origin    string       `json:"origin,omitempty"`
	Key       string       `json:"key"`
	Sequence  int          `json:"sequence"`
	Committed int64        `json:"committed"` // in milliseconds
	Number    int64        `json:"number"`
	User      string       `json:"user"`
	Records   []string     `json:"records"`
	Changed   []string     `json:"changed,omitempty"`
	Fields    []eventField `json:"fields,omitempty"`
}

// eventField is one field of an event's body.
type eventField struct {
	Column   string `json:"column"`             // the name with which the column was made
	Compound string `json:"compound,omitempty"` // the field that it is part of
	Name     string `json:"name"`
	Value    string `json:"value"` // JSON
}

// path is how changedFields names the field (S).
func (f *eventField) path() string {
	if f.Compound != "" {
		return f.Compound + "." + f.Name
	}
	return f.Name
}

// changed lists the fields as changedFields does (S).
func (e *changeEvent) changed() {
	e.Changed = make([]string, len(e.Fields))
	for i := range e.Fields {
		e.Changed[i] = e.Fields[i].path()
	}
}

func (e *changeEvent) size() int {
	n := 0
	for i := range e.Fields {
		n += len(e.Fields[i].Name) + len(e.Fields[i].Value) + 4
	}
	return n
}

// visible is the event without the columns that the subscriber may not see: an
// event has what the account's field permissions let it read (S).
func (e *changeEvent) visible(s *schema) *changeEvent {
	hidden := func(f eventField) bool {
		i := slices.IndexFunc(s.columns, func(c *column) bool { return c.base == f.Column })
		return i >= 0 && s.columns[i].hidden
	}
	if !slices.ContainsFunc(e.Fields, hidden) {
		return e
	}
	out := *e
	out.Fields = slices.DeleteFunc(slices.Clone(e.Fields), hidden)
	if e.Changed != nil {
		out.changed()
	}
	return &out
}

// appendMessage appends the event as a client of the stream gets it (S). The
// header of this stream has neither nulledFields nor diffFields, which are
// those of the vendor's other API (S): a field that was cleared is null.
func (e *changeEvent) appendMessage(b []byte, channel string) []byte {
	b = mocks.AppendString(append(b, `{"data":{"schema":`...), e.Schema)
	b = mocks.AppendString(append(b, `,"payload":{"ChangeEventHeader":{"entityName":`...), e.Entity)
	b = appendTexts(append(b, `,"recordIds":`...), e.Records)
	b = mocks.AppendString(append(b, `,"changeType":`...), e.Kind)
	b = mocks.AppendString(append(b, `,"changeOrigin":`...), e.Origin)
	b = mocks.AppendString(append(b, `,"transactionKey":`...), e.Key)
	b = strconv.AppendInt(append(b, `,"sequenceNumber":`...), int64(e.Sequence), 10)
	b = strconv.AppendInt(append(b, `,"commitTimestamp":`...), e.Committed, 10)
	b = strconv.AppendInt(append(b, `,"commitNumber":`...), e.Number, 10)
	b = mocks.AppendString(append(b, `,"commitUser":`...), e.User)
	b = appendTexts(append(b, `,"changedFields":`...), e.Changed)
	b = e.appendFields(append(b, '}'))
	b = strconv.AppendInt(append(b, `},"event":{"replayId":`...), e.Replay, 10)
	return append(mocks.AppendString(append(b, `}},"channel":`...), channel), '}')
}

// appendFields appends the body, the parts of a compound field within it (S).
func (e *changeEvent) appendFields(b []byte) []byte {
	for i := range e.Fields {
		f := &e.Fields[i]
		part := func(o eventField) bool { return o.Compound == f.Compound }
		switch {
		case f.Compound == "":
			b = append(mocks.AppendString(append(b, ','), f.Name), ':')
			b = append(b, f.Value...)
		case slices.IndexFunc(e.Fields, part) == i:
			b = append(mocks.AppendString(append(b, ','), f.Compound), ':')
			separator := byte('{')
			for j := range e.Fields[i:] {
				if o := &e.Fields[i+j]; o.Compound == f.Compound {
					b = append(mocks.AppendString(append(b, separator), o.Name), ':')
					b, separator = append(b, o.Value...), ','
				}
			}
			b = append(b, '}')
		}
	}
	return b
}

func appendTexts(b []byte, list []string) []byte {
	b = append(b, '[')
	for i, text := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = mocks.AppendString(b, text)
	}
	return append(b, ']')
}
