package main

import (
	"encoding/json"
	"reflect"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"istio.io/istio/pkg/kube/inject"
)

func init() {
	register("object_template", objectTemplate)
}

// objectTemplate runs a "template" on "value", read as an object, with the functions of injection.
// Dot has the fields of the object's struct by value, as the data of injection have them.
func objectTemplate(request json.RawMessage) (any, error) {
	var args struct {
		typed
		Value    json.RawMessage `json:"value"`
		Template string          `json:"template"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	object, err := args.pointer()
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(args.Value, object); err != nil {
		return nil, err
	}
	parsed, err := template.New("inject").Funcs(sprig.TxtFuncMap()).
		Funcs(inject.InjectionFuncmap).Parse(args.Template)
	if err != nil {
		return nil, err
	}
	var out strings.Builder
	if err := parsed.Execute(&out, reflect.ValueOf(object).Elem().Interface()); err != nil {
		return nil, err
	}
	return out.String(), nil
}
