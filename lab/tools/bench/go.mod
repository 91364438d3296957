module github.com/meshops/istio/lab/tools/bench

go 1.26.0
