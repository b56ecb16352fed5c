// Validates one of Entente's deployment files with the parser of those who will read it, and prints what was read, as JSON.
package main

import (
	"encoding/json"
	"fmt"
	"os"
)

var validators = map[string]func(path string) (any, []error){
	"compose":    compose,
	"dockerfile": dockerfile,
	"kustomize":  kustomize,
	"rules":      rules,
}

func main() {
	if len(os.Args) != 3 || validators[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: check compose|dockerfile|kustomize|rules <path>")
		os.Exit(2)
	}
	read, errs := validators[os.Args[1]](os.Args[2])
	for _, err := range errs {
		fmt.Fprintln(os.Stderr, err)
	}
	if len(errs) > 0 {
		os.Exit(1)
	}
	if err := json.NewEncoder(os.Stdout).Encode(read); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
