// Command gatewayapi writes the CRDs of the Gateway API release it was built with to a directory, a
// folder for each channel, as config/crd of that module has them.
//
//	gatewayapi <directory>
package main

import (
	"fmt"
	"go/build"
	"os"
	"path/filepath"
	"runtime/debug"

	"sigs.k8s.io/gateway-api/pkg/consts"
)

const module = "sigs.k8s.io/gateway-api"

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: gatewayapi <directory>")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "gatewayapi:", err)
		os.Exit(1)
	}
}

func write(target string) error {
	source, err := moduleFolder()
	if err != nil {
		return err
	}
	for _, channel := range []string{"standard", "experimental"} {
		files := os.DirFS(filepath.Join(source, "config", "crd", channel))
		if err := os.CopyFS(filepath.Join(target, channel), files); err != nil {
			return err
		}
	}
	return nil
}

// moduleFolder is where Go has unpacked the module to compile this program.
func moduleFolder() (string, error) {
	info, known := debug.ReadBuildInfo()
	if !known {
		return "", fmt.Errorf("built without module information")
	}
	for _, dependency := range info.Deps {
		if dependency.Path != module {
			continue
		}
		if dependency.Version != consts.BundleVersion {
			return "", fmt.Errorf("%s %s calls itself %s", module, dependency.Version, consts.BundleVersion)
		}
		return filepath.Join(cache(), module+"@"+dependency.Version), nil
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
