package rules

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	items, failed  prometheus.Counter
	flags          *prometheus.CounterVec
	duration       prometheus.Histogram
	rules, refused prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r) // nil is allowed: the metrics exist but are not registered
	return &metrics{
		items: f.NewCounter(prometheus.CounterOpts{
			Name: "langnghe_rules_items_total",
			Help: "Items evaluated.",
		}),
		failed: f.NewCounter(prometheus.CounterOpts{
			Name: "langnghe_rules_batches_failed_total",
			Help: "Batches of items that could not be evaluated or stored.",
		}),
		flags: f.NewCounterVec(prometheus.CounterOpts{
			Name: "langnghe_rules_flags_total",
			Help: "Flags raised, changed or withdrawn, by type of rule.",
		}, []string{"type"}),
		duration: f.NewHistogram(prometheus.HistogramOpts{
			Name:    "langnghe_rules_batch_duration_seconds",
			Help:    "Time to evaluate and store one batch of items.",
			Buckets: prometheus.DefBuckets,
		}),
		rules: f.NewGauge(prometheus.GaugeOpts{
			Name: "langnghe_rules_live_rules",
			Help: "Rules that are evaluated.",
		}),
		refused: f.NewGauge(prometheus.GaugeOpts{
			Name: "langnghe_rules_file_problems",
			Help: "Mistakes in rule files; the old versions stay in force.",
		}),
	}
}
