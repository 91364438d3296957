package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"

	operatorv1 "github.com/openshift/api/operator/v1"
	routev1 "github.com/openshift/api/route/v1"
	routeclient "github.com/openshift/client-go/route/clientset/versioned"
	routeinformers "github.com/openshift/client-go/route/informers/externalversions"
	routelisters "github.com/openshift/client-go/route/listers/route/v1"
)

const (
	routerName        = "default"
	ingressController = "/apis/operator.openshift.io/v1/namespaces/openshift-ingress-operator/ingresscontrollers/" + routerName
	// How soon a change of the IngressController is noticed; OpenShift takes longer, as it starts
	// its routers anew.
	policyEvery = time.Second
)

// openShiftRouter stands in for OpenShift's router: it carries no traffic, but admits and rejects
// Routes by the router's rules and says so in their status. It is not the router's own code, which
// is in no module that can be had.
var openShiftRouter = controller("openshift-router", admitRoutes)

type router struct {
	kube   kubernetes.Interface
	client routeclient.Interface
	routes routelisters.RouteLister
	domain string
}

func admitRoutes(ctx context.Context, config *rest.Config, ready func()) (err error) {
	config.QPS, config.Burst = 200, 400
	r := &router{}
	if r.kube, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	if r.client, err = routeclient.NewForConfig(config); err != nil {
		return err
	}
	ready()
	if err := wait.PollUntilContextCancel(ctx, 100*time.Millisecond, true, r.served); err != nil {
		return nil // told to stop before there were Routes
	}
	factory := routeinformers.NewSharedInformerFactory(r.client, 0)
	informer := factory.Route().V1().Routes()
	r.routes = informer.Lister()
	changed := make(chan struct{}, 1)
	notify := func(any) {
		select {
		case changed <- struct{}{}:
		default: // a look is due anyway
		}
	}
	_, err = informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    notify,
		UpdateFunc: func(_, object any) { notify(object) },
		DeleteFunc: notify,
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	r.loop(ctx, changed)
	return nil
}

// served tells whether there are Routes and the cluster's own domain.
func (r *router) served(ctx context.Context) (bool, error) {
	_, err := r.client.RouteV1().Routes("").List(ctx, metav1.ListOptions{Limit: 1})
	if err == nil {
		r.domain, err = ingressDomain(ctx, r.kube)
	}
	return err == nil, nil
}

func (r *router) loop(ctx context.Context, changed <-chan struct{}) {
	ticker := time.NewTicker(policyEvery)
	defer ticker.Stop()
	rules := r.rules(ctx)
	for {
		all, err := r.routes.List(labels.Everything())
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
		}
		for _, decided := range decide(all, rules) {
			if err := r.record(ctx, decided); err != nil && ctx.Err() == nil {
				fmt.Fprintf(os.Stderr, "%s/%s: %v\n", decided.route.Namespace, decided.route.Name, err)
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-changed:
		case <-ticker.C:
			rules = r.rules(ctx)
		}
	}
}

// rules are what the IngressController says; without one, OpenShift's defaults.
func (r *router) rules(ctx context.Context) rules {
	controller := operatorv1.IngressController{}
	raw, err := r.kube.CoreV1().RESTClient().Get().AbsPath(ingressController).DoRaw(ctx)
	if err == nil {
		err = json.Unmarshal(raw, &controller)
	}
	if err != nil || controller.Spec.RouteAdmission == nil {
		return rules{}
	}
	said := controller.Spec.RouteAdmission
	return rules{
		wildcards:  said.WildcardPolicy == operatorv1.WildcardPolicyAllowed,
		namespaces: said.NamespaceOwnership == operatorv1.InterNamespaceAllowedOwnershipCheck,
	}
}

// record writes a decision into the Route's status, unless it is there.
func (r *router) record(ctx context.Context, decided decision) error {
	route := decided.route.DeepCopy()
	ours := routev1.RouteIngress{
		Host:                    route.Spec.Host,
		RouterName:              routerName,
		RouterCanonicalHostname: "router-" + routerName + "." + r.domain,
		WildcardPolicy:          route.Spec.WildcardPolicy,
		Conditions: []routev1.RouteIngressCondition{{
			Type:    routev1.RouteAdmitted,
			Status:  decided.admitted(),
			Reason:  decided.reason,
			Message: decided.message,
		}},
	}
	at := slices.IndexFunc(route.Status.Ingress, func(entry routev1.RouteIngress) bool {
		return entry.RouterName == routerName
	})
	if at >= 0 && same(route.Status.Ingress[at], ours) {
		return nil
	}
	now := metav1.Now().Rfc3339Copy()
	ours.Conditions[0].LastTransitionTime = &now
	if at >= 0 {
		route.Status.Ingress[at] = ours
	} else {
		route.Status.Ingress = append(route.Status.Ingress, ours)
	}
	_, err := r.client.RouteV1().Routes(route.Namespace).UpdateStatus(ctx, route, metav1.UpdateOptions{})
	if errors.IsConflict(err) || errors.IsNotFound(err) {
		return nil // its event leads to another look
	}
	return err
}

func same(found, wanted routev1.RouteIngress) bool {
	if len(found.Conditions) != 1 || found.Host != wanted.Host ||
		found.WildcardPolicy != wanted.WildcardPolicy ||
		found.RouterCanonicalHostname != wanted.RouterCanonicalHostname {
		return false
	}
	condition := found.Conditions[0]
	condition.LastTransitionTime = nil
	return condition == wanted.Conditions[0]
}

func (d decision) admitted() corev1.ConditionStatus {
	if d.reason == "" {
		return corev1.ConditionTrue
	}
	return corev1.ConditionFalse
}
