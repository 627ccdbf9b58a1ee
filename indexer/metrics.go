package indexer

import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

// What became of an item that was handed in.
const (
	resultStored   = "stored"
	resultChanged  = "changed"     // a new content of a known item
	resultRepeated = "repeated"    // known already
	resultLate     = "late"        // an older content, kept as a version
	resultOutside  = "out_of_area" // a social post about another place
	resultErased   = "erased"      // erased on request, never to come back
	resultExpired  = "expired"     // older than the texts that are kept
	resultRefused  = "refused"     // without id, text or title
)

type metrics struct {
	items     *prometheus.CounterVec
	failed    *prometheus.CounterVec
	announced prometheus.Counter
	take      prometheus.Histogram
	search    prometheus.Histogram
	latest    prometheus.Gauge
}

func newMetrics(r prometheus.Registerer) *metrics {
	f := promauto.With(r)
	return &metrics{
		items: f.NewCounterVec(prometheus.CounterOpts{
			Name: "langnghe_indexer_items_total",
			Help: "Items handed to the indexer, by what became of them.",
		}, []string{"result"}),
		failed: f.NewCounterVec(prometheus.CounterOpts{
			Name: "langnghe_indexer_failures_total",
			Help: "Batches that failed, by step; they come again.",
		}, []string{"step"}),
		announced: f.NewCounter(prometheus.CounterOpts{
			Name: "langnghe_indexer_announced_total",
			Help: "Items announced to the rules.",
		}),
		take: f.NewHistogram(prometheus.HistogramOpts{
			Name:    "langnghe_indexer_take_duration_seconds",
			Help:    "Time to read, store, index and announce one batch.",
			Buckets: prometheus.ExponentialBuckets(.005, 2, 12),
		}),
		search: f.NewHistogram(prometheus.HistogramOpts{
			Name:    "langnghe_indexer_search_duration_seconds",
			Help:    "Time to answer one search.",
			Buckets: prometheus.ExponentialBuckets(.0005, 2, 14),
		}),
		latest: f.NewGauge(prometheus.GaugeOpts{
			Name: "langnghe_indexer_latest_item_timestamp_seconds",
			Help: "Event time of the newest item that was stored.",
		}),
	}
}
