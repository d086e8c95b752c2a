package service

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/syncproof/syncproof/engine"
	"github.com/syncproof/syncproof/engine/adapter"
	"github.com/syncproof/syncproof/engine/mapping"
)

// metrics are the service's own, in a registry of its own. docs/serve.md lists
// them.
type metrics struct {
	registry *prometheus.Registry

	deliveries    *prometheus.CounterVec
	ackSeconds    *prometheus.HistogramVec
	steps         prometheus.Counter
	exchanges     *prometheus.CounterVec
	exchangeTime  *prometheus.HistogramVec
	limits        *prometheus.CounterVec
	gatePaused    *prometheus.GaugeVec
	calls         *prometheus.CounterVec
	decisions     *prometheus.CounterVec
	commits       prometheus.Histogram
	batches       prometheus.Counter
	workingSet    prometheus.Gauge
	inFlight      *prometheus.GaugeVec
	notifications *prometheus.CounterVec
	sinkFailures  prometheus.Counter
	storeUp       prometheus.Gauge
	pushesUp      *prometheus.GaugeVec
	pushRecords   *prometheus.GaugeVec
	pushOpened    *prometheus.CounterVec
	pushFailed    *prometheus.CounterVec
	pushMessages  *prometheus.CounterVec
	lives         prometheus.Counter
}

func newMetrics(version string) *metrics {
	m := &metrics{
		registry:      prometheus.NewRegistry(),
		deliveries:    counters("webhook_deliveries_total", "Webhook deliveries by side and the status they were answered with.", "side", "status"),
		ackSeconds:    histograms("webhook_ack_seconds", "Time from a webhook's arrival to its answer, for those answered 200.", "side"),
		steps:         prometheus.NewCounter(prometheus.CounterOpts{Name: "syncproof_steps_total", Help: "Events that the core took in."}),
		exchanges:     counters("exchanges_total", "HTTP exchanges with a system by status; status 0 got no answer.", "side", "status"),
		exchangeTime:  histograms("exchange_seconds", "Time from an exchange's admission to the head of its answer.", "side"),
		limits:        counters("limit_signals_total", "Answers that were a limit signal.", "side"),
		gatePaused:    gauges("gate_paused_until_seconds", "Unix time until which a system is paused, 0 before the first pause.", "side"),
		calls:         counters("calls_total", "Adapter calls by what they did and how they ended.", "side", "verb", "result"),
		decisions:     counters("decisions_total", "Decisions that were carried out or flagged, by rule and status.", "rule", "status"),
		commits:       prometheus.NewHistogram(prometheus.HistogramOpts{Name: "syncproof_store_commit_seconds", Help: "Time to make a group of batches durable.", Buckets: buckets}),
		batches:       prometheus.NewCounter(prometheus.CounterOpts{Name: "syncproof_store_batches_total", Help: "Batches made durable."}),
		workingSet:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "syncproof_working_set", Help: "Records that are worked on."}),
		inFlight:      gauges("exchanges_in_flight", "Exchanges that the gate has let through and that have no answer yet.", "side"),
		notifications: counters("notifications_total", "Messages that a person must know, by topic.", "topic", "side"),
		sinkFailures:  prometheus.NewCounter(prometheus.CounterOpts{Name: "syncproof_notification_failures_total", Help: "Tries in which a sink did not take a message."}),
		storeUp:       prometheus.NewGauge(prometheus.GaugeOpts{Name: "syncproof_store_up", Help: "1 while the store takes what it is given."}),
		pushesUp:      gauges("channels_connected", "Notification channels that are connected.", "side"),
		pushRecords:   gauges("channel_records", "Records that notification channels tell of, and those for which there is no place.", "side", "watched"),
		pushOpened:    counters("channel_connections_total", "Connections to notification channels.", "side"),
		pushFailed:    counters("channel_failures_total", "Connections to notification channels that broke or did not come about; each is followed by another try.", "side"),
		pushMessages:  counters("channel_messages_total", "Messages of notification channels by what they were: notice, other, closing, malformed, foreign.", "side", "kind"),
		lives:         prometheus.NewCounter(prometheus.CounterOpts{Name: "syncproof_lives_total", Help: "Lives of the core: one at the start, one more for each reload."}),
	}
	m.storeUp.Set(1)
	build := prometheus.NewGauge(prometheus.GaugeOpts{Name: "syncproof_build_info", Help: "1, with the release as a label.", ConstLabels: prometheus.Labels{"version": version}})
	build.Set(1)
	m.registry.MustRegister(m.deliveries, m.ackSeconds, m.steps, m.exchanges, m.exchangeTime, m.limits, m.gatePaused, m.calls,
		m.decisions, m.commits, m.batches, m.workingSet, m.inFlight, m.notifications, m.sinkFailures, m.storeUp, m.lives, build,
		m.pushesUp, m.pushRecords, m.pushOpened, m.pushFailed, m.pushMessages,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// buckets reach from a fast disk to a vendor's patience.
var buckets = []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .2, .5, 1, 2, 5, 10, 30}

