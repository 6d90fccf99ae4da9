package main

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"
)

// formatted is a file that gets a result in another format than stdout.
type formatted struct{ format, file string }

// alsoFlag lets one run write its result in several formats, so that CI need not run twice.
func (w *workspace) alsoFlag(cmd *cobra.Command, formats []string) {
	cmd.Flags().Func("also", "write the result in another format to a file: `FORMAT=FILE`; may be given again", func(s string) error {
		format, file, ok := strings.Cut(s, "=")
		if !ok || file == "" {
			return errors.New("is not of the form FORMAT=FILE")
		}
		if err := knownFormat(format, formats); err != nil {
			return err
		}
		w.copies = append(w.copies, formatted{format, file})
		return nil
	})
}

// writeCopies writes the files of --also; write prints the result in a format, without colours.
func (w *workspace) writeCopies(write func(io.Writer, string) error) error {
	for _, c := range w.copies {
		var b bytes.Buffer
		if err := write(&b, c.format); err != nil {
			return err
		}
		if err := os.WriteFile(c.file, b.Bytes(), 0o644); err != nil {
			return w.unusable("--also", c.file, err)
		}
	}
	return nil
}
