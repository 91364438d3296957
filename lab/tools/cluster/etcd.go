package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

// etcd is upstream's own command: the flags are those of a stock etcd, so one
// command line serves this binary and an etcd found elsewhere.
func etcd() int {
	etcdmain.Main(os.Args)
	return 0
}
