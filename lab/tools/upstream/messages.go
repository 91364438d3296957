package main

import (
	"encoding/json"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig/v3"
	"google.golang.org/protobuf/proto"
	"google.golang.org/protobuf/reflect/protoreflect"
	"google.golang.org/protobuf/reflect/protoregistry"

	meshconfig "istio.io/api/mesh/v1alpha1"
	_ "istio.io/api/networking/v1beta1"
	_ "istio.io/istio/operator/pkg/apis"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/kube/inject"
	"istio.io/istio/pkg/util/protomarshal"
)

func init() {
	register("proto_json", protoJSON)
	register("mesh_config", meshConfig)
	register("proxy_config", proxyConfig)
	register("mesh_template", meshTemplate)
}

// protoJSON reads "yaml" into a new "message" (its full name) and gives the text of ToJSON;
// "strict" refuses unknown fields.
func protoJSON(request json.RawMessage) (any, error) {
	var args struct {
		Message string `json:"message"`
		YAML    string `json:"yaml"`
		Strict  bool   `json:"strict"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	found, err := protoregistry.GlobalTypes.FindMessageByName(protoreflect.FullName(args.Message))
	if err != nil {
		return nil, err
	}
	message := found.New().Interface()
	apply := protomarshal.ApplyYAML
	if args.Strict {
		apply = protomarshal.ApplyYAMLStrict
	}
	if err := apply(args.YAML, message); err != nil {
		return nil, err
	}
	return protomarshal.ToJSON(message)
}

// meshConfig gives the mesh configuration "yaml" with defaults, as the text of ToJSON.
func meshConfig(request json.RawMessage) (any, error) {
	var args struct {
		YAML string `json:"yaml"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	config, err := mesh.ApplyMeshConfigDefaults(args.YAML)
	if err != nil {
		return nil, err
	}
	return protomarshal.ToJSON(config)
}

// withProxyConfig is a mesh configuration and a workload's proxy configuration, both YAML texts.
type withProxyConfig struct {
	Mesh  string `json:"mesh"`
	Proxy string `json:"proxy"`
}

func (args withProxyConfig) apply() (*meshconfig.MeshConfig, error) {
	config, err := mesh.ApplyMeshConfigDefaults(args.Mesh)
	if err != nil {
		return nil, err
	}
	return mesh.ApplyProxyConfig(args.Proxy, config)
}

// proxyConfig gives the merged proxy configuration: whole, and as it goes into a pod.
func proxyConfig(request json.RawMessage) (any, error) {
	var args withProxyConfig
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	config, err := args.apply()
	if err != nil {
		return nil, err
	}
	whole, err := protomarshal.ToJSON(config.DefaultConfig)
	if err != nil {
		return nil, err
	}
	clean := inject.InjectionFuncmap["protoToJSON"].(func(proto.Message) string)
	return map[string]string{"whole": whole, "clean": clean(config.DefaultConfig)}, nil
}

// meshTemplate runs a "template" on .MeshConfig and .ProxyConfig, read from the YAML texts "mesh" and
// "proxy" without defaults, with the functions of injection.
func meshTemplate(request json.RawMessage) (any, error) {
	var args struct {
		withProxyConfig
		Template string `json:"template"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	config, proxy := &meshconfig.MeshConfig{}, &meshconfig.ProxyConfig{}
	if err := protomarshal.ApplyYAML(args.Mesh, config); err != nil {
		return nil, err
	}
	if err := protomarshal.ApplyYAML(args.Proxy, proxy); err != nil {
		return nil, err
	}
	parsed, err := template.New("inject").Funcs(sprig.TxtFuncMap()).
		Funcs(inject.InjectionFuncmap).Parse(args.Template)
	if err != nil {
		return nil, err
	}
	data := map[string]any{"MeshConfig": config, "ProxyConfig": proxy}
	var out strings.Builder
	if err := parsed.Execute(&out, data); err != nil {
		return nil, err
	}
	return out.String(), nil
}
