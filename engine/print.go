package engine

// Fingerprint appends an unambiguous encoding of what a batch makes durable,
// with instants relative to now and without the numbers of effects.
func (b Batch) Fingerprint(now Instant, dst []byte) []byte {
	f := &printer{now: now, buf: dst}
	f.int(int64(len(b.Ops)))
	for _, op := range b.Ops {
		f.storeOp(op)
	}
	return f.buf
}

// Fingerprint appends an unambiguous encoding of a record, nil included.
func (r *Record) Fingerprint(now Instant, dst []byte) []byte {
	f := &printer{now: now, buf: dst}
	f.record(r)
	return f.buf
}

// Fingerprint appends an unambiguous encoding of what the disk remembers.
func (m *Meta) Fingerprint(now Instant, dst []byte) []byte {
	f := &printer{now: now, buf: dst}
	for side := range m.Gates {
		f.when(m.Gates[side])
		f.text(string(m.Cursors[side]))
		f.told(m.Told[side])
	}
	for i := range m.Objects {
		o := &m.Objects[i]
		f.text(o.Name)
		for side := range o.Cursors {
			f.text(string(o.Cursors[side]))
			f.told(o.Told[side])
		}
	}
	f.deletes(m.Deletes)
	return f.buf
}

// Fingerprint appends an unambiguous encoding of a person's decision, nil included.
func (r *Reviewed) Fingerprint(dst []byte) []byte {
	f := &printer{buf: dst}
	f.flag(r != nil)
	if r != nil {
		f.text(r.Ref.String())
		f.text(r.State)
		f.text(r.By)
		f.int(int64(r.Choose))
		f.flag(r.Restore)
		f.int(int64(r.Letter))
		for _, set := range r.Set {
			f.int(int64(set.Index))
			f.text(set.Value)
		}
	}
	return f.buf
}

func (f *printer) storeOp(op StoreOp) {
	switch op := op.(type) {
	case Enqueue:
		f.text("enqueue " + op.Ref.String())
		f.int(int64(op.Lane))
		f.text(op.Hint)
		f.buf = op.Review.Fingerprint(f.buf)
	case EnqueueAll:
		f.text("enqueue all")
		f.int(int64(op.Lane))
		f.flag(op.Mass, op.Failed)
	case Done:
		f.text("done " + op.Key)
		f.int(int64(op.Generation))
	case Requeue:
		f.text("requeue " + op.Key)
		f.when(op.Due)
		f.int(int64(op.Attempt))
		f.int(int64(op.Lane))
	case PutRecord:
		f.text("put")
		f.record(op.Record)
	case Append:
		f.text("append " + op.Entry.Key)
		f.int(int64(op.Entry.Number))
	case PutGate:
		f.text("gate " + op.Side.String())
		f.when(op.Until)
	case PutCursor:
		f.text("cursor " + op.Side.String() + op.Object)
		f.text(string(op.Cursor))
	case PutDeletes:
		f.text("deletes")
		f.deletes(op)
	case PutTold:
		f.text("told " + op.Side.String() + op.Object)
		f.told(op.Told)
	}
}

func (f *printer) deletes(d PutDeletes) {
	f.int(int64(d.Number))
	f.int(int64(d.Approved))
	f.int(int64(len(d.Recent)))
	for _, at := range d.Recent {
		f.past(at)
	}
}

func (f *printer) told(t Told) {
	f.past(t.Outage)
	f.past(t.Permission)
	f.past(t.Credentials)
}
