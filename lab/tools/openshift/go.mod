module github.com/meshops/istio/lab/tools/openshift

go 1.26.0

require (
	github.com/k8snetworkplumbingwg/network-attachment-definition-client v1.7.7
	github.com/openshift/api v0.0.0-20260302174620-dcac36b908db
)
