// Command types writes a table of Go types, as JSON that plugins/plugin_utils/_gotypes reads:
//
//	types TABLE > TABLE.json
package main

import (
	"fmt"
	"os"
)

// tables are what can be written, by name; each is in a file of its own, which adds it.
var tables = map[string]func() ([]byte, error){}

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "types:", err)
		os.Exit(1)
	}
}

func write(arguments []string) error {
	if len(arguments) != 1 || tables[arguments[0]] == nil {
		return fmt.Errorf("which table? There are %d, each named by its file here", len(tables))
	}
	text, err := tables[arguments[0]]()
	if err != nil {
		return err
	}
	_, err = os.Stdout.Write(text)
	return err
}
