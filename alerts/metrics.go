package alerts

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	taken     prometheus.Counter
	settled   *prometheus.CounterVec
	failed    *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	waiting   prometheus.Gauge
	escalated prometheus.Counter
	dead      prometheus.Gauge
	oldest    prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r) // nil is allowed: the metrics exist but are not registered
	return &metrics{
		taken: f.NewCounter(prometheus.CounterOpts{
			Name: "langnghe_alerts_taken_total",
			Help: "Alerts written to the outbox.",
		}),
		settled: f.NewCounterVec(prometheus.CounterOpts{
			Name: "langnghe_alerts_deliveries_total",
			Help: "Deliveries by what became of them: sent, muted or dead.",
		}, []string{"channel", "state"}),
		failed: f.NewCounterVec(prometheus.CounterOpts{
			Name: "langnghe_alerts_tries_failed_total",
			Help: "Failed tries: temporary ones are repeated, permanent ones are not.",
		}, []string{"channel", "reason"}),
		duration: f.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "langnghe_alerts_try_duration_seconds",
			Help:    "Time that one try took.",
			Buckets: prometheus.DefBuckets,
		}, []string{"channel"}),
		escalated: f.NewCounter(prometheus.CounterOpts{
			Name: "langnghe_alerts_escalated_total",
			Help: "Notices repeated because nobody had answered.",
		}),
		waiting: f.NewGauge(prometheus.GaugeOpts{
			Name: "langnghe_alerts_waiting",
			Help: "Deliveries that are not settled.",
		}),
		dead: f.NewGauge(prometheus.GaugeOpts{
			Name: "langnghe_alerts_dead",
			Help: "Dead letters of the last seven days.",
		}),
		oldest: f.NewGauge(prometheus.GaugeOpts{
			Name: "langnghe_alerts_oldest_due_seconds",
			Help: "How long the oldest delivery that should have gone out has been due.",
		}),
	}
}
