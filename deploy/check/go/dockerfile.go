package main

import (
	"fmt"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/linter"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

type stage struct {
	Name     string   `json:"name"`
	From     string   `json:"from"`
	Commands []string `json:"commands"`
}

// Reads a Dockerfile as BuildKit does; each of its warnings counts as an error.
func dockerfile(path string) (any, []error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, []error{err}
	}
	defer file.Close()
	parsed, err := parser.Parse(file)
	if err != nil {
		return nil, []error{err}
	}
	var errs []error
	for _, warning := range parsed.Warnings {
		errs = append(errs, fmt.Errorf("%s: %s", path, warning.Short))
	}
	lint := linter.New(&linter.Config{Warn: func(rule, _, _, message string, at []parser.Range) {
		line := 0
		if len(at) > 0 {
			line = at[0].Start.Line
		}
		errs = append(errs, fmt.Errorf("%s:%d: %s: %s", path, line, rule, message))
	}})
	stages, _, err := instructions.Parse(parsed.AST, lint)
	if err != nil {
		return nil, append(errs, err)
	}
	read := []stage{}
	for _, one := range stages {
		commands := []string{}
		for _, command := range one.Commands {
			commands = append(commands, command.(fmt.Stringer).String())
		}
		read = append(read, stage{one.Name, one.BaseName, commands})
	}
	return read, errs
}
