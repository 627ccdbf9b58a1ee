package crawler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	fetches  *prometheus.CounterVec
	items    *prometheus.CounterVec
	gone     *prometheus.CounterVec
	failed   *prometheus.CounterVec
	unread   *prometheus.CounterVec
	duration prometheus.Histogram
	healthy  *prometheus.GaugeVec
	lastItem *prometheus.GaugeVec
	overdue  prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		fetches:  f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_crawler_fetches_total", Help: "Documents asked for, by source and result."}, []string{"source", "result"}),
		items:    f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_crawler_items_total", Help: "Items published, by source; edits included."}, []string{"source"}),
		gone:     f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_crawler_items_deleted_total", Help: "Items that their source reported as deleted, by source."}, []string{"source"}),
		failed:   f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_crawler_visits_failed_total", Help: "Visits that did not read their listing, by source and reason."}, []string{"source", "reason"}),
		unread:   f.NewCounterVec(prometheus.CounterOpts{Name: "langnghe_crawler_pages_failed_total", Help: "Pages of articles that could not be read, by source and reason; looks for edits left out."}, []string{"source", "reason"}),
		duration: f.NewHistogram(prometheus.HistogramOpts{Name: "langnghe_crawler_visit_duration_seconds", Help: "Time of one visit of a source, waiting for its pace included.", Buckets: prometheus.ExponentialBuckets(0.05, 3, 9)}),
		healthy:  f.NewGaugeVec(prometheus.GaugeOpts{Name: "langnghe_crawler_source_healthy", Help: "1 when a source is ok or new, 0 when it is degraded, silent, blocked or empty."}, []string{"source"}),
		lastItem: f.NewGaugeVec(prometheus.GaugeOpts{Name: "langnghe_crawler_source_last_item_timestamp_seconds", Help: "Event time of the newest item of a source."}, []string{"source"}),
		overdue:  f.NewGauge(prometheus.GaugeOpts{Name: "langnghe_crawler_oldest_due_seconds", Help: "How long the source that has waited longest is past its time."}),
	}
}

func (m *metrics) state(v Visit) {
	up := 0.0
	if v.State == stateOK || v.State == stateNew {
		up = 1
	}
	m.healthy.WithLabelValues(v.Source).Set(up)
	if !v.LastItem.IsZero() {
		m.lastItem.WithLabelValues(v.Source).Set(float64(v.LastItem.Unix()))
	}
}

func (m *metrics) late(now time.Time, next time.Time) {
	m.overdue.Set(max(now.Sub(next), 0).Seconds())
}
