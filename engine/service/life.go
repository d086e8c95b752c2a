package service

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service/config"
)

// input is what the loop consumes: an event, or a look at the core.
type input struct {
	event engine.Event
	look  func(*life)
}

// life is one life of the core: from a Started event to the end of the
// process, or of the configuration that it runs by.
type life struct {
	s       *Service
	number  int // counts lives from 1
	config  *config.Config
	clock   steady
	names   engine.Objects
	systems [][2]adapter.System // by object
	overlap [2]config.Duration

	// ctx ends when the life is killed: nothing is done after that.
	ctx    context.Context
	cancel context.CancelFunc
	inbox  *mailbox[input]
	keeper *keeper
	pushes []*push
	asked  askers
	calls  atomic.Int64
	group  sync.WaitGroup // the goroutines of this life
	// drained: no new work is begun, and the loop ends when none is left.
	drained atomic.Bool
	done    chan struct{} // closed when the loop has ended

	// The loop's own.
	machine  Machine
	effects  engine.Effects
	wakeAt   engine.Instant
	stopWake func() bool
	work     *worklog
}

// beginLife starts a life on what the store holds.
func (s *Service) beginLife(c *config.Config) (*life, error) {
	l := &life{s: s, config: c, clock: newSteady(s.opts.Clock), inbox: newMailbox[input](), done: make(chan struct{}), work: newWorklog(s.tracer, s.opts.Clock)}
	l.ctx, l.cancel = context.WithCancel(context.Background())
	core := coreConfig(c)
	l.names, l.systems = core.Objects(), make([][2]adapter.System, len(core.Also)+1)
	shared := &flight{}
	for i := range core.Systems {
		side := mapping.Side(i)
		if err := l.connect(side, shared); err != nil {
			l.cancel()
			return nil, err
		}
		caps := l.systems[0][i].Capabilities()
		core.Systems[i].Capabilities, core.Systems[i].Traits.Resolution = caps, caps.Resolution
		for o := range core.Also {
			core.Also[o].Capabilities[i] = l.systems[o+1][i].Capabilities()
		}
		if _, feeds := l.systems[0][i].(adapter.Feed); !feeds {
			core.Systems[i].Poll = 0
		}
		l.overlap[i] = c.Systems.Of(side).Overlap
	}
	for _, warning := range core.Policy.Warnings([2]traits{core.Systems[0].Traits, core.Systems[1].Traits}) {
		s.log.Warn("policy", "warning", warning)
	}
	meta, err := s.opts.Store.Reopen(l.ctx, l.clock.now(), l.clock.now().Add(longestDelay(c)))
	if err != nil {
		l.cancel()
		return nil, err
	}
	if s.recorder != nil {
		s.recorder.begin(&core, specsOf(c))
	}
	l.machine = s.opts.Core(core)
	l.keeper = newKeeper(l, s.opts.Store)
	s.lives++
	l.number = s.lives
	for _, side := range [...]mapping.Side{mapping.CC, mapping.CRM} {
		if p := newPush(l, side); p != nil {
			l.pushes = append(l.pushes, p)
		}
	}
	l.put(engine.Started{Meta: meta})
	l.group.Go(l.run)
	l.group.Go(l.keeper.run)
	for _, p := range l.pushes {
		l.group.Go(p.run)
	}
	return l, nil
}

// connect makes the adapters of one side, one for each object, over one
// connection pool, gate and token.
func (l *life) connect(side mapping.Side, f adapter.Flight) error {
	x := &exchanger{life: l, side: side}
	client, login := &http.Client{Transport: x}, &adapter.Login{}
	for i, o := range objectsOf(l.config) {
		system, signals, err := l.s.opts.Adapter(side, adapterConfig(l.config, o, side, client, f, login))
		if err != nil {
			return err
		}
		x.signals, l.systems[i][side] = signals, system
	}
	x.inner = &bounded{
		inner: l.s.opts.Transport(side, l.s.transports[side]), clock: l.s.opts.Clock,
		timeout: l.config.Systems.Of(side).Timeout.Std(),
	}
	return nil
}

// specsOf are the mappings of all objects as they were written.
func specsOf(c *config.Config) []mapping.Spec {
	var specs []mapping.Spec
	for _, o := range objectsOf(c) {
		specs = append(specs, mappingOf(c, o).Spec)
	}
	return specs
}

// put gives the core events, next to each other; false means that this life
// takes none any more.
func (l *life) put(events ...engine.Event) bool {
	if len(events) == 1 {
		return l.inbox.put(input{event: events[0]})
	}
	items := make([]input, len(events))
	for i, e := range events {
		items[i].event = e
	}
	return l.inbox.put(items...)
}

// drain lets the life finish what it works on and begin nothing new. It ends
// when the loop has, or with ctx; then the life is killed.
func (l *life) drain(ctx context.Context) error {
	l.drained.Store(true)
	l.inbox.poke()
	var err error
	select {
	case <-l.done:
	case <-ctx.Done():
		err = ctx.Err()
	}
	l.kill()
	return err
}

// kill ends the life at once, as the death of its process would: what is
// durable stays, what is on the wire travels on.
func (l *life) kill() {
	l.cancel()
	l.inbox.close()
	l.group.Wait()
}
