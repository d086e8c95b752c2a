package service

import (
	"slices"
	"strconv"
	"sync"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
	"github.com/syncproof/syncproof/engine/store"
)

// push is one side's feed by notification channels, for one life: which records
// are listened to, and the lines that do. A channel names the records that it
// tells of; records that nobody knows yet, and those for which there is no
// place, show in polls alone.
type push struct {
	life  *life
	side  mapping.Side
	with  adapter.Channels
	most  int              // lines
	fresh *mailbox[string] // native ids that became known

	mu    sync.Mutex
	lines []*line
	left  int // records that have no place
	known map[string]*line
}

// newPush is the feed of a side that is configured to have one, else nil.
func newPush(l *life, side mapping.Side) *push {
	sys := l.config.Systems.Of(side)
	with, can := l.systems[0][side].(adapter.Channels)
	if sys.Feed != config.FeedChannel || !can {
		return nil
	}
	return &push{
		life: l, side: side, with: with, most: sys.Channels, fresh: newMailbox[string](), known: map[string]*line{},
	}
}

// run listens to what the store knows, and then to what becomes known.
func (p *push) run() {
	var ids []string
	if !p.life.keeper.insist("read", func() (err error) {
		ids, err = p.stored()
		return err
	}) {
		return
	}
	p.place(ids)
	for {
		select {
		case <-p.life.ctx.Done():
			return
		case <-p.fresh.ready:
		}
		p.place(p.fresh.take(nil))
	}
}

// storedPage is how many records are read at once.
const storedPage = 1000

// stored are the ids of the records that the store has.
func (p *push) stored() (ids []string, err error) {
	console, ok := p.life.s.opts.Store.(store.Console)
	if !ok {
		return nil, nil
	}
	for after := ""; ; {
		page, err := console.Records(p.life.ctx, store.Filter{}, after, storedPage)
		if err != nil {
			return nil, err
		}
		for _, r := range page {
			gone := r.Base[p.side].Known && !r.Base[p.side].Present
			if id := p.native(r); id != "" && !gone {
				ids = append(ids, id)
			}
		}
		if len(page) < storedPage {
			return ids, nil
		}
		after = page[len(page)-1].Key
	}
}

// learn takes what a batch made known. It is called once the batch is durable.
func (p *push) learn(batches []engine.Batch) {
	for i := range batches {
		for _, op := range batches[i].Ops {
			if put, ok := op.(engine.PutRecord); ok {
				if id := p.native(put.Record); id != "" {
					p.hear(id)
				}
			}
		}
	}
}

// native is a record's id in the system, "" if it has none there, or is no
// contact: the channels are of the first object.
func (p *push) native(r *engine.Record) string {
	if object, id := p.life.names.Split(r.ID[p.side]); object == 0 {
		return id
	}
	return ""
}

// hear asks for a record to be listened to, unless it is already.
func (p *push) hear(id string) {
	p.mu.Lock()
	_, known := p.known[id]
	p.mu.Unlock()
	if !known {
		p.fresh.put(id)
	}
}

// place gives each id a line, begins lines as they are needed, and one in any
// case.
func (p *push) place(ids []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.left
	touched := map[*line]bool{}
	for _, id := range ids {
		if _, known := p.known[id]; known {
			continue
		}
		at := p.room()
		p.known[id] = at
		if at == nil {
			p.left++
			continue
		}
		at.ids = append(at.ids, id)
		touched[at] = true
	}
	if len(p.lines) == 0 {
		p.begin()
	}
	for at := range touched {
		at.poke()
	}
	p.life.s.metrics.watched(p.side, len(p.known)-p.left, p.left)
	if before == 0 && p.left > 0 {
		p.life.s.log.Warn("not every record has a place in a notification channel: polling alone shows the others' changes",
			"side", p.side.String(), "channels", strconv.Itoa(p.most), "records_each", strconv.Itoa(p.with.ChannelRecords()))
	}
}

// room is a line that takes one more record, nil if there is none. The lock is held.
func (p *push) room() *line {
	if n := len(p.lines); n > 0 && len(p.lines[n-1].ids) < p.with.ChannelRecords() {
		return p.lines[n-1]
	}
	if len(p.lines) >= p.most {
		return nil
	}
	return p.begin()
}

func (p *push) begin() *line {
	n := &line{push: p, number: len(p.lines) + 1, wake: make(chan struct{}, 1)}
	p.lines = append(p.lines, n)
	p.life.group.Go(n.run)
	return n
}

// wanted are the records of a line from the given one on.
func (p *push) wanted(n *line, from int) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(n.ids[from:])
}

// listens reports whether a record is one of a line's.
func (p *push) listens(n *line, id string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	at, known := p.known[id]
	return known && at == n
}

// Channels is how the notification channels of one side stand.
type Channels struct {
	Wanted    int `json:"wanted"`
	Connected int `json:"connected"`
	Records   int `json:"records"`   // that they tell of
	Unwatched int `json:"unwatched"` // for which there is no place: polling alone shows their changes
}

func (p *push) status() Channels {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := Channels{Wanted: len(p.lines), Records: len(p.known) - p.left, Unwatched: p.left}
	for _, n := range p.lines {
		if n.up {
			c.Connected++
		}
	}
	return c
}
