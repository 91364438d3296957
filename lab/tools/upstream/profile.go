package main

import (
	"encoding/json"
	"io/fs"

	"istio.io/istio/manifests"
	"istio.io/istio/operator/pkg/values"
)

func init() {
	register("profile", profile)
}

// profile merges the profile "name" onto the default one, as istioctl's readProfile does. The files
// are those in "path" (a folder with profiles in it), or the built-in ones without it.
func profile(request json.RawMessage) (any, error) {
	var args struct {
		Name string `json:"name"`
		Path string `json:"path"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	files := manifests.BuiltinOrDir(args.Path)
	merged, err := profileFile(files, "default")
	if err != nil || args.Name == "default" {
		return merged, err
	}
	top, err := profileFile(files, args.Name)
	if err != nil {
		return nil, err
	}
	merged.MergeFrom(top)
	return merged, nil
}

func profileFile(files fs.FS, name string) (values.Map, error) {
	text, err := fs.ReadFile(files, "profiles/"+name+".yaml")
	if err != nil {
		return nil, err
	}
	return values.MapFromYaml(text)
}
