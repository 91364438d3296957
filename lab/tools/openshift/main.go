// Command openshift writes the CRDs by which a cluster is an OpenShift to a directory: those of the
// kinds that platform detection, admission and routes need, and that of Multus.
//
//	openshift <directory>
package main

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"runtime/debug"

	networks "github.com/k8snetworkplumbingwg/network-attachment-definition-client/pkg/apis/k8s.cni.cncf.io"
	"github.com/openshift/api/annotations"
)

const (
	api       = "github.com/openshift/api"
	multus    = "github.com/k8snetworkplumbingwg/network-attachment-definition-client"
	generated = "zz_generated.crd-manifests"
)

// As the files are named in the modules; the feature set is that of a production cluster.
var files = map[string][]string{
	api: {
		"security/v1/" + generated + "/0000_03_config-operator_01_securitycontextconstraints.crd.yaml",
		"route/v1/" + generated + "/routes.crd.yaml",
		"config/v1/" + generated + "/0000_00_cluster-version-operator_01_clusterversions-Default.crd.yaml",
		"config/v1/" + generated + "/0000_10_config-operator_01_infrastructures-Default.crd.yaml",
		"config/v1/" + generated + "/0000_10_config-operator_01_ingresses.crd.yaml",
		"config/v1/" + generated + "/0000_10_config-operator_01_networks.crd.yaml",
		"operator/v1/" + generated + "/0000_50_ingress_00_ingresscontrollers.crd.yaml",
	},
	multus: {"artifacts/networks-crd.yaml"},
}

// The packages have no more to give than their modules' place in the cache.
var _ = []string{networks.GroupName, annotations.OpenShiftDescription}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: openshift <directory>")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "openshift:", err)
		os.Exit(1)
	}
}

func write(target string) error {
	for module, names := range files {
		source, err := folder(module)
		if err != nil {
			return err
		}
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(source, filepath.FromSlash(name)))
			if err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(target, filepath.Base(name)), text, 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

// folder is where Go has unpacked a module to compile this program.
func folder(module string) (string, error) {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "", fmt.Errorf("built without module information")
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return filepath.Join(cache(), module+"@"+dependency.Version), nil
		}
	}
	return "", fmt.Errorf("built without %s", module)
}

// cache is Go's module cache, as the go command finds it.
func cache() string {
	if folder := os.Getenv("GOMODCACHE"); folder != "" {
		return folder
	}
	return filepath.Join(filepath.SplitList(build.Default.GOPATH)[0], "pkg", "mod")
}
