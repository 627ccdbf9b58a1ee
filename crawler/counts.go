package crawler

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"
)

// A persource is a metric with a value for each source, and for each word of
// a second label when it has one. With ten thousand sources the vectors of the
// client library would hold three times as much memory, all of the time.
type persource struct {
	desc   *prometheus.Desc
	kind   prometheus.ValueType
	second bool

	mu sync.Mutex
	m  map[[2]string]float64
}

// newPersource registers a metric under r, unless r is nil; second is the name
// of its second label, or empty.
func newPersource(r prometheus.Registerer, kind prometheus.ValueType, name, help, second string) *persource {
	labels := []string{"source"}
	if second != "" {
		labels = append(labels, second)
	}
	p := &persource{desc: prometheus.NewDesc(name, help, labels, nil), kind: kind, second: second != "", m: map[[2]string]float64{}}
	if r != nil {
		r.MustRegister(p)
	}
	return p
}

// add counts n for a source.
func (p *persource) add(source, word string, n float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.m[[2]string{source, word}] += n
}

// set puts down what holds for a source now.
func (p *persource) set(source string, v float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.m[[2]string{source}] = v
}

// Describe implements prometheus.Collector.
func (p *persource) Describe(ch chan<- *prometheus.Desc) { ch <- p.desc }

// Collect implements prometheus.Collector.
func (p *persource) Collect(ch chan<- prometheus.Metric) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for k, v := range p.m {
		if p.second {
			ch <- prometheus.MustNewConstMetric(p.desc, p.kind, v, k[0], k[1])
		} else {
			ch <- prometheus.MustNewConstMetric(p.desc, p.kind, v, k[0])
		}
	}
}
