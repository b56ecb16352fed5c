package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"sigs.k8s.io/yaml"
)

// What a rule is told, a value a minute, and whether it fires by then.
type rulesCase struct {
	Alert  string            `json:"alert"`
	Fires  bool              `json:"fires"`
	At     string            `json:"at"`
	Series map[string]string `json:"series"`
}

// Reads alerting rules as Prometheus does, and holds each against the cases beside it: at least one in which it fires, and one in which it does not.
func rules(path string) (any, []error) {
	language := parser.NewParser(parser.Options{})
	groups, errs := rulefmt.ParseFile(path, false, model.UTF8Validation, language, slog.Default())
	if len(errs) > 0 {
		return nil, errs
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(path), "cases.yml"))
	if err != nil {
		return nil, []error{err}
	}
	var cases []rulesCase
	if err := yaml.UnmarshalStrict(text, &cases); err != nil {
		return nil, []error{err}
	}
	read := map[string][]string{}
	tried := map[string]map[bool]bool{}
	byName := map[string]rulefmt.Rule{}
	for _, group := range groups.Groups {
		for _, rule := range group.Rules {
			byName[rule.Alert] = rule
			tried[rule.Alert] = map[bool]bool{}
			expression, err := language.ParseExpr(rule.Expr)
			if err != nil {
				return nil, []error{err}
			}
			parser.Inspect(expression, func(node parser.Node, _ []parser.Node) error {
				if selector, ok := node.(*parser.VectorSelector); ok {
					read[rule.Alert] = append(read[rule.Alert], selector.Name)
				}
				return nil
			})
		}
	}
	for number, one := range cases {
		rule, known := byName[one.Alert]
		if !known {
			errs = append(errs, fmt.Errorf("case %d: there is no alert %s", number+1, one.Alert))
			continue
		}
		fires, err := firesIn(language, rule, one)
		if err != nil {
			errs = append(errs, fmt.Errorf("case %d, %s: %w", number+1, one.Alert, err))
		} else if fires != one.Fires {
			errs = append(errs, fmt.Errorf("case %d: %s fires: %t, and should: %t", number+1, one.Alert, fires, one.Fires))
		}
		tried[one.Alert][one.Fires] = true
	}
	for alert, sides := range tried {
		if !sides[true] || !sides[false] {
			errs = append(errs, fmt.Errorf("%s: cases.yml lacks a case in which it fires, or one in which it does not", alert))
		}
	}
	return read, errs
}

// An alert fires once its expression has held for as long as it says, looked at twice a minute.
func firesIn(language parser.Parser, rule rulefmt.Rule, one rulesCase) (bool, error) {
	at, err := time.ParseDuration(one.At)
	if err != nil {
		return false, err
	}
	told, err := seriesOf(language, one.Series, at)
	if err != nil {
		return false, err
	}
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 10000, Timeout: time.Minute, Parser: language})
	defer engine.Close()
	for moment := at - time.Duration(rule.For); moment <= at; moment += 30 * time.Second {
		query, err := engine.NewInstantQuery(context.Background(), told, nil, rule.Expr, time.UnixMilli(moment.Milliseconds()))
		if err != nil {
			return false, err
		}
		answer := query.Exec(context.Background())
		if answer.Err != nil {
			return false, answer.Err
		}
		found, err := answer.Vector()
		if err != nil || len(found) == 0 {
			return false, err
		}
	}
	return true, nil
}
