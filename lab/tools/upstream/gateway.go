package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	kubeversion "k8s.io/apimachinery/pkg/version"
	fakediscovery "k8s.io/client-go/discovery/fake"
	dynamicfake "k8s.io/client-go/dynamic/fake"
	clienttesting "k8s.io/client-go/testing"
	k8s "sigs.k8s.io/gateway-api/apis/v1"

	"istio.io/istio/pilot/pkg/config/kube/gatewaycommon"
	"istio.io/istio/pilot/pkg/features"
	"istio.io/istio/pilot/pkg/model"
	"istio.io/istio/pkg/cluster"
	"istio.io/istio/pkg/config/mesh"
	"istio.io/istio/pkg/config/mesh/meshwatcher"
	commonfeatures "istio.io/istio/pkg/features"
	"istio.io/istio/pkg/kube"
	"istio.io/istio/pkg/kube/inject"
	"istio.io/istio/pkg/revisions"
)

func init() {
	register("gateway", renderGateway)
}

// gatewayRequest is a Gateway of the Gateway API for istiod's deployment controller, with the
// cluster it finds: the namespace, and ConfigMaps in it or in istio-system.
type gatewayRequest struct {
	injection
	Gateway        k8s.Gateway         `json:"gateway"`
	Namespace      corev1.Namespace    `json:"namespace"`
	ConfigMaps     []corev1.ConfigMap  `json:"config_maps"`
	Deployments    []appsv1.Deployment `json:"deployments"`
	Classes        []k8s.GatewayClass  `json:"classes"`
	ClusterID      string              `json:"cluster_id"`
	KubeMinor      int                 `json:"kube_minor"`
	AmbientOff     bool                `json:"ambient_off"`
	MultiNetwork   bool                `json:"multi_network"`
	Agentgateway   bool                `json:"agentgateway"`
	QUIC           bool                `json:"quic"`
	DontCopyLabels bool                `json:"dont_copy_labels"`
}

// renderGateway runs the deployment controller on the Gateway and answers the objects it applies,
// in order, the mark that it leaves on the Gateway itself apart.
func renderGateway(request json.RawMessage) (any, error) {
	var args gatewayRequest
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	args.setFeatures()
	config, err := args.webhookConfig()
	if err != nil {
		return nil, err
	}
	client := kube.NewFakeClient(args.objects()...)
	client.Kube().Discovery().(*fakediscovery.FakeDiscovery).FakedServerVersion = &kubeversion.Info{
		Major: "1", Minor: strconv.Itoa(args.KubeMinor),
	}
	applied := record(client)
	env := model.NewEnvironment()
	env.Watcher = meshwatcher.NewTestWatcher(config.MeshConfig)
	push := model.NewPushContext()
	push.ProxyConfigs = model.GetProxyConfigs(model.NewFakeStore(), config.MeshConfig)
	push.InitDone.Store(true)
	env.SetPushContext(push)
	stop := make(chan struct{})
	defer close(stop)
	tags := revisions.NewTagWatcher(client, args.Revision, "istio-system")
	go tags.Run(stop)
	controller := gatewaycommon.NewDeploymentController(client, cluster.ID(args.ClusterID), env,
		func() inject.WebhookConfig { return config }, func(func()) {}, tags, args.Revision, "istio-system")
	client.RunAndWait(stop)
	if !kube.WaitForCacheSync("gateway", stop, tags.HasSynced) {
		return nil, fmt.Errorf("the cluster's objects cannot be read")
	}
	// Its informers are those that the client has waited for, so there is no need to run its queue.
	name := types.NamespacedName{Namespace: args.Gateway.Namespace, Name: args.Gateway.Name}
	if err := controller.Reconcile(name); err != nil {
		return nil, err
	}
	return applied.objects(), nil
}

// setFeatures sets what istiod takes from its environment, and what is computed from that.
func (g gatewayRequest) setFeatures() {
	g.injection.setFeatures()
	commonfeatures.CompliancePolicy = g.Compliance
	features.EnableAmbientWaypoints = !g.AmbientOff
	features.EnableAmbientMultiNetwork = g.MultiNetwork
	features.EnableAgentgateway = g.Agentgateway
	features.EnableQUICListeners = g.QUIC
	features.EnableGatewayAPICopyLabelsAnnotations = !g.DontCopyLabels
	gatewaycommon.ClassInfos = gatewaycommon.GetClassInfos()
	gatewaycommon.BuiltinGatewayClasses = gatewaycommon.GetBuiltinGatewayClasses()
	gatewaycommon.AgentgatewayClasses = gatewaycommon.GetAgentGatewayClasses()
}

func (g gatewayRequest) webhookConfig() (inject.WebhookConfig, error) {
	config, err := g.config()
	if err != nil {
		return inject.WebhookConfig{}, err
	}
	values, err := inject.NewValuesConfig(g.Values)
	if err != nil {
		return inject.WebhookConfig{}, err
	}
	meshConfig, err := mesh.ApplyMeshConfigDefaults(g.Mesh)
	if err != nil {
		return inject.WebhookConfig{}, err
	}
	return inject.WebhookConfig{
		Templates: config.Templates, Values: values, MeshConfig: meshConfig,
	}, nil
}

func (g gatewayRequest) objects() []runtime.Object {
	objects := []runtime.Object{&g.Namespace, &g.Gateway}
	for i := range g.ConfigMaps {
		objects = append(objects, &g.ConfigMaps[i])
	}
	for i := range g.Deployments {
		objects = append(objects, &g.Deployments[i])
	}
	for i := range g.Classes {
		objects = append(objects, &g.Classes[i])
	}
	return objects
}

// patches are the server-side applies of the controller, as it sent them.
type patches struct {
	lock sync.Mutex
	sent []json.RawMessage
}

func record(client kube.CLIClient) *patches {
	result := &patches{}
	dynamic := client.Dynamic().(*dynamicfake.FakeDynamicClient)
	dynamic.PrependReactor("patch", "*", func(action clienttesting.Action) (bool, runtime.Object, error) {
		patch := action.(clienttesting.PatchAction)
		if !strings.HasPrefix(patch.GetResource().Resource, "gateway") {
			result.lock.Lock()
			defer result.lock.Unlock()
			result.sent = append(result.sent, slices.Clone(patch.GetPatch()))
		}
		nothing := map[string]any{"apiVersion": "v1", "kind": "Status"}
		return true, &unstructured.Unstructured{Object: nothing}, nil
	})
	return result
}

func (p *patches) objects() []json.RawMessage {
	p.lock.Lock()
	defer p.lock.Unlock()
	if p.sent == nil {
		return []json.RawMessage{}
	}
	return p.sent
}
