package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"

	openshift "github.com/openshift/api/apps/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/client-go/kubernetes/scheme"
)

// groupVersions are those whose kinds are in the table: what charts of Istio install and patch, and
// what has pods.
var groupVersions = []schema.GroupVersion{
	{Version: "v1"},
	{Group: "admissionregistration.k8s.io", Version: "v1"},
	{Group: "apps", Version: "v1"},
	{Group: "autoscaling", Version: "v1"},
	{Group: "autoscaling", Version: "v2"},
	{Group: "batch", Version: "v1"},
	{Group: "networking.k8s.io", Version: "v1"},
	{Group: "policy", Version: "v1"},
	{Group: "policy", Version: "v1beta1"},
	{Group: "rbac.authorization.k8s.io", Version: "v1"},
	{Group: "scheduling.k8s.io", Version: "v1"},
}

// leaves are the types that marshal themselves, by the names the table gives them.
var leaves = map[reflect.Type]string{
	reflect.TypeFor[resource.Quantity]():    "quantity",
	reflect.TypeFor[intstr.IntOrString]():   "intOrString",
	reflect.TypeFor[meta.Time]():            "time",
	reflect.TypeFor[meta.MicroTime]():       "microTime",
	reflect.TypeFor[meta.FieldsV1]():        "raw",
	reflect.TypeFor[runtime.RawExtension](): "raw",
}

// kubernetesTable is what plugins/plugin_utils/_gotypes/kubernetes.json holds: the names of the
// structs of kinds by "apiVersion/Kind", and the fields of structs.
type kubernetesTable struct {
	kinds   map[string]string
	structs map[string]structEntry
}

// structEntry is one struct: its Go name and its fields in the order of their declaration.
type structEntry struct {
	Go     string            `json:"go"`
	Fields []kubernetesField `json:"fields"`
}

// kubernetesField is one field. Type is a scalar of Go (named types of strings are "string"), a
// leaf, a struct's name, or one of these behind "*", "[]" and "map[string]".
type kubernetesField struct {
	Go   string `json:"go"`
	JSON string `json:"json,omitempty"`
	Type string `json:"type"`
	// Named is Go's name of a scalar type that has one, such as "v1.Protocol".
	Named string `json:"named,omitempty"`
	// Inline fields have their own fields in their parent's object.
	Inline    bool   `json:"inline,omitempty"`
	OmitEmpty bool   `json:"omitempty,omitempty"`
	OmitZero  bool   `json:"omitzero,omitempty"`
	Strategy  string `json:"patchStrategy,omitempty"`
	MergeKey  string `json:"patchMergeKey,omitempty"`
}

func init() {
	tables["kubernetes"] = kubernetesJSON
}

