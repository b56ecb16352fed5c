package main

import (
	"encoding/json"

	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

// Builds a folder of manifests as kubectl does, offline.
func kustomize(path string) (any, []error) {
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), path)
	if err != nil {
		return nil, []error{err}
	}
	manifests := []json.RawMessage{}
	for _, resource := range built.Resources() {
		text, err := resource.MarshalJSON()
		if err != nil {
			return nil, []error{err}
		}
		manifests = append(manifests, text)
	}
	return manifests, nil
}
