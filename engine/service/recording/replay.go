package recording

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
	"github.com/syncproof/syncproof/engine/service"
)

// lineMax bounds one line: a page of a feed, or of the queue, in full.
const lineMax = 64 << 20

// Summary is what a replay went through.
type Summary struct {
	Lives  int
	Events int
}

// DivergedError is a core that did something else than the one recorded.
type DivergedError struct {
	Line      int // of the recording, from 1
	Event     string
	Want, Got string // digests of the effects
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("line %d: after %s the core asked for something else than in the recording (digest %s, recorded %s): another release, another core, or the recording was altered", e.Line, e.Event, e.Got, e.Want)
}

// Replay gives a recording's events to fresh cores, one for each life, and
// compares what they ask for. core makes them; nil is engine.New. A recording
// whose last line was cut, as by a crash, ends before it.
func Replay(r io.Reader, core func(engine.Config) service.Machine) (Summary, error) {
	if core == nil {
		core = func(c engine.Config) service.Machine { return engine.New(c) }
	}
	return ReplayLives(r, func(l Life) service.Machine { return core(l.Config) })
}

// Life is what a life of the core was configured with.
type Life struct {
	Config  engine.Config
	Mapping mapping.Spec // of which Config.Mapping is compiled
	Kinds   [2]string    // of the systems by side, "" where the recording does not say
}

// ReplayLives is Replay for who wants to know more of each life; core must not
// be nil.
func ReplayLives(r io.Reader, core func(Life) service.Machine) (Summary, error) {
	lines := bufio.NewReaderSize(r, 1<<16)
	p := player{core: core}
	for number := 1; ; number++ {
		text, err := readLine(lines)
		switch {
		case errors.Is(err, io.EOF):
			return p.Summary, p.complete()
		case err != nil:
			return p.Summary, fmt.Errorf("line %d: %w", number, err)
		}
		if err := p.play(text); err != nil {
			var diverged *DivergedError
			if errors.As(err, &diverged) {
				diverged.Line = number
				return p.Summary, diverged
			}
			return p.Summary, fmt.Errorf("line %d: %w", number, err)
		}
	}
}

var errTooLong = fmt.Errorf("found more than %d bytes; expected a shorter line", lineMax)

// readLine returns the next whole line; what follows the last line end is not
// one.
func readLine(r *bufio.Reader) ([]byte, error) {
	var text []byte
	for {
		part, err := r.ReadSlice('\n')
		if text = append(text, part...); len(text) > lineMax {
			return nil, errTooLong
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, err
		}
	}
}

type player struct {
	Summary
	core    func(Life) service.Machine
	machine service.Machine
	effects engine.Effects
}

func (p *player) play(text []byte) error {
	var l line
	if err := strictly(text, &l); err != nil {
		return err
	}
	if l.Head != nil {
		c, err := l.Head.config()
		if err != nil {
			return err
		}
		p.machine = p.core(Life{Config: c, Mapping: l.Head.Mapping, Kinds: l.Head.Kinds})
		p.Lives++
		return nil
	}
	if p.machine == nil {
		return errors.New("found an event before the beginning of a life; expected a recording from its beginning")
	}
	e, err := l.event()
	if err != nil {
		return err
	}
	if err := p.step(l.At, e); err != nil {
		return err
	}
	p.Events++
	if got := Digest(&p.effects); got != l.Effects {
		return &DivergedError{Event: l.Event, Want: l.Effects, Got: got}
	}
	return nil
}

// step gives the core one event. A core may panic on one that no driver gave
// it: then the recording was altered.
func (p *player) step(now engine.Instant, e engine.Event) (err error) {
	defer func() {
		if found := recover(); found != nil {
			err = fmt.Errorf("the core cannot take this event: %v", found)
		}
	}()
	p.effects.Reset()
	p.machine.Step(now, e, &p.effects)
	return nil
}

func (p *player) complete() error {
	if p.Lives == 0 {
		return errors.New("found no life of a core; expected a recording")
	}
	return nil
}
