package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"text/template"

	"github.com/BurntSushi/toml"
	"github.com/Masterminds/sprig/v3"
	"sigs.k8s.io/yaml"
	yamlv3 "sigs.k8s.io/yaml/goyaml.v3"
)

// maxNested is how often helm lets one name be included within itself.
const maxNested = 1000

// overriding are functions of sprig that hide Go's own of the same name.
var overriding = []string{"slice"}

// functions returns the functions helm 3.20 gives to templates, except those bound to a chart.
func functions() template.FuncMap {
	funcs := sprig.TxtFuncMap()
	delete(funcs, "env")
	delete(funcs, "expandenv")
	text := func(data []byte, err error) string {
		if err != nil {
			return ""
		}
		return strings.TrimSuffix(string(data), "\n")
	}
	funcs["toYaml"] = func(v any) string { return text(yaml.Marshal(v)) }
	funcs["toYamlPretty"] = func(v any) string {
		var buf bytes.Buffer
		encoder := yamlv3.NewEncoder(&buf)
		encoder.SetIndent(2)
		err := encoder.Encode(v)
		return text(buf.Bytes(), err)
	}
	funcs["fromYaml"] = func(s string) map[string]any { return readMap(s, unmarshalYAML) }
	funcs["fromYamlArray"] = func(s string) []any { return readList(s, unmarshalYAML) }
	funcs["toJson"] = func(v any) string {
		data, err := json.Marshal(v)
		if err != nil {
			return ""
		}
		return string(data)
	}
	funcs["fromJson"] = func(s string) map[string]any { return readMap(s, json.Unmarshal) }
	funcs["fromJsonArray"] = func(s string) []any { return readList(s, json.Unmarshal) }
	funcs["toToml"] = func(v any) string {
		var buf bytes.Buffer
		if err := toml.NewEncoder(&buf).Encode(v); err != nil {
			return err.Error()
		}
		return buf.String()
	}
	funcs["fromToml"] = func(s string) map[string]any { return readMap(s, toml.Unmarshal) }
	funcs["lookup"] = func(string, string, string, string) (map[string]any, error) {
		return map[string]any{}, nil
	}
	funcs["getHostByName"] = func(string) string { return "" }
	funcs["fail"] = func(msg string) (string, error) { return "", errors.New(msg) }
	funcs["required"] = func(warn string, val any) (any, error) {
		if s, ok := val.(string); val == nil || ok && s == "" {
			return val, errors.New(warn)
		}
		return val, nil
	}
	return funcs
}

func unmarshalYAML(data []byte, v any) error { return yaml.Unmarshal(data, v) }

func readMap(s string, unmarshal func([]byte, any) error) map[string]any {
	m := map[string]any{}
	if err := unmarshal([]byte(s), &m); err != nil {
		m["Error"] = err.Error()
	}
	return m
}

func readList(s string, unmarshal func([]byte, any) error) []any {
	a := []any{}
	if err := unmarshal([]byte(s), &a); err != nil {
		a = []any{err.Error()}
	}
	return a
}

// bind adds include and tpl, which need the template set, with helm's rules.
func bind(set *template.Template, nested map[string]int, missingKey string) {
	set.Funcs(template.FuncMap{
		"include": func(name string, data any) (string, error) {
			if nested[name] > maxNested {
				return "", fmt.Errorf("rendering template has a nested reference name: %s: unable to execute template", name)
			}
			nested[name]++
			defer func() { nested[name]-- }()
			var buf strings.Builder
			err := set.ExecuteTemplate(&buf, name, data)
			return buf.String(), err
		},
		"tpl": func(text string, data any) (string, error) {
			clone, err := set.Clone()
			if err != nil {
				return "", fmt.Errorf("cannot clone template: %w", err)
			}
			clone.Option("missingkey=" + missingKey)
			bind(clone, nested, missingKey)
			parsed, err := clone.New(set.Name()).Parse(text)
			if err != nil {
				return "", fmt.Errorf("cannot parse template %q: %w", text, err)
			}
			var buf strings.Builder
			if err := parsed.Execute(&buf, data); err != nil {
				return "", fmt.Errorf("error during tpl function execution for %q: %w", text, err)
			}
			return strings.ReplaceAll(buf.String(), "<no value>", ""), nil
		},
	})
}

func runTemplate(req *request) (string, error) {
	missingKey := req.MissingKey
	if missingKey == "" {
		missingKey = "default"
	}
	data, err := decode(req.Data)
	if err != nil {
		return "", err
	}
	funcs := functions()
	if req.Plain {
		for _, name := range overriding {
			delete(funcs, name)
		}
	}
	set := template.New("gotpl").Option("missingkey=" + missingKey).Funcs(funcs)
	bind(set, map[string]int{}, missingKey)
	for _, source := range req.Templates {
		if _, err := set.New(source.Name).Parse(source.Text); err != nil {
			return "", err
		}
	}
	var buf strings.Builder
	err = set.ExecuteTemplate(&buf, req.Execute, data)
	return buf.String(), err
}

// callFunction calls one function with values, as a template would, and returns its value.
func callFunction(req *request) (result any, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	fun, ok := functions()[req.Name]
	if !ok {
		return nil, fmt.Errorf("function %q not defined", req.Name)
	}
	args, err := decodeAll(req.Args)
	if err != nil {
		return nil, err
	}
	value := reflect.ValueOf(fun)
	kind := value.Type()
	fixed := kind.NumIn()
	if kind.IsVariadic() {
		fixed--
	}
	if len(args) < fixed || len(args) > fixed && !kind.IsVariadic() {
		return nil, fmt.Errorf("wrong number of args for %s: want %d got %d", req.Name, fixed, len(args))
	}
	in := make([]reflect.Value, 0, len(args))
	for i, arg := range args {
		want := kind.In(min(i, kind.NumIn()-1))
		if i >= fixed {
			want = want.Elem()
		}
		got := reflect.ValueOf(arg)
		switch {
		case !got.IsValid():
			got = reflect.Zero(want)
		case !got.Type().AssignableTo(want):
			return nil, fmt.Errorf("wrong type for value; expected %s; got %s", want, got.Type())
		}
		in = append(in, got)
	}
	out := value.Call(in)
	if len(out) == 2 && !out[1].IsNil() {
		err, _ = out[1].Interface().(error)
		return nil, err
	}
	return out[0].Interface(), nil
}
