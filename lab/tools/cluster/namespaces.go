package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/util/workqueue"

	securityv1 "github.com/openshift/api/security/v1"
	"github.com/openshift/cluster-policy-controller/pkg/security/mcs"
	"github.com/openshift/library-go/pkg/security/uid"
)

// The ranges of the cluster-policy-controller's default configuration.
const (
	uidRange     = "1000000000-1999999999/10000"
	mcsRange     = "s0:/2"
	labelsPerUID = 5
)

// openShiftNamespaces gives every namespace its user ids, supplemental groups and SELinux level, by
// the allocator of OpenShift's cluster-policy-controller. That one remembers what it gave in a
// RangeAllocation; here it is read from the namespaces.
var openShiftNamespaces = controller("openshift-namespaces", allocate)

type allocator struct {
	client     kubernetes.Interface
	namespaces corev1listers.NamespaceLister
	uids       *uid.Range
	levels     *mcs.Range
	used       map[uint32]bool
}

func allocate(ctx context.Context, config *rest.Config, ready func()) (err error) {
	a := &allocator{used: map[uint32]bool{}}
	if a.client, err = kubernetes.NewForConfig(config); err != nil {
		return err
	}
	if a.uids, err = uid.ParseRange(uidRange); err != nil {
		return err
	}
	if a.levels, err = mcs.ParseRange(mcsRange); err != nil {
		return err
	}
	factory := informers.NewSharedInformerFactory(a.client, 0)
	informer := factory.Core().V1().Namespaces()
	a.namespaces = informer.Lister()
	queue := workqueue.NewTypedRateLimitingQueue(workqueue.DefaultTypedControllerRateLimiter[string]())
	add := func(object any) { queue.Add(object.(*corev1.Namespace).Name) }
	_, err = informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    add,
		UpdateFunc: func(_, object any) { add(object) },
	})
	if err != nil {
		return err
	}
	factory.Start(ctx.Done())
	factory.WaitForCacheSync(ctx.Done())
	if err := a.remember(); err != nil {
		return err
	}
	ready()
	go func() { <-ctx.Done(); queue.ShutDown() }()
	for {
		name, down := queue.Get()
		if down {
			return nil
		}
		if err := a.annotate(ctx, name); err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			queue.AddRateLimited(name)
		} else {
			queue.Forget(name)
		}
		queue.Done(name)
	}
}

// remember notes the ranges that namespaces have already.
func (a *allocator) remember() error {
	all, err := a.namespaces.List(labels.Everything())
	if err != nil {
		return err
	}
	for _, namespace := range all {
		if block, err := uid.ParseBlock(namespace.Annotations[securityv1.UIDRangeAnnotation]); err == nil {
			if contained, offset := a.uids.Offset(block); contained {
				a.used[offset] = true
			}
		}
	}
	return nil
}

func (a *allocator) annotate(ctx context.Context, name string) error {
	namespace, err := a.namespaces.Get(name)
	if err != nil || namespace.Annotations[securityv1.UIDRangeAnnotation] != "" {
		return nil // gone, or done
	}
	offset := uint32(0)
	for a.used[offset] {
		offset++
	}
	block, inRange := a.uids.BlockAt(offset)
	level, labelled := a.levels.LabelAt(uint64(offset) * labelsPerUID)
	if !inRange || !labelled {
		return fmt.Errorf("no range of user ids is left")
	}
	annotations := map[string]string{
		securityv1.UIDRangeAnnotation:           block.String(),
		securityv1.SupplementalGroupsAnnotation: block.String(),
	}
	if namespace.Annotations[securityv1.MCSAnnotation] == "" {
		annotations[securityv1.MCSAnnotation] = level.String()
	}
	patch, err := json.Marshal(map[string]any{"metadata": map[string]any{"annotations": annotations}})
	if err != nil {
		return err
	}
	a.used[offset] = true
	_, err = a.client.CoreV1().Namespaces().Patch(ctx, name, types.MergePatchType, patch, metav1.PatchOptions{})
	return err
}
