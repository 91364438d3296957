// Command bench is the bare client that the apply engine is measured against: it does
// nothing but server-side applies, over keep-alive connections, as fast as it can.
//
//	bench -server URL -ca FILE -cert FILE -key FILE [-concurrency N] < requests.jsonl
//
// Each line of the input is {"path": "/api/v1/namespaces/x/configmaps/y", "object": {...}}.
// It prints {"objects": N, "concurrency": N, "seconds": S, "p50_ms": M, "p99_ms": M}.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

type request struct {
	Path   string          `json:"path"`
	Object json.RawMessage `json:"object"`
}

type result struct {
	Objects     int     `json:"objects"`
	Concurrency int     `json:"concurrency"`
	Seconds     float64 `json:"seconds"`
	P50         float64 `json:"p50_ms"`
	P99         float64 `json:"p99_ms"`
}

func main() {
	server := flag.String("server", "", "URL of the API server")
	ca := flag.String("ca", "", "file with the certificate authority")
	cert := flag.String("cert", "", "file with the client certificate")
	key := flag.String("key", "", "file with the client key")
	concurrency := flag.Int("concurrency", 8, "requests in flight, each on a connection of its own")
	manager := flag.String("manager", "bench", "field manager")
	flag.Parse()
	client, err := newClient(*ca, *cert, *key, *concurrency)
	if err == nil {
		var requests []request
		if requests, err = read(os.Stdin); err == nil {
			var measured result
			query := "?fieldManager=" + *manager + "&force=true&fieldValidation=Strict"
			if measured, err = apply(client, *server, query, requests, *concurrency); err == nil {
				err = json.NewEncoder(os.Stdout).Encode(measured)
			}
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func newClient(ca, cert, key string, connections int) (*http.Client, error) {
	authority, err := os.ReadFile(ca)
	if err != nil {
		return nil, err
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	if err != nil {
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	return &http.Client{Timeout: time.Minute, Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{RootCAs: roots, Certificates: []tls.Certificate{pair}},
		MaxIdleConnsPerHost: connections,
	}}, nil
}

func read(input io.Reader) ([]request, error) {
	var requests []request
	decoder := json.NewDecoder(bufio.NewReaderSize(input, 1<<20))
	for {
		var next request
		switch err := decoder.Decode(&next); err {
		case nil:
			requests = append(requests, next)
		case io.EOF:
			return requests, nil
		default:
			return nil, fmt.Errorf("request %d: %w", len(requests)+1, err)
		}
	}
}

func apply(client *http.Client, server, query string, requests []request, concurrency int) (result, error) {
	latencies := make([]time.Duration, len(requests))
	failures := make(chan error, concurrency)
	var next atomic.Int64
	var workers sync.WaitGroup
	start := time.Now()
	for range concurrency {
		workers.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(requests) {
					return
				}
				began := time.Now()
				if err := patch(client, server+requests[i].Path+query, requests[i].Object); err != nil {
					failures <- err
					return
				}
				latencies[i] = time.Since(began)
			}
		})
	}
	workers.Wait()
	measured := result{Objects: len(requests), Concurrency: concurrency, Seconds: time.Since(start).Seconds()}
	select {
	case err := <-failures:
		return measured, err
	default:
	}
	if slices.Sort(latencies); len(latencies) > 0 {
		measured.P50 = milliseconds(latencies[len(latencies)/2])
		measured.P99 = milliseconds(latencies[len(latencies)*99/100])
	}
	return measured, nil
}

func patch(client *http.Client, url string, object []byte) error {
	call, err := http.NewRequest(http.MethodPatch, url, bytes.NewReader(object))
	if err != nil {
		return err
	}
	call.Header.Set("Content-Type", "application/apply-patch+yaml")
	call.Header.Set("Accept", "application/json")
	answer, err := client.Do(call)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err == nil && answer.StatusCode > 299 {
		err = fmt.Errorf("%s: %s: %s", url, answer.Status, body)
	}
	return err
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1e3 }
