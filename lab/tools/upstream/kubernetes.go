package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
	"k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/yaml"
)

func init() {
	register("decode", decode)
	register("strategic", strategic)
	register("quantity", quantity)
}

type typed struct {
	APIVersion string `json:"apiVersion"`
	Kind       string `json:"kind"`
	// Field narrows the type to that of a field of the kind, such as "spec" or "template".
	Field string `json:"field"`
}

// pointer returns a new value of the named type, as a pointer to it.
func (t typed) pointer() (any, error) {
	object, err := scheme.Scheme.New(schema.FromAPIVersionAndKind(t.APIVersion, t.Kind))
	if err != nil {
		return nil, err
	}
	if t.Field == "" {
		return object, nil
	}
	field, found := reflect.TypeOf(object).Elem().FieldByName(t.Field)
	if !found {
		return nil, fmt.Errorf("%s has no field %s", t.Kind, t.Field)
	}
	return reflect.New(field.Type).Interface(), nil
}

// decode reads "value", or the text "yaml" as kubectl and istioctl do, into the type and writes it
// again; "strict" refuses unknown fields.
func decode(request json.RawMessage) (any, error) {
	var args struct {
		typed
		Value  json.RawMessage `json:"value"`
		YAML   string          `json:"yaml"`
		Strict bool            `json:"strict"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	object, err := args.pointer()
	if err != nil {
		return nil, err
	}
	if args.YAML != "" {
		return object, yaml.Unmarshal([]byte(args.YAML), object)
	}
	decoder := json.NewDecoder(bytes.NewReader(args.Value))
	if args.Strict {
		decoder.DisallowUnknownFields()
	}
	if err := decoder.Decode(object); err != nil {
		return nil, err
	}
	return object, nil
}

// strategic merges "patch" into "original" by the type's patch strategies.
func strategic(request json.RawMessage) (any, error) {
	var args struct {
		typed
		Original json.RawMessage `json:"original"`
		Patch    json.RawMessage `json:"patch"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	object, err := args.pointer()
	if err != nil {
		return nil, err
	}
	merged, err := strategicpatch.StrategicMergePatch(args.Original, args.Patch, object)
	if err != nil {
		return nil, err
	}
	return json.RawMessage(merged), nil
}

// quantity gives the canonical form of each of "values", or {"error": ...} for those that are none.
func quantity(request json.RawMessage) (any, error) {
	var args struct {
		Values []string `json:"values"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	results := make([]any, len(args.Values))
	for i, text := range args.Values {
		parsed, err := resource.ParseQuantity(text)
		if err != nil {
			results[i] = map[string]string{"error": err.Error()}
			continue
		}
		results[i] = parsed.String()
	}
	return results, nil
}