func counters(name, help string, labels ...string) *prometheus.CounterVec {
	return prometheus.NewCounterVec(prometheus.CounterOpts{Name: "syncproof_" + name, Help: help}, labels)
}

func gauges(name, help string, labels ...string) *prometheus.GaugeVec {
	return prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: "syncproof_" + name, Help: help}, labels)
}

func histograms(name, help string, labels ...string) *prometheus.HistogramVec {
	return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "syncproof_" + name, Help: help, Buckets: buckets}, labels)
}

func (m *metrics) delivered(side mapping.Side, status int, took time.Duration) {
	m.deliveries.WithLabelValues(side.String(), strconv.Itoa(status)).Inc()
	if status == http.StatusOK {
		m.ackSeconds.WithLabelValues(side.String()).Observe(took.Seconds())
	}
}

func (m *metrics) exchanged(side mapping.Side, res *http.Response, err error, took time.Duration) {
	status := 0
	if err == nil {
		status = res.StatusCode
	}
	m.exchanges.WithLabelValues(side.String(), strconv.Itoa(status)).Inc()
	m.exchangeTime.WithLabelValues(side.String()).Observe(took.Seconds())
}

func (m *metrics) limited(side mapping.Side) { m.limits.WithLabelValues(side.String()).Inc() }

func (m *metrics) called(side mapping.Side, verb string, err error) {
	result := "ok"
	if err != nil {
		result = adapter.As(err).Kind.String()
	}
	m.calls.WithLabelValues(side.String(), verb, result).Inc()
}

// committed counts what batches made durable. A decision that is made durable
// again after a crash counts again.
func (m *metrics) committed(group []engine.Batch, took time.Duration) {
	m.commits.Observe(took.Seconds())
	m.batches.Add(float64(len(group)))
	for i := range group {
		for _, op := range group[i].Ops {
			switch op := op.(type) {
			case engine.Append:
				m.decisions.WithLabelValues(op.Entry.Rule, op.Entry.Status.String()).Inc()
			case engine.PutGate:
				m.gatePaused.WithLabelValues(op.Side.String()).Set(float64(op.Until) / 1e9)
			}
		}
	}
}

func (m *metrics) sizes(g engine.Gauges) {
	m.workingSet.Set(float64(g.WorkingSet))
	for side, n := range g.InFlight {
		m.inFlight.WithLabelValues(mapping.Side(side).String()).Set(float64(n))
	}
}

// pushUp counts a channel that is connected, or is no more.
func (m *metrics) pushUp(side mapping.Side, up bool) {
	if up {
		m.pushesUp.WithLabelValues(side.String()).Inc()
	} else {
		m.pushesUp.WithLabelValues(side.String()).Dec()
	}
}

func (m *metrics) pushed(side mapping.Side) { m.pushOpened.WithLabelValues(side.String()).Inc() }

func (m *metrics) pushLost(side mapping.Side) { m.pushFailed.WithLabelValues(side.String()).Inc() }

func (m *metrics) pushHeard(side mapping.Side, kind string) {
	m.pushMessages.WithLabelValues(side.String(), kind).Inc()
}

func (m *metrics) watched(side mapping.Side, watched, not int) {
	m.pushRecords.WithLabelValues(side.String(), "yes").Set(float64(watched))
	m.pushRecords.WithLabelValues(side.String(), "no").Set(float64(not))
}

func (m *metrics) told(t engine.Message) {
	m.notifications.WithLabelValues(t.Topic, t.Side.String()).Inc()
}
