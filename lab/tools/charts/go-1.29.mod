module github.com/meshops/istio/lab/tools/charts

go 1.26.0

require istio.io/istio v0.0.0-20260828220020-666bf5433196
