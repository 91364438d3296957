package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"
	"google.golang.org/protobuf/runtime/protoimpl"

	mesh "istio.io/api/mesh/v1alpha1"
	networking "istio.io/api/networking/v1beta1"
	"istio.io/istio/operator/pkg/apis"
)

// messageRoots are what a mesh is configured with; the table has all that can be reached from them.
var messageRoots = []proto.Message{
	&mesh.MeshConfig{},
	&mesh.MeshNetworks{},
	&mesh.ProxyConfig{},
	&networking.ProxyConfig{},
	&apis.Values{},
}

// messageTable is what plugins/plugin_utils/_gotypes/messages.json holds, by full names.
type messageTable struct {
	Messages map[string]messageEntry
	Enums    map[string]enumEntry
}

// messageEntry is one message: its Go type, and its fields in the order in which they are declared.
type messageEntry struct {
	Go     string       `json:"go"`
	Fields []fieldEntry `json:"fields"`
}

// fieldEntry is one field.
type fieldEntry struct {
	// Name in the .proto file, JSON the one in JSON, Go the one of the struct (of the wrapper's
	// struct when the field is a member of a oneof).
	Name string `json:"name"`
	JSON string `json:"json"`
	Go   string `json:"go"`
	// Number is the field's tag.
	Number int `json:"number"`
	// Kind is protobuf's name of the scalar type, or "message" or "enum", whose full name is Type.
	// Of a map it is that of the values; keys that are no strings are refused here.
	Kind string `json:"kind"`
	Type string `json:"type,omitempty"`
	// Card is "list", "map", or empty.
	Card string `json:"card,omitempty"`
	// Oneof is the Go name of the oneof the field belongs to; Wrapper the Go type of its member.
	Oneof   string `json:"oneof,omitempty"`
	Wrapper string `json:"wrapper,omitempty"`
	// Optional marks a scalar that knows whether it was set.
	Optional bool `json:"optional,omitempty"`
}

// enumEntry is one enum: its Go type and its names by number.
type enumEntry struct {
	Go     string         `json:"go"`
	Values map[string]int `json:"values"`
}

func init() {
	tables["messages"] = messagesJSON
}

// messagesJSON is the table as text, one message or enum a line.
func messagesJSON() ([]byte, error) {
	table, err := messages()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("{\n\"messages\": ")
	if err := writeLines(&out, table.Messages); err != nil {
		return nil, err
	}
	out.WriteString(",\n\"enums\": ")
	if err := writeLines(&out, table.Enums); err != nil {
		return nil, err
	}
	out.WriteString("\n}\n")
	return out.Bytes(), nil
}

// writeLines writes a JSON object with one entry a line, sorted by name.
func writeLines[T any](out *bytes.Buffer, entries map[string]T) error {
	separator := "{\n"
	for _, name := range slices.Sorted(maps.Keys(entries)) {
		text, err := json.Marshal(entries[name])
		if err != nil {
			return err
		}
		fmt.Fprintf(out, "%s%q: %s", separator, name, text)
		separator = ",\n"
	}
	out.WriteString("\n}")
	return nil
}

// messages describes every message and enum that can be reached from the roots.
func messages() (messageTable, error) {
	table := messageTable{map[string]messageEntry{}, map[string]enumEntry{}}
	for _, root := range messageRoots {
		if err := table.add(root.ProtoReflect().Type()); err != nil {
			return table, err
		}
	}
	return table, nil
}

func (table messageTable) add(message protoreflect.MessageType) error {
	descriptor := message.Descriptor()
	name := string(descriptor.FullName())
	if _, known := table.Messages[name]; known {
		return nil
	}
	goType := reflect.TypeOf(message.Zero().Interface())
	entry := messageEntry{Go: typeName(goType), Fields: []fieldEntry{}}
	table.Messages[name] = entry
	names := goNames(message, goType.Elem())
	fields := descriptor.Fields()
	empty := message.New()
	for i := range fields.Len() {
		field := fields.Get(i)
		described, err := table.field(empty, field, names)
		if err != nil {
			return fmt.Errorf("%s: %w", field.FullName(), err)
		}
		entry.Fields = append(entry.Fields, described)
	}
	table.Messages[name] = entry
	return nil
}

