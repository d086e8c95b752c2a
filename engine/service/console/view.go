package console

import (
	"time"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/resolve"
)

// instant is nil for an unknown time.
func instant(t engine.Instant) *time.Time {
	if t == 0 {
		return nil
	}
	at := moment(t)
	return &at
}

func moment(t engine.Instant) time.Time { return time.Unix(0, int64(t)).UTC() }

func summary(rec *engine.Record) Summary {
	s := Summary{Key: rec.Key, Status: rec.Status.String(), CCID: rec.ID[mapping.CC], CRMID: rec.ID[mapping.CRM]}
	if f := rec.Flag; f != nil {
		s.State = f.State
		s.Flag = &Flag{Rule: f.Rule, Why: f.Why, Since: moment(f.Since), MassDelete: f.Mass}
	}
	if f := rec.Failure; f != nil {
		s.Failure = &Failure{
			Side: f.Side.String(), Field: f.Field, Rule: f.Rule, Shape: f.Shape,
			Since: moment(f.Since), Discarded: instant(f.Discarded),
		}
		if rec.Flag == nil {
			s.State = f.Letter()
		}
	}
	return s
}

// readings are both sides as they were last read; what is not kept is as its
// base says.
func readings(rec *engine.Record) [2]engine.Base {
	switch {
	case rec.Flag != nil:
		return rec.Flag.Sides
	case rec.Failure != nil:
		return rec.Failure.Sides
	}
	return rec.Base
}

// ledgerMax bounds the entries that are shown of one record.
const ledgerMax = 100

func (c *Console) view(rec *engine.Record, ledger []engine.LedgerEntry) Record {
	read, m := readings(rec), c.mappingOf(rec)
	v := Record{Summary: summary(rec), Fields: make([]Field, len(m.Fields)), Ledger: []Entry{}}
	for side, to := range [2]*Side{&v.CC, &v.CRM} {
		b := &read[side]
		*to = Side{ID: rec.ID[side], Known: b.Known, Present: b.Present, Version: b.Version, Edited: instant(b.Edit)}
	}
	for i := range v.Fields {
		f := &m.Fields[i]
		cc, crm := value(&read[mapping.CC], i), value(&read[mapping.CRM], i)
		v.Fields[i] = Field{
			Name: f.Name, Direction: f.Direction.String(), CC: cc, CRM: crm,
			CCBase: value(&rec.Base[mapping.CC], i), CRMBase: value(&rec.Base[mapping.CRM], i),
			Differs: differ(cc, crm),
		}
	}
	if rec.Intent != nil {
		v.Writing = rec.Intent.Rule + ": " + rec.Intent.Why
	}
	if v.Older = len(ledger) > ledgerMax; v.Older {
		ledger = ledger[len(ledger)-ledgerMax:]
	}
	for i := range ledger {
		v.Ledger = append(v.Ledger, entry(&ledger[i]))
	}
	return v
}

func value(b *engine.Base, i int) *string {
	if !b.Known || !b.Present || i >= len(b.Content) {
		return nil
	}
	return &b.Content[i]
}

func differ(a, b *string) bool {
	if a == nil || b == nil {
		return a != b
	}
	return *a != *b
}

func entry(e *engine.LedgerEntry) Entry {
	out := Entry{
		Number: e.Number, At: moment(e.At), Rule: e.Rule, Why: e.Why, Status: e.Status.String(), Version: e.Version,
	}
	if e.Winner != resolve.None {
		out.Winner = mapping.Side(e.Winner).String()
	}
	for i := range e.Lost {
		l := &e.Lost[i]
		out.Lost = append(out.Lost, Loss{
			Field: l.Field, Side: l.Side.String(), Value: l.Value, Version: l.Version,
			Edited: instant(l.Time), Origin: l.Origin.String(), Rule: l.Rule,
		})
	}
	return out
}
