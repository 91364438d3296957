// Command types writes tables of Go types, which plugins/plugin_utils/_gotypes reads, to a folder:
//
//	types <directory>
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

// tables are what is written, by name; each is in a file of its own, which adds it.
var tables = map[string]func() ([]byte, error){}

func main() {
	if err := write(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "types:", err)
		os.Exit(1)
	}
}

func write(arguments []string) error {
	if len(arguments) != 1 {
		return fmt.Errorf("usage: types <directory>")
	}
	for name, table := range tables {
		text, err := table()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		if err := os.WriteFile(filepath.Join(arguments[0], name+".json"), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}
