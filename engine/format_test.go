package engine_test

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// at prints an instant as the time since the epoch of the stories.
func at(t engine.Instant) string {
	if t == 0 {
		return "never"
	}
	return "+" + t.Sub(epoch).Round(time.Millisecond).String()
}

func word(s string) string {
	if s == "" || strings.ContainsAny(s, " ;,\"{}()=") {
		return strconv.Quote(s)
	}
	return s
}

func lane(l engine.Lane) string { return [...]string{"fresh", "backlog"}[l] }

// describeEffect prints an effect as one line, after its number.
func describeEffect(e engine.Effect) string {
	number := "#" + strconv.FormatUint(uint64(opOf(e)), 10) + " "
	switch e := e.(type) {
	case engine.Persist:
		ops := make([]string, len(e.Batch.Ops))
		for i, op := range e.Batch.Ops {
			ops[i] = describeOp(op)
		}
		return number + "persist " + strings.Join(ops, "; ")
	case engine.Fetch:
		return number + fmt.Sprintf("fetch up to %d, %d of them fresh", e.Max, e.Fresh)
	case engine.Lookup:
		return number + "look up " + e.Ref.String()
	case engine.Read:
		return number + "read " + e.Ref.String()
	case engine.Find:
		return number + "find in " + e.Side.String() + " what mirrors " + e.External
	case engine.Write:
		return number + describeWrite(&e)
	case engine.Poll:
		return number + "poll " + e.Side.String() + " after " + word(string(e.After))
	case engine.Describe:
		return number + "describe " + e.Side.String()
	case engine.Admit:
		if e.Denied {
			return "turn away #" + strconv.FormatUint(e.Call, 10)
		}
		return "admit #" + strconv.FormatUint(e.Call, 10)
	case engine.Acknowledge:
		return fmt.Sprintf("acknowledge %d with %d", e.Token, e.Status)
	case engine.Tell:
		m := e.Message
		who := m.Key
		if who == "" {
			who = m.Side.String()
		}
		return "tell " + m.Topic + " " + who + ": " + m.Text
	case engine.Reply:
		if e.OK {
			return fmt.Sprintf("reply %d: accepted", e.Token)
		}
		return fmt.Sprintf("reply %d: refused, %s", e.Token, e.Why)
	}
	panic("unknown effect")
}

func describeWrite(e *engine.Write) string {
	var b strings.Builder
	verb := [...]string{"update", "create", "delete"}[e.Kind]
	b.WriteString(verb + " " + e.Ref.String())
	for _, f := range e.Data.Fields {
		b.WriteString(" " + contacts.Fields[f.Index].Name + "=" + word(f.Value.Text))
	}
	if e.Data.SetVersion {
		fmt.Fprintf(&b, " v%d", e.Data.Version)
	}
	if e.Data.Status != "" {
		b.WriteString(" status=" + e.Data.Status)
	}
	if e.Data.External != "" {
		b.WriteString(" mirrors=" + e.Data.External)
	}
	if e.Kind != engine.CreateRecord {
		fmt.Fprintf(&b, " if v%d", e.Data.If.Version)
		if e.Data.If.Tag != "" {
			b.WriteString(" tag " + e.Data.If.Tag)
		}
	}
	return b.String()
}

func describeOp(op engine.StoreOp) string {
	switch op := op.(type) {
	case engine.Enqueue:
		s := "enqueue " + op.Ref.String() + " " + lane(op.Lane)
		if op.Hint != "" {
			s += " hint " + op.Hint
		}
		if op.Review != nil {
			s += [...]string{" review ", " retry ", " discard "}[op.Review.Letter] + strconv.FormatUint(op.Review.Token, 10)
		}
		return s
	case engine.EnqueueAll:
		switch {
		case op.Failed:
			return "enqueue the failed " + lane(op.Lane)
		case op.Mass:
			return "enqueue the mass deleted " + lane(op.Lane)
		}
		return "enqueue all " + lane(op.Lane)
	case engine.Done:
		return "done " + op.Key
	case engine.Requeue:
		return fmt.Sprintf("requeue %s at %s try %d %s", op.Key, at(op.Due), op.Attempt+1, lane(op.Lane))
	case engine.PutRecord:
		return "put " + describeRecord(op.Record)
	case engine.Append:
		return "log " + describeEntry(&op.Entry)
	case engine.PutGate:
		return "gate " + op.Side.String() + " until " + at(op.Until)
	case engine.PutCursor:
		return "cursor " + op.Side.String() + " " + word(string(op.Cursor))
	case engine.PutTold:
		return fmt.Sprintf("told of %s: outage %s, permission %s, credentials %s", op.Side, at(op.Told.Outage), at(op.Told.Permission), at(op.Told.Credentials))
	case engine.PutDeletes:
		s := strconv.Itoa(len(op.Recent)) + " recent deletions"
		if op.Number > op.Approved {
			s += ", paused"
		}
		if op.Approved > 0 {
			s += fmt.Sprintf(", approved up to mass delete %d", op.Approved)
		}
		return s
	}
	panic("unknown store op")
}

