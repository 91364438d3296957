package main

import (
	"context"
	"io"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/apiserver/pkg/admission"
	mutatingwebhook "k8s.io/apiserver/pkg/admission/plugin/webhook/mutating"
	genericapiserver "k8s.io/apiserver/pkg/server"
	"k8s.io/apiserver/pkg/server/options"
	"k8s.io/client-go/kubernetes"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	apiserver "k8s.io/kubernetes/cmd/kube-apiserver/app"

	"github.com/openshift/apiserver-library-go/pkg/securitycontextconstraints/sccadmission"
	securityclient "github.com/openshift/client-go/security/clientset/versioned"
	securityinformers "github.com/openshift/client-go/security/informers/externalversions"
)

const execRestrictions = "security.openshift.io/SCCExecRestrictions"

// Namespaces that OpenShift exempts, besides those of run level 0 and 1
// (openshift/kubernetes, openshift-kube-apiserver/openshiftkubeapiserver: the run-level matcher).
var exempt = sets.New("default", "kube-system", "kube-public", "openshift", "openshift-infra", "openshift-node")

// constraints are OpenShift's own admission plugins for SecurityContextConstraints, unmodified, in
// the place where OpenShift has them.
type constraints struct {
	client     lazyClient
	factory    securityinformers.SharedInformerFactory
	namespaces corev1listers.NamespaceLister
	kube       kubernetes.Interface
}

// lazyClient is filled in once the server's loopback configuration exists: admission plugins, and
// with them the informer, are made before that.
type lazyClient struct{ securityclient.Interface }

func newConstraints() *constraints {
	c := &constraints{}
	c.factory = securityinformers.NewSharedInformerFactory(&c.client, 0)
	return c
}

func (c *constraints) register(generic *options.AdmissionOptions) {
	informer := c.factory.Security().V1().SecurityContextConstraints()
	generic.Plugins.Register(sccadmission.PluginName, func(io.Reader) (admission.Interface, error) {
		plugin := sccadmission.NewConstraint()
		plugin.SetSecurityInformers(informer)
		return plugin, nil
	})
	generic.Plugins.Register(execRestrictions, func(io.Reader) (admission.Interface, error) {
		plugin := sccadmission.NewSCCExecRestrictions()
		plugin.SetSecurityInformers(informer)
		return plugin, nil
	})
	generic.Plugins.Register(constraintDefaults, newConstraintDefaults)
	generic.Plugins.Register(routeAdmission, newRoutes(c))
	// Right before the mutating webhooks, as on OpenShift: what a webhook adds to a pod is judged
	// when the API server invokes these again after it, and in the validating phase.
	webhooks := slices.Index(generic.RecommendedPluginOrder, mutatingwebhook.PluginName)
	generic.RecommendedPluginOrder = slices.Insert(
		slices.Clone(generic.RecommendedPluginOrder), webhooks,
		sccadmission.PluginName, execRestrictions, constraintDefaults, routeAdmission,
	)
	generic.Decorators = append(generic.Decorators, admission.DecoratorFunc(
		func(plugin admission.Interface, name string) admission.Interface {
			if name == sccadmission.PluginName || name == execRestrictions {
				return &runLevels{plugin, c}
			}
			return plugin
		}))
}

// connect gives the plugins their clients. The informer starts when the kind is served: before
// that its reflector would back off for up to half a minute.
func (c *constraints) connect(config *apiserver.Config) error {
	generic := config.KubeAPIs.ControlPlane.Generic
	loopback := rest.CopyConfig(generic.LoopbackClientConfig)
	// Custom resources are not served as protobuf.
	loopback.ContentType, loopback.AcceptContentTypes = runtime.ContentTypeJSON, runtime.ContentTypeJSON
	client, err := securityclient.NewForConfig(loopback)
	if err != nil {
		return err
	}
	if c.kube, err = kubernetes.NewForConfig(loopback); err != nil {
		return err
	}
	c.client.Interface = client
	c.namespaces = config.KubeAPIs.ControlPlane.VersionedInformers.Core().V1().Namespaces().Lister()
	return generic.AddPostStartHook("meshops-start-security-informers", func(hook genericapiserver.PostStartHookContext) error {
		go func() {
			served := func(ctx context.Context) (bool, error) {
				_, err := client.SecurityV1().SecurityContextConstraints().List(ctx, metav1.ListOptions{Limit: 1})
				return err == nil, nil
			}
			if wait.PollUntilContextCancel(hook, 100*time.Millisecond, true, served) == nil {
				c.factory.Start(hook.Done())
			}
		}()
		return nil
	})
}

// runLevels skips a plugin in the namespaces that OpenShift exempts.
type runLevels struct {
	admission.Interface
	constraints *constraints
}

func (r *runLevels) Admit(ctx context.Context, a admission.Attributes, o admission.ObjectInterfaces) error {
	if plugin, mutates := r.Interface.(admission.MutationInterface); mutates && !r.skips(ctx, a) {
		return plugin.Admit(ctx, a, o)
	}
	return nil
}

func (r *runLevels) Validate(ctx context.Context, a admission.Attributes, o admission.ObjectInterfaces) error {
	if plugin, validates := r.Interface.(admission.ValidationInterface); validates && !r.skips(ctx, a) {
		return plugin.Validate(ctx, a, o)
	}
	return nil
}

func (r *runLevels) skips(ctx context.Context, a admission.Attributes) bool {
	name := a.GetNamespace()
	if name == "" || exempt.Has(name) {
		return name != ""
	}
	namespace, err := r.constraints.namespaces.Get(name)
	if errors.IsNotFound(err) { // the cache may lag
		namespace, err = r.constraints.kube.CoreV1().Namespaces().Get(ctx, name, metav1.GetOptions{})
	}
	if err != nil {
		return false
	}
	level := namespace.Labels["openshift.io/run-level"]
	return level == "0" || level == "1"
}
