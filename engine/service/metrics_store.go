package service

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/store"
)

// storeMetrics asks the store when somebody asks for the metrics: how many
// entries the queue holds, and how many records wait for a person.
type storeMetrics struct {
	s       *Service
	console store.Console
}

var (
	depthDesc  = prometheus.NewDesc("syncproof_queue_entries", "Entries of the queue: due in the fresh lane or the backlog, delayed for a retry, or worked on.", []string{"state"}, nil)
	oldestDesc = prometheus.NewDesc("syncproof_queue_oldest_seconds", "For how long the entry that waits longest has been due.", nil, nil)
	peopleDesc = prometheus.NewDesc("syncproof_records_waiting", "Records that wait for a person, counted up to 10000.", []string{"status"}, nil)
)

const (
	scrapeTimeout = 2 * time.Second
	countMax      = 10_000
	countPage     = 1000
)

// Describe implements prometheus.Collector.
func (m *storeMetrics) Describe(ch chan<- *prometheus.Desc) {
	ch <- depthDesc
	ch <- oldestDesc
	ch <- peopleDesc
}

// Collect implements prometheus.Collector. What the store does not tell in time
// is left out.
func (m *storeMetrics) Collect(ch chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTimeout)
	defer cancel()
	l := m.s.current()
	if l == nil {
		return
	}
	gauge := func(d *prometheus.Desc, v float64, labels ...string) {
		ch <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, v, labels...)
	}
	now := l.clock.now()
	if d, err := m.console.Depths(ctx, now); err == nil {
		gauge(depthDesc, float64(d.Fresh), "fresh")
		gauge(depthDesc, float64(d.Backlog), "backlog")
		gauge(depthDesc, float64(d.Delayed), "delayed")
		gauge(depthDesc, float64(d.Leased), "leased")
		waits := 0.0
		if d.Oldest != 0 {
			waits = max(now.Sub(d.Oldest).Seconds(), 0)
		}
		gauge(oldestDesc, waits)
	}
	for _, status := range []engine.Status{engine.Flagged, engine.Failed} {
		if n, err := m.count(ctx, status); err == nil {
			gauge(peopleDesc, float64(n), status.String())
		}
	}
}

// count leaves out dead letters that a person has taken off the list.
func (m *storeMetrics) count(ctx context.Context, status engine.Status) (n int, err error) {
	after := ""
	for range countMax / countPage {
		page, err := m.console.Records(ctx, store.Filter{Statuses: []engine.Status{status}}, after, countPage)
		if err != nil {
			return 0, err
		}
		for _, rec := range page {
			if rec.Failure == nil || rec.Failure.Discarded == 0 {
				n++
			}
		}
		if len(page) < countPage {
			break
		}
		after = page[len(page)-1].Key
	}
	return n, nil
}
