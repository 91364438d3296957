package main

import (
	"encoding/json"

	admissionv1 "k8s.io/api/admission/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"istio.io/istio/pkg/kube/inject"
)

func init() {
	register("admissions", admissions)
	register("annotations", annotations)
	register("selectors", selectors)
}

// outcome is what became of one of many cases of a request.
type outcome struct {
	Pod     json.RawMessage `json:"pod,omitempty"`
	Matches bool            `json:"matches"`
	Error   string          `json:"error,omitempty"`
}

func outcomeOf(err error) outcome {
	if err != nil {
		return outcome{Error: err.Error()}
	}
	return outcome{}
}

// admissions lets one webhook answer for many "pods" that are created in the namespace of the name;
// "path" is that of "webhook". An outcome without pod is one that was left alone.
func admissions(request json.RawMessage) (any, error) {
	var args struct {
		injection
		Pods      []json.RawMessage `json:"pods"`
		Namespace string            `json:"namespace"`
		Path      string            `json:"path"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	args.setFeatures()
	stop := make(chan struct{})
	defer close(stop)
	namespace := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: args.Namespace}}
	handler, err := args.webhook(namespace, stop)
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, 0, len(args.Pods))
	for _, pod := range args.Pods {
		response, err := ask(handler, "/inject"+args.Path, admissionv1.AdmissionReview{
			TypeMeta: metav1.TypeMeta{APIVersion: "admission.k8s.io/v1", Kind: "AdmissionReview"},
			Request: &admissionv1.AdmissionRequest{
				UID:       "1",
				Namespace: args.Namespace,
				Object:    runtime.RawExtension{Raw: pod},
			},
		})
		result := outcomeOf(err)
		if err == nil && response.Patch != nil {
			if result.Pod, err = patchPod(pod, response.Patch); err != nil {
				return nil, err
			}
		}
		outcomes = append(outcomes, result)
	}
	return outcomes, nil
}

// annotations validates "pairs" of name and value.
func annotations(request json.RawMessage) (any, error) {
	var args struct {
		Pairs [][2]string `json:"pairs"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	outcomes := make([]outcome, 0, len(args.Pairs))
	for _, pair := range args.Pairs {
		validate, found := inject.AnnotationValidation[pair[0]]
		if !found {
			outcomes = append(outcomes, outcome{Error: "not validated"})
			continue
		}
		outcomes = append(outcomes, outcomeOf(validate(pair[1])))
	}
	return outcomes, nil
}

// selectors matches each of the "cases": a "selector" and "labels".
func selectors(request json.RawMessage) (any, error) {
	var args struct {
		Cases []struct {
			Selector metav1.LabelSelector `json:"selector"`
			Labels   map[string]string    `json:"labels"`
		} `json:"cases"`
	}
	if err := json.Unmarshal(request, &args); err != nil {
		return nil, err
	}
	outcomes := make([]outcome, 0, len(args.Cases))
	for _, item := range args.Cases {
		selector, err := metav1.LabelSelectorAsSelector(&item.Selector)
		result := outcomeOf(err)
		if err == nil {
			result.Matches = selector.Matches(labels.Set(item.Labels))
		}
		outcomes = append(outcomes, result)
	}
	return outcomes, nil
}
