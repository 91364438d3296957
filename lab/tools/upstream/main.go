// Command upstream answers what Istio's and Kubernetes' own Go code gives for an input: the
// oracle that our Python code is compared with.
//
// It reads one JSON object a line, {"op": "<name>", ...}, and answers each with one line, in order:
// {"ok": <result>}, or {"error": "<message>"}. An operation that panics answers with an error too.
// Each operation has a file of its own, which registers it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
)

// operation gets the whole request and gives what goes into "ok".
type operation func(request json.RawMessage) (any, error)

var operations = map[string]operation{}

func register(name string, op operation) {
	if _, taken := operations[name]; taken {
		panic("two operations are called " + name)
	}
	operations[name] = op
}

type answer struct {
	OK    any     `json:"ok"`
	Error *string `json:"error,omitempty"`
}

func main() {
	// Libraries print to the standard output as well; the answers keep it to themselves.
	answers := os.Stdout
	os.Stdout = os.Stderr
	if err := serve(os.Stdin, answers); err != nil {
		fmt.Fprintln(os.Stderr, "upstream:", err)
		os.Exit(1)
	}
}

func serve(requests io.Reader, answers io.Writer) error {
	in := bufio.NewReaderSize(requests, 1<<20)
	out := bufio.NewWriter(answers)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	for {
		line, readErr := in.ReadBytes('\n')
		if len(line) > 0 {
			if err := encoder.Encode(respond(line)); err != nil {
				return err
			}
			if err := out.Flush(); err != nil {
				return err
			}
		}
		if errors.Is(readErr, io.EOF) {
			return nil
		}
		if readErr != nil {
			return readErr
		}
	}
}

// respond runs one request; whatever goes wrong becomes the answer's error.
func respond(line []byte) (result answer) {
	defer func() {
		if cause := recover(); cause != nil {
			result = failure(fmt.Errorf("panic: %v\n%s", cause, debug.Stack()))
		}
	}()
	var head struct {
		Op string `json:"op"`
	}
	if err := json.Unmarshal(line, &head); err != nil {
		return failure(fmt.Errorf("not a request: %w", err))
	}
	op, found := operations[head.Op]
	if !found {
		return failure(fmt.Errorf("no operation %q", head.Op))
	}
	value, err := op(line)
	if err != nil {
		return failure(err)
	}
	encoded, err := json.Marshal(value)
	if err != nil {
		return failure(fmt.Errorf("the result is not JSON: %w", err))
	}
	return answer{OK: json.RawMessage(encoded)}
}

func failure(err error) answer {
	message := err.Error()
	return answer{Error: &message}
}
