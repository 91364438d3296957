package main

import (
	"context"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apiserver/pkg/admission"

	securityv1 "github.com/openshift/api/security/v1"
	"github.com/openshift/apiserver-library-go/pkg/securitycontextconstraints/sccdefaults"
)

const constraintDefaults = "security.openshift.io/DefaultSecurityContextConstraints"

// defaults fills in what a SecurityContextConstraints leaves out, by OpenShift's own function: the
// CRD demands keys that are usually null, and one without defaults makes every pod be refused.
type defaults struct{ *admission.Handler }

func newConstraintDefaults(io.Reader) (admission.Interface, error) {
	return defaults{admission.NewHandler(admission.Create, admission.Update)}, nil
}

func (defaults) Admit(_ context.Context, a admission.Attributes, _ admission.ObjectInterfaces) error {
	object, custom := a.GetObject().(*unstructured.Unstructured)
	resource := securityv1.Resource("securitycontextconstraints")
	if !custom || a.GetSubresource() != "" || a.GetResource().GroupResource() != resource {
		return nil
	}
	constraints := &securityv1.SecurityContextConstraints{}
	converter := runtime.DefaultUnstructuredConverter
	if err := converter.FromUnstructured(object.Object, constraints); err != nil {
		return admission.NewForbidden(a, err)
	}
	sccdefaults.SetDefaults_SCC(constraints)
	filled, err := converter.ToUnstructured(constraints)
	if err != nil {
		return admission.NewForbidden(a, err)
	}
	for key, value := range filled {
		if key != "metadata" {
			object.Object[key] = value
		}
	}
	return nil
}