func (table messageTable) field(
	message protoreflect.Message, field protoreflect.FieldDescriptor, names map[string]goName,
) (fieldEntry, error) {
	goNamed := names[string(field.Name())]
	entry := fieldEntry{
		Name:    string(field.Name()),
		JSON:    field.JSONName(),
		Go:      goNamed.field,
		Number:  int(field.Number()),
		Oneof:   goNamed.oneof,
		Wrapper: goNamed.wrapper,
	}
	if entry.Go == "" {
		return entry, fmt.Errorf("no field of the Go struct")
	}
	if oneof := field.ContainingOneof(); oneof != nil && oneof.IsSynthetic() {
		entry.Optional = true
	}
	value := message.NewField(field)
	switch {
	case field.IsMap():
		if field.MapKey().Kind() != protoreflect.StringKind {
			return entry, fmt.Errorf("keys of kind %s", field.MapKey().Kind())
		}
		entry.Card = "map"
		field, value = field.MapValue(), value.Map().NewValue()
	case field.IsList():
		entry.Card, value = "list", value.List().NewElement()
	}
	entry.Kind = field.Kind().String()
	switch field.Kind() {
	case protoreflect.MessageKind:
		entry.Type = string(field.Message().FullName())
		return entry, table.add(value.Message().Type())
	case protoreflect.EnumKind:
		entry.Type = string(field.Enum().FullName())
		return entry, table.addEnum(field.Enum())
	}
	return entry, nil
}

// goName is what the Go code calls a field.
type goName struct{ field, oneof, wrapper string }

// goNames returns the Go names of all fields by their name in the .proto file.
func goNames(message protoreflect.MessageType, structure reflect.Type) map[string]goName {
	names := map[string]goName{}
	oneofs := map[string]string{}
	for _, field := range reflect.VisibleFields(structure) {
		if name := protoName(field); name != "" {
			names[name] = goName{field: field.Name}
		}
		if oneof := field.Tag.Get("protobuf_oneof"); oneof != "" {
			oneofs[oneof] = field.Name
		}
	}
	info, generated := message.(*protoimpl.MessageInfo)
	if !generated {
		return names
	}
	fields := message.Descriptor().Fields()
	for _, wrapper := range info.OneofWrappers {
		kind := reflect.TypeOf(wrapper).Elem()
		member := kind.Field(0)
		field := fields.ByName(protoreflect.Name(protoName(member)))
		oneof := oneofs[string(field.ContainingOneof().Name())]
		names[string(field.Name())] = goName{member.Name, oneof, typeName(reflect.TypeOf(wrapper))}
	}
	return names
}

// protoName reads a field's name from its struct tag ("bytes,1,opt,name=config_path,proto3").
func protoName(field reflect.StructField) string {
	for _, part := range strings.Split(field.Tag.Get("protobuf"), ",") {
		if name, found := strings.CutPrefix(part, "name="); found {
			return name
		}
	}
	return ""
}

// typeName is the name that fmt's %T prints for a pointer to the type, without the star.
func typeName(pointer reflect.Type) string {
	return strings.TrimPrefix(pointer.String(), "*")
}

func (table messageTable) addEnum(enum protoreflect.EnumDescriptor) error {
	name := string(enum.FullName())
	if _, known := table.Enums[name]; known {
		return nil
	}
	enumType, err := protoregistry.GlobalTypes.FindEnumByName(enum.FullName())
	if err != nil {
		return err
	}
	goType := reflect.TypeOf(enumType.New(0))
	entry := enumEntry{Go: goType.String(), Values: map[string]int{}}
	values := enum.Values()
	for i := range values.Len() {
		entry.Values[string(values.Get(i).Name())] = int(values.Get(i).Number())
	}
	table.Enums[name] = entry
	return nil
}
