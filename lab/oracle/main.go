// Command oracle answers questions about Go's text/template, sprig and the YAML library that helm
// uses, so that tests can compare our Python implementation with the original. It reads one JSON
// request per line and writes one JSON answer per line, in order.
package main

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"unicode/utf8"

	"sigs.k8s.io/yaml"
)

type source struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

type request struct {
	ID         json.RawMessage   `json:"id"`
	Mode       string            `json:"mode"`
	Templates  []source          `json:"templates"`
	Execute    string            `json:"execute"`
	Data       json.RawMessage   `json:"data"`
	MissingKey string            `json:"missingkey"`
	Plain      bool              `json:"plain"`
	Name       string            `json:"name"`
	Args       []json.RawMessage `json:"args"`
	Text       string            `json:"text"`
}

type answer struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Output *string         `json:"output,omitempty"`
	Base64 string          `json:"output_base64,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Type   string          `json:"type,omitempty"`
	Error  string          `json:"error,omitempty"`
}

func (a *answer) setText(text string) {
	a.Output = &text
	if !utf8.ValidString(text) {
		a.Base64 = base64.StdEncoding.EncodeToString([]byte(text))
	}
}

func (a *answer) setResult(value any) {
	a.Type = fmt.Sprintf("%T", value)
	data, err := json.Marshal(value)
	if err != nil {
		a.setText(fmt.Sprintf("%v", value))
		return
	}
	a.Result = data
}

func handle(req *request) (ans answer, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	switch req.Mode {
	case "", "template":
		var text string
		if text, err = runTemplate(req); err == nil {
			ans.setText(text)
		}
	case "func":
		var value any
		if value, err = callFunction(req); err == nil {
			ans.setResult(value)
		}
	case "printf":
		var args []any
		if args, err = decodeAll(req.Args); err == nil {
			ans.setText(fmt.Sprintf(req.Text, args...))
		}
	case "yaml-read":
		var value any
		if err = yaml.Unmarshal([]byte(req.Text), &value); err == nil {
			ans.setResult(value)
		}
	case "yaml-write":
		var value any
		if value, err = decode(req.Data); err == nil {
			var text []byte
			if text, err = yaml.Marshal(value); err == nil {
				ans.setText(string(text))
			}
		}
	default:
		err = fmt.Errorf("unknown mode %q", req.Mode)
	}
	return ans, err
}

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriterSize(os.Stdout, 1<<20)
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	decoder := json.NewDecoder(in)
	for decoder.More() {
		var req request
		if err := decoder.Decode(&req); err != nil {
			fmt.Fprintln(os.Stderr, "oracle: cannot read the request:", err)
			os.Exit(2)
		}
		ans, err := handle(&req)
		if err != nil {
			ans = answer{Error: err.Error()}
		}
		ans.ID = req.ID
		if err := encoder.Encode(ans); err != nil {
			fmt.Fprintln(os.Stderr, "oracle: cannot write the answer:", err)
			os.Exit(2)
		}
		// Answers wait in the buffer as long as more questions are at hand.
		if in.Buffered() == 0 {
			out.Flush()
		}
	}
	out.Flush()
}
