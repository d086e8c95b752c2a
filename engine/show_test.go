package engine_test

import (
	"fmt"
	"strings"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/mapping"
)

func (s *story) show(a args) error {
	d := s.driver
	switch a.word(1) {
	case "record":
		ref, err := refNamed(a.word(2))
		if err != nil {
			return err
		}
		s.showRecord(d.store.lookup(ref))
	case "queue":
		if len(d.store.entries) == 0 {
			s.printf("empty")
		}
		for _, e := range d.store.entries {
			s.printf("%s %s due %s try %d noticed %d times%s", e.Key, lane(e.Lane), at(e.due), e.Attempt+1, e.Generation,
				map[bool]string{true: ", under way"}[e.leased])
		}
	case "gates":
		for side, until := range d.store.meta.Gates {
			s.printf("%s paused until %s, %s", mapping.Side(side), at(until), s.waiting(mapping.Side(side)))
		}
	case "ledger":
		if len(d.store.ledger) == 0 {
			s.printf("empty")
		}
		for i := range d.store.ledger {
			s.printf("%s", describeEntry(&d.store.ledger[i]))
			s.printf("  %s", d.store.ledger[i].Why)
		}
	case "cc", "crm":
		side, _ := sideNamed(a.word(1))
		for _, r := range d.systems[side].rows {
			s.printf("%s", describeRow(d.systems[side], r))
		}
	case "wake":
		s.printf("now %s, wake %s", at(d.now), at(d.wake))
	case "sizes":
		g := d.core.Gauges()
		s.printf("working set %d of %d, in flight cc %d of %d, crm %d of %d",
			g.WorkingSet, g.WorkingSetLimit, g.InFlight[0], g.InFlightLimit[0], g.InFlight[1], g.InFlightLimit[1])
	default:
		return fmt.Errorf("cannot show %q", a.word(1))
	}
	return nil
}

// waiting lists the effects that the gate of a side holds back.
func (s *story) waiting(side mapping.Side) string {
	var held []string
	for i, e := range s.driver.todo {
		if on, remote := target(e); remote && on == side && !s.driver.ready(i) {
			held = append(held, fmt.Sprintf("#%d", opOf(e)))
		}
	}
	if held == nil {
		return "nothing waits"
	}
	return "waiting " + strings.Join(held, " ")
}

func (s *story) showRecord(r *engine.Record) {
	if r == nil {
		s.printf("no record")
		return
	}
	s.printf("%s", describeRecord(r))
	for side, b := range r.Base {
		switch {
		case !b.Known:
			s.printf("  base %s unknown", mapping.Side(side))
		case !b.Present:
			s.printf("  base %s gone", mapping.Side(side))
		default:
			s.printf("  base %s v%d%s", mapping.Side(side), b.Version, describeContent(b.Content))
		}
	}
}

func describeContent(content []string) string {
	s := ""
	for i, v := range content {
		if v != "" {
			s += " " + contacts.Fields[i].Name + "=" + word(v)
		}
	}
	return s
}

func describeRow(s *system, r *row) string {
	line := fmt.Sprintf("%s v%d%s", r.id, r.version, describeContent(s.canonical(r)))
	if r.external != "" {
		line += " mirrors=" + r.external
	}
	if r.status != "" {
		line += " status=" + r.status
	}
	if r.gone {
		line += " (gone)"
	}
	return line
}