// kubernetesJSON is the table as text, one kind or struct a line.
func kubernetesJSON() ([]byte, error) {
	table := kubernetesTable{map[string]string{}, map[string]structEntry{}}
	for _, version := range groupVersions {
		for kind, goType := range scheme.Scheme.KnownTypes(version) {
			// The types of requests' options are registered with every group.
			if strings.HasSuffix(goType.PkgPath(), "/meta/v1") {
				continue
			}
			if err := table.addKind(version, kind, goType); err != nil {
				return nil, err
			}
		}
	}
	// What istioctl kube-inject knows besides.
	deploymentConfig := reflect.TypeFor[openshift.DeploymentConfig]()
	if err := table.addKind(openshift.GroupVersion, "DeploymentConfig", deploymentConfig); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("{\n\"kinds\": ")
	if err := writeLines(&out, table.kinds); err != nil {
		return nil, err
	}
	out.WriteString(",\n\"structs\": ")
	if err := writeLines(&out, table.structs); err != nil {
		return nil, err
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

func (table kubernetesTable) addKind(version schema.GroupVersion, kind string, goType reflect.Type) error {
	table.kinds[version.String()+"/"+kind] = structName(goType)
	return table.addStruct(goType)
}

func (table kubernetesTable) addStruct(goType reflect.Type) error {
	name := structName(goType)
	if _, known := table.structs[name]; known {
		return nil
	}
	// Entered before its fields are, because types are recursive.
	table.structs[name] = structEntry{Go: goType.String()}
	fields := make([]kubernetesField, 0, goType.NumField())
	for field := range goType.Fields() {
		if !field.IsExported() {
			continue
		}
		entry, err := table.field(field)
		if err != nil {
			return fmt.Errorf("%s.%s: %w", name, field.Name, err)
		}
		fields = append(fields, entry)
	}
	table.structs[name] = structEntry{goType.String(), fields}
	return nil
}

func (table kubernetesTable) field(field reflect.StructField) (kubernetesField, error) {
	name, rest, _ := strings.Cut(field.Tag.Get("json"), ",")
	options := strings.Split(rest, ",")
	expression, err := table.expression(field.Type)
	entry := kubernetesField{
		Go:       field.Name,
		JSON:     name,
		Type:     expression,
		Named:    named(field.Type),
		Inline:   field.Anonymous && name == "",
		Strategy: field.Tag.Get("patchStrategy"),
		MergeKey: field.Tag.Get("patchMergeKey"),
	}
	for _, option := range options {
		switch option {
		case "omitempty":
			entry.OmitEmpty = true
		case "omitzero":
			entry.OmitZero = true
		case "", "inline":
		default:
			return entry, fmt.Errorf("unknown option %q of its JSON tag", option)
		}
	}
	if name == "" && !entry.Inline {
		entry.JSON = field.Name
	}
	return entry, err
}

// expression describes a type; structs in it are added to the table.
func (table kubernetesTable) expression(goType reflect.Type) (string, error) {
	if leaf, found := leaves[goType]; found {
		return leaf, nil
	}
	switch goType.Kind() {
	case reflect.Pointer:
		element, err := table.expression(goType.Elem())
		return "*" + element, err
	case reflect.Slice:
		if goType.Elem().Kind() == reflect.Uint8 {
			return "bytes", nil
		}
		element, err := table.expression(goType.Elem())
		return "[]" + element, err
	case reflect.Map:
		if goType.Key().Kind() != reflect.String {
			return "", fmt.Errorf("its keys are no strings")
		}
		element, err := table.expression(goType.Elem())
		return "map[string]" + element, err
	case reflect.Struct:
		if marshals(goType) {
			return "", fmt.Errorf("%s marshals itself, the table has no name for it", goType)
		}
		return structName(goType), table.addStruct(goType)
	case reflect.Bool, reflect.Int32, reflect.Int64, reflect.String, reflect.Float64, reflect.Int:
		if marshals(goType) {
			return "", fmt.Errorf("%s marshals itself, the table has no name for it", goType)
		}
		return goType.Kind().String(), nil
	default:
		return "", fmt.Errorf("a %s is not foreseen", goType.Kind())
	}
}

func marshals(goType reflect.Type) bool {
	return goType.Implements(reflect.TypeFor[json.Marshaler]()) ||
		reflect.PointerTo(goType).Implements(reflect.TypeFor[json.Unmarshaler]())
}

// named is the name of a scalar's type, or of the one behind a pointer, a list or a map.
func named(goType reflect.Type) string {
	for {
		switch goType.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Map:
			goType = goType.Elem()
		case reflect.Struct:
			return ""
		default:
			if goType.PkgPath() == "" {
				return ""
			}
			return goType.String()
		}
	}
}

// structName is the last two parts of the package's path and the type's name: "core/v1.Pod".
func structName(goType reflect.Type) string {
	parts := strings.Split(goType.PkgPath(), "/")
	name := strings.Join(parts[len(parts)-2:], "/") + "." + goType.Name()
	if strings.Contains(goType.PkgPath(), "openshift") {
		return "openshift/" + name
	}
	return name
}
