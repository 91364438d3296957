package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"istio.io/istio/operator/pkg/render"
	"istio.io/istio/operator/pkg/util/clog"
	"istio.io/istio/pkg/log"
)

func init() {
	register("manifest", manifest)
}

// manifest renders "documents", the texts of IstioOperator files in their order, with "set" flags,
// as `istioctl manifest generate` does. It gives the objects and what istioctl would say of them.
func manifest(request json.RawMessage) (any, error) {
	var args struct {
		Documents []string `json:"documents"`
		Set       []string `json:"set"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp("", "manifest")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(folder)
	var files []string
	for number, text := range args.Documents {
		file := filepath.Join(folder, fmt.Sprintf("%d.yaml", number))
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			return nil, err
		}
		files = append(files, file)
	}
	var said bytes.Buffer
	logger := clog.NewConsoleLogger(&said, &said, log.FindScope(log.DefaultScopeName))
	sets, _, err := render.GenerateManifest(files, args.Set, false, nil, logger)
	if err != nil {
		return nil, err
	}
	objects := []map[string]any{}
	for _, set := range sets {
		for _, item := range set.Manifests {
			objects = append(objects, item.Object)
		}
	}
	return map[string]any{"objects": objects, "said": said.String()}, nil
}
