package main

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
)

// Loads a compose file as Docker Compose does: against its schema, with every reference resolved. Nothing of the environment is read.
func compose(path string) (any, []error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithWorkingDirectory(filepath.Dir(path)))
	if err != nil {
		return nil, []error{err}
	}
	project, err := options.LoadProject(context.Background())
	if err != nil {
		return nil, []error{err}
	}
	text, err := project.MarshalJSON()
	if err != nil {
		return nil, []error{err}
	}
	return json.RawMessage(text), nil
}
