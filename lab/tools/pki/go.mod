module github.com/meshops/istio/lab/tools/pki

go 1.26.0
