package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/apiserver/pkg/admission"
	"k8s.io/client-go/kubernetes"

	configv1 "github.com/openshift/api/config/v1"
	routev1 "github.com/openshift/api/route/v1"
	"github.com/openshift/library-go/pkg/route"
	"github.com/openshift/library-go/pkg/route/defaulting"
	"github.com/openshift/library-go/pkg/route/hostassignment"
	"github.com/openshift/library-go/pkg/route/validation"
)

const routeAdmission = "route.openshift.io/Routes"

// Routes may refer to certificates in Secrets, as OpenShift allows from 4.19 on.
var routeOptions = route.RouteValidationOptions{AllowExternalCertificates: true}

// routes does with Routes what OpenShift's API server does: defaults, the host and who may set it,
// validation, all by OpenShift's own functions. There they are no custom resources.
type routes struct {
	*admission.Handler
	constraints *constraints
}

func newRoutes(c *constraints) func(io.Reader) (admission.Interface, error) {
	return func(io.Reader) (admission.Interface, error) {
		return &routes{admission.NewHandler(admission.Create, admission.Update), c}, nil
	}
}

func (r *routes) Admit(ctx context.Context, a admission.Attributes, _ admission.ObjectInterfaces) error {
	object, concerned := routeObject(a)
	if !concerned {
		return nil
	}
	wanted, err := toRoute(object)
	if err != nil {
		return admission.NewForbidden(a, err)
	}
	defaulting.SetDefaults_RouteSpec(&wanted.Spec)
	defaulting.SetDefaults_RouteTargetReference(&wanted.Spec.To)
	for i := range wanted.Spec.AlternateBackends {
		defaulting.SetDefaults_RouteTargetReference(&wanted.Spec.AlternateBackends[i])
	}
	if wanted.Spec.TLS != nil {
		defaulting.SetDefaults_TLSConfig(wanted.Spec.TLS)
	}
	faults, err := r.assignHost(ctx, a, wanted)
	if err != nil {
		return admission.NewForbidden(a, err)
	}
	if len(faults) > 0 {
		return errors.NewInvalid(a.GetKind().GroupKind(), a.GetName(), faults)
	}
	return fill(object, wanted)
}

func (r *routes) assignHost(ctx context.Context, a admission.Attributes, wanted *routev1.Route) (field.ErrorList, error) {
	reviews := r.constraints.kube.AuthorizationV1().SubjectAccessReviews()
	if a.GetOperation() == admission.Create {
		domain, err := ingressDomain(ctx, r.constraints.kube)
		if err != nil {
			return nil, err
		}
		generator, err := hostassignment.NewSimpleAllocationPlugin(domain)
		if err != nil {
			return nil, err
		}
		wanted.Namespace = a.GetNamespace()
		return hostassignment.AllocateHost(ctx, wanted, reviews, generator, routeOptions), nil
	}
	old, err := oldRoute(a)
	if err != nil {
		return nil, err
	}
	if wanted.Spec.Host == "" { // applied again as it was created: the host stays
		wanted.Spec.Host = old.Spec.Host
	}
	return hostassignment.ValidateHostUpdate(ctx, wanted, old, reviews, routeOptions), nil
}

func (r *routes) Validate(ctx context.Context, a admission.Attributes, _ admission.ObjectInterfaces) error {
	object, concerned := routeObject(a)
	if !concerned {
		return nil
	}
	wanted, err := toRoute(object)
	if err != nil {
		return admission.NewForbidden(a, err)
	}
	kube := r.constraints.kube
	reviews, secrets := kube.AuthorizationV1().SubjectAccessReviews(), kube.CoreV1()
	var faults field.ErrorList
	if a.GetOperation() == admission.Create {
		faults = validation.ValidateRoute(ctx, wanted, reviews, secrets, routeOptions)
	} else {
		old, err := oldRoute(a)
		if err != nil {
			return admission.NewForbidden(a, err)
		}
		faults = validation.ValidateRouteUpdate(ctx, wanted, old, reviews, secrets, routeOptions)
	}
	if len(faults) > 0 {
		return errors.NewInvalid(a.GetKind().GroupKind(), a.GetName(), faults)
	}
	return nil
}

func routeObject(a admission.Attributes) (*unstructured.Unstructured, bool) {
	object, custom := a.GetObject().(*unstructured.Unstructured)
	resource := routev1.Resource("routes")
	return object, custom && a.GetSubresource() == "" && a.GetResource().GroupResource() == resource
}

func oldRoute(a admission.Attributes) (*routev1.Route, error) {
	object, custom := a.GetOldObject().(*unstructured.Unstructured)
	if !custom {
		return nil, fmt.Errorf("the old object is a %T", a.GetOldObject())
	}
	return toRoute(object)
}

func toRoute(object *unstructured.Unstructured) (*routev1.Route, error) {
	found := &routev1.Route{}
	return found, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, found)
}

// fill writes the specification and the annotations back; nothing else is changed by defaults.
func fill(object *unstructured.Unstructured, wanted *routev1.Route) error {
	filled, err := runtime.DefaultUnstructuredConverter.ToUnstructured(wanted)
	if err != nil {
		return err
	}
	object.Object["spec"] = filled["spec"]
	if len(wanted.Annotations) > 0 {
		object.SetAnnotations(wanted.Annotations)
	}
	return nil
}

// ingressDomain is that of hosts nobody has chosen, from the cluster's configuration.
func ingressDomain(ctx context.Context, kube kubernetes.Interface) (string, error) {
	ingress := configv1.Ingress{}
	path := "/apis/config.openshift.io/v1/ingresses/cluster"
	raw, err := kube.CoreV1().RESTClient().Get().AbsPath(path).DoRaw(ctx)
	if err == nil {
		err = json.Unmarshal(raw, &ingress)
	}
	return ingress.Spec.Domain, err
}
