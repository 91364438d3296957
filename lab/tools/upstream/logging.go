package main

import "istio.io/istio/pkg/log"

// Istio's code logs to the standard output, which is for answers, and warns of what we ask on
// purpose.
func init() {
	options := log.DefaultOptions()
	options.OutputPaths = []string{"stderr"}
	options.SetDefaultOutputLevel(log.OverrideScopeName, log.NoneLevel)
	if err := log.Configure(options); err != nil {
		panic(err)
	}
}
