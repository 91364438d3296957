package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"

	jsonpatch "github.com/evanphx/json-patch/v5"
	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/config/constants"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	commonfeatures "istio.io/istio/pkg/features"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/inject"
	"istio.io/istio/pkg/kube/multicluster"
)

func init() {
	register("inject", injectFile)
	register("webhook", injectByWebhook)
}

// injection is what both ways to inject need: the texts of the injector's configuration, the mesh
// configuration and the chart values, as in the ConfigMaps of a control plane.
type injection struct {
	Config         string `json:"config"`
	Mesh           string `json:"mesh"`
	Values         string `json:"values"`
	Revision       string `json:"revision"`
	NativeSidecars bool   `json:"native_sidecars"`
	Compliance     string `json:"compliance_policy"`
}

// setFeatures sets what istiod takes from its environment; requests are served one at a time.
func (i injection) setFeatures() {
	features.EnableNativeSidecars = features.NativeSidecarModeDisabled
	if i.NativeSidecars {
		features.EnableNativeSidecars = features.NativeSidecarModeEnabled
	}
	commonfeatures.CompliancePolicy = i.Compliance
}

// parsed are configurations by their text: parsing their templates takes longer than injecting.
var parsed = map[string]inject.Config{}

func (i injection) config() (inject.Config, error) {
	known, found := parsed[i.Config]
	if found {
		return known, nil
	}
	config, err := inject.UnmarshalConfig([]byte(i.Config))
	if err == nil {
		parsed[i.Config] = config
	}
	return config, err
}

// injectFile does what `istioctl kube-inject` does with its files: "yaml" is the text of the
// workloads; answers "yaml" and "warnings".
func injectFile(request json.RawMessage) (any, error) {
	var args struct {
		injection
		YAML string `json:"yaml"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	args.setFeatures()
	config, err := args.config()
	if err != nil {
		return nil, err
	}
	values, err := inject.NewValuesConfig(args.Values)
	if err != nil {
		return nil, err
	}
	meshConfig, err := mesh.ApplyMeshConfigDefaults(args.Mesh)
	if err != nil {
		return nil, err
	}
	warnings := []string{}
	warn := func(warning string) { warnings = append(warnings, strings.TrimSpace(warning)) }
	var out bytes.Buffer
	err = inject.IntoResourceFile(nil, config.Templates, values, args.Revision, meshConfig,
		strings.NewReader(args.YAML), &out, warn)
	if err != nil {
		return nil, err
	}
	return map[string]any{"yaml": out.String(), "warnings": warnings}, nil
}

// injectByWebhook lets the webhook's own handler answer an admission review for "pod" in
// "namespace", an object; "path" is the URL's. Answers the "pod" afterwards, null when it is left alone.
func injectByWebhook(request json.RawMessage) (any, error) {
	var args struct {
		injection
		Pod       json.RawMessage  `json:"pod"`
		Namespace corev1.Namespace `json:"namespace"`
		OpenShift bool             `json:"openshift"`
		Path      string           `json:"path"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	args.setFeatures()
	platform := ""
	if args.OpenShift {
		platform = "openshift"
	}
	if err := os.Setenv("PLATFORM", platform); err != nil {
		return nil, err
	}
	stop := make(chan struct{})
	defer close(stop)
	handler, err := args.webhook(&args.Namespace, stop)
	if err != nil {
		return nil, err
	}
	review := admissionv1.AdmissionReview{
		TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
		Request: &admissionv1.AdmissionRequest{
			UID:       "1",
			Namespace: args.Namespace.Name,
			Object:    runtime.RawExtension{Raw: args.Pod},
		},
	}
	response, err := ask(handler, "/inject"+args.Path, review)
	if err != nil {
		return nil, err
	}
	if response.Patch == nil {
		return map[string]any{"pod": nil}, nil
	}
	patched, err := patchPod(args.Pod, response.Patch)
	if err != nil {
		return nil, err
	}
	return map[string]any{"pod": patched}, nil
}

// webhook makes istiod's webhook for a cluster that has nothing but the namespace.
func (i injection) webhook(namespace *corev1.Namespace, stop chan struct{}) (http.Handler, error) {
	config, err := i.config()
	if err != nil {
		return nil, err
	}
	meshConfig, err := mesh.ApplyMeshConfigDefaults(i.Mesh)
	if err != nil {
		return nil, err
	}
	env := model.NewEnvironment()
	env.Watcher = meshwatcher.NewTestWatcher(meshConfig)
	push := model.NewPushContext()
	push.ProxyConfigs = model.GetProxyConfigs(model.NewFakeStore(), meshConfig)
	env.SetPushContext(push)
	clusters := multicluster.NewFakeController()
	mux := http.NewServeMux()
	_, err = inject.NewWebhook(inject.WebhookParameters{
		Watcher:      fixedConfig{&config, i.Values},
		Env:          env,
		Mux:          mux,
		Revision:     i.Revision,
		MultiCluster: clusters,
	})
	if err != nil {
		return nil, err
	}
	client := kube.NewFakeClient(namespace)
	clusters.Add(constants.DefaultClusterName, client, stop)
	client.RunAndWait(stop)
	return mux, nil
}

// fixedConfig is the watcher of a configuration that never changes.
type fixedConfig struct {
	config *inject.Config
	values string
}

func (f fixedConfig) SetHandler(func(*inject.Config, string) error) {}

func (f fixedConfig) Run(<-chan struct{}) {}

func (f fixedConfig) Get() (*inject.Config, string, error) { return f.config, f.values, nil }

func ask(handler http.Handler, path string, review admissionv1.AdmissionReview) (*admissionv1.AdmissionResponse, error) {
	body, err := json.Marshal(review)
	if err != nil {
		return nil, err
	}
	request := httptest.NewRequest(http.MethodPost, path, bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	recorder := httptest.NewRecorder()
	handler.ServeHTTP(recorder, request)
	text, err := io.ReadAll(recorder.Result().Body)
	if err != nil {
		return nil, err
	}
	var answered admissionv1.AdmissionReview
	if err := json.Unmarshal(text, &answered); err != nil {
		return nil, fmt.Errorf("%s: %w", text, err)
	}
	if !answered.Response.Allowed {
		return nil, fmt.Errorf("%s", answered.Response.Result.Message)
	}
	return answered.Response, nil
}

func patchPod(pod, patch []byte) (json.RawMessage, error) {
	// The patch is relative to the pod as its type writes it.
	var typed corev1.Pod
	if err := json.Unmarshal(pod, &typed); err != nil {
		return nil, err
	}
	canonical, err := json.Marshal(typed)
	if err != nil {
		return nil, err
	}
	decoded, err := jsonpatch.DecodePatch(patch)
	if err != nil {
		return nil, err
	}
	return decoded.Apply(canonical)
}
