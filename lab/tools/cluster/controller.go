package main

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// controller makes a component of a function that works on a cluster until it is told to stop, and
// calls ready when it is well: then /healthz answers.
//
//	--kubeconfig <file> --listen <address of /healthz>
func controller(name string, run func(ctx context.Context, config *rest.Config, ready func()) error) func() int {
	return func() int {
		flags := flag.NewFlagSet(name, flag.ExitOnError)
		kubeconfig := flags.String("kubeconfig", "", "kubeconfig of the cluster")
		listen := flags.String("listen", "", "address of /healthz")
		_ = flags.Parse(os.Args[1:])
		ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
		defer stop()
		config, err := clientcmd.BuildConfigFromFlags("", *kubeconfig)
		if err == nil {
			err = run(ctx, config, func() { go serveHealth(name, *listen) })
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			return 1
		}
		return 0
	}
}

func serveHealth(name, address string) {
	mux := http.NewServeMux()
	mux.HandleFunc("/healthz", func(answer http.ResponseWriter, _ *http.Request) { fmt.Fprintln(answer, "ok") })
	fmt.Fprintf(os.Stderr, "%s: %v\n", name, http.ListenAndServe(address, mux))
}
