package main

import (
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// Series as Prometheus' own tests write them (`0+60x15`, `_`, `stale`), a value a minute, as far as a moment. In memory, since its real storage is most of Prometheus.
func seriesOf(language parser.Parser, written map[string]string, until time.Duration) (storage.Queryable, error) {
	all := []storage.Series{}
	for name, values := range written {
		set, sequence, err := language.ParseSeriesDesc(name + " " + values)
		if err != nil {
			return nil, err
		}
		points := []promql.FPoint{}
		for minute, value := range sequence {
			moment := (time.Duration(minute) * time.Minute).Milliseconds()
			if value.Omitted || moment > until.Milliseconds() {
				continue
			}
			points = append(points, promql.FPoint{T: moment, F: value.Value})
		}
		all = append(all, promql.NewStorageSeries(promql.Series{Metric: set, Floats: points}))
	}
	matching := func(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
		found := []storage.Series{}
		for _, series := range all {
			if matches(series.Labels(), matchers) {
				found = append(found, series)
			}
		}
		return &seriesSet{found, -1}
	}
	return &storage.MockQueryable{MockQuerier: &storage.MockQuerier{SelectMockFunction: matching}}, nil
}

func matches(set labels.Labels, matchers []*labels.Matcher) bool {
	for _, matcher := range matchers {
		if !matcher.Matches(set.Get(matcher.Name)) {
			return false
		}
	}
	return true
}

type seriesSet struct {
	series []storage.Series
	at     int
}

func (s *seriesSet) Next() bool                        { s.at++; return s.at < len(s.series) }
func (s *seriesSet) At() storage.Series                { return s.series[s.at] }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }
