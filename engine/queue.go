package engine

// queueView is what the core knows of the durable queue: enough to decide
// when another Fetch is useful.
type queueView struct {
	stale      bool    // something may be due that the last Fetch did not see
	fetching   bool    // a Fetch is under way
	next       Instant // when the earliest entry left in the queue becomes due, 0 for none
	freshWaits bool    // a due fresh entry was left for want of a slot
}

func (q *queueView) empty() bool { return !q.stale && !q.fetching && q.next == 0 }

// slots returns the free worker slots, and how many of them are kept for the
// fresh lane: a quarter of the working set is never given to the backlog, so
// that a fresh edit finds a slot however long the backlog is (RL-4).
func (c *Core) slots() (free, kept int) {
	free = c.cfg.WorkingSet - len(c.work)
	return free, min(free, c.cfg.WorkingSet/4)
}

// fetchIfUseful asks for entries when a worker slot is free and something is due.
func (c *Core) fetchIfUseful() {
	free, kept := c.slots()
	q := &c.queue
	backlogDue := q.next != 0 && c.now >= q.next && free > kept
	if q.fetching || free <= 0 || !(q.stale || q.freshWaits || backlogDue) {
		return
	}
	q.fetching, q.stale, q.freshWaits = true, false, false
	c.out.add(Fetch{Op: c.op(pending{kind: pendingFetch}), Max: free, Fresh: kept})
}

func (c *Core) queueWake() Instant {
	free, kept := c.slots()
	if c.queue.fetching || free <= kept {
		return 0
	}
	return c.queue.next
}

func (c *Core) onFetched(e Fetched) {
	if _, _, ok := c.take(e.Op); !ok {
		return
	}
	c.queue.fetching = false
	c.queue.next = e.Next
	c.queue.freshWaits = e.FreshWaits
	for i := range e.Items {
		c.begin(&e.Items[i])
	}
}