// describeRecord is what a golden line says of a durable record.
func describeRecord(r *engine.Record) string {
	var b strings.Builder
	b.WriteString(r.Key + " " + r.Status.String())
	for side, id := range r.ID {
		if id == "" {
			b.WriteString(" without " + mapping.Side(side).String())
		}
	}
	if i := r.Intent; i != nil {
		fmt.Fprintf(&b, " intends %s v%d:", i.Rule, i.Version)
		for side := range i.Sides {
			if w := &i.Sides[side]; w.Needed {
				b.WriteString(" " + [...]string{"update", "create", "delete"}[w.Kind] + " " + mapping.Side(side).String() + "(" + fieldNames(w.Changed) + ")")
				if w.Done {
					b.WriteString(" done")
				}
			}
		}
	}
	if r.Flag != nil {
		b.WriteString(" flag " + r.Flag.Rule)
	}
	if r.Failure != nil {
		fmt.Fprintf(&b, " failure %s.%s %s", r.Failure.Side, r.Failure.Field, r.Failure.Rule)
		if r.Failure.Discarded != 0 {
			b.WriteString(" discarded")
		}
	}
	return b.String()
}

func fieldNames(indexes []int) string {
	names := make([]string, len(indexes))
	for i, x := range indexes {
		names[i] = contacts.Fields[x].Name
	}
	return strings.Join(names, ",")
}

func describeEntry(e *engine.LedgerEntry) string {
	s := fmt.Sprintf("%s/%d %s %s", e.Key, e.Number, e.Rule, e.Status)
	if e.Winner < 2 {
		s += " " + mapping.Side(e.Winner).String() + " wins"
	}
	for i, l := range e.Lost {
		s += [...]string{" lost ", ", "}[min(i, 1)] + l.Side.String() + "." + l.Field + "=" + word(l.Value)
	}
	return s
}

// describeEvent prints an answer as one line; "" for what needs no mention.
func describeEvent(e engine.Event) string {
	number := func(op engine.Op) string { return "#" + strconv.FormatUint(uint64(op), 10) + " " }
	switch e := e.(type) {
	case engine.Persisted:
		return number(e.Op) + "is durable"
	case engine.Fetched:
		return number(e.Op) + "fetched" + describeItems(&e)
	case engine.LookedUp:
		if e.Record == nil {
			return number(e.Op) + "nobody holds it"
		}
		return number(e.Op) + "held by " + e.Record.Key
	case engine.ReadDone:
		return number(e.Op) + describeAnswer(&e.Record, e.Err)
	case engine.WriteDone:
		return number(e.Op) + describeAnswer(&e.Record, e.Err)
	case engine.FindDone:
		if e.Err != nil {
			return number(e.Op) + describeAnswer(nil, e.Err)
		}
		ids := make([]string, len(e.Records))
		for i := range e.Records {
			ids[i] = e.Records[i].ID
		}
		return number(e.Op) + fmt.Sprintf("found %d: %s", len(ids), strings.Join(ids, " "))
	case engine.PollDone:
		if e.Err != nil {
			return number(e.Op) + describeAnswer(nil, e.Err)
		}
		s := number(e.Op) + "page to " + word(string(e.Page.Next)) + ":"
		for i := range e.Page.Changed {
			s += " " + e.Page.Changed[i].ID
		}
		if e.Page.More {
			s += ", more"
		}
		return s
	case engine.Described:
		if e.Err != nil {
			return number(e.Op) + describeAnswer(nil, e.Err)
		}
		return number(e.Op) + "schema revision " + e.Schema.Revision
	case engine.Tick:
		return "tick"
	}
	return ""
}

func describeItems(e *engine.Fetched) string {
	s := ""
	for i := range e.Items {
		s += " " + e.Items[i].Key
	}
	if s == "" {
		s = " nothing"
	}
	if e.Next != 0 {
		s += ", next " + at(e.Next)
	}
	if e.FreshWaits {
		s += ", fresh ones wait"
	}
	return s
}

func describeAnswer(rec *adapter.Record, err *adapter.Error) string {
	if err != nil {
		return "failed: " + err.Error()
	}
	if rec.ID == "" {
		return "answered"
	}
	s := rec.ID + " v" + rec.Version.Text
	for i, n := range rec.Fields {
		if n.Kind != mapping.Null {
			s += " " + contacts.Fields[i].Name + "=" + word(n.Text)
		}
	}
	if rec.MergedInto != "" {
		s += " merged into " + rec.MergedInto
	}
	return s
}
