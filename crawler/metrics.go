package crawler

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

type metrics struct {
	fetches  *persource
	items    *persource
	gone     *persource
	failed   *persource
	unread   *persource
	duration prometheus.Histogram
	healthy  *persource
	lastItem *persource
	overdue  prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		fetches:  newPersource(r, prometheus.CounterValue, "langnghe_crawler_fetches_total", "Documents asked for, by source and result.", "result"),
		items:    newPersource(r, prometheus.CounterValue, "langnghe_crawler_items_total", "Items published, by source; edits included.", ""),
		gone:     newPersource(r, prometheus.CounterValue, "langnghe_crawler_items_deleted_total", "Items that their source reported as deleted, by source.", ""),
		failed:   newPersource(r, prometheus.CounterValue, "langnghe_crawler_visits_failed_total", "Visits that did not read their listing, by source and reason.", "reason"),
		unread:   newPersource(r, prometheus.CounterValue, "langnghe_crawler_pages_failed_total", "Pages of articles that could not be read, by source and reason; looks for edits left out.", "reason"),
		duration: f.NewHistogram(prometheus.HistogramOpts{Name: "langnghe_crawler_visit_duration_seconds", Help: "Time of one visit of a source, waiting for its pace included.", Buckets: prometheus.ExponentialBuckets(0.05, 3, 9)}),
		healthy:  newPersource(r, prometheus.GaugeValue, "langnghe_crawler_source_healthy", "1 when a source is ok or new, 0 when it is degraded, silent, blocked or empty.", ""),
		lastItem: newPersource(r, prometheus.GaugeValue, "langnghe_crawler_source_last_item_timestamp_seconds", "Event time of the newest item of a source.", ""),
		overdue:  f.NewGauge(prometheus.GaugeOpts{Name: "langnghe_crawler_oldest_due_seconds", Help: "How long the source that has waited longest is past its time."}),
	}
}

func (m *metrics) state(v Visit) {
	up := 0.0
	if v.State == stateOK || v.State == stateNew {
		up = 1
	}
	m.healthy.set(v.Source, up)
	if !v.LastItem.IsZero() {
		m.lastItem.set(v.Source, float64(v.LastItem.Unix()))
	}
}

func (m *metrics) late(now time.Time, next time.Time) {
	m.overdue.Set(max(now.Sub(next), 0).Seconds())
}
