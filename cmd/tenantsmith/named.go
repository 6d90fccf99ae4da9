package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
)

// unusable says which file or folder of a flag cannot be used, and why. Who gives a key in place of its file does
// not read it again.
func (w *workspace) unusable(flag, name string, err error) error {
	if strings.Contains(name, "-----BEGIN ") {
		return fmt.Errorf("%s: write what it says into a file, and name that", flag)
	}
	if inside := w.named(name); !strings.HasPrefix(inside, "../") {
		name = inside
	}
	return fmt.Errorf("%s %s: %w", flag, filepath.ToSlash(name), plain(err))
}

// plain says in words of people what the system says of a file or folder. What it has no words for stays
// as it is, without the name of the system call.
func plain(err error) error {
	inner := err
	if of, ok := errors.AsType[*fs.PathError](err); ok {
		inner = of.Err
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such file or folder")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("you have no permission to use it")
	case errors.Is(err, syscall.EISDIR):
		return errors.New("it is a folder, not a file")
	case errors.Is(err, syscall.ELOOP), errors.Is(err, fs.ErrExist): // a link that leads nowhere is in the way of a folder
		return errors.New("it is a link that leads nowhere")
	case errors.Is(err, syscall.ENOTDIR), strings.HasSuffix(err.Error(), "not a directory"): // os.OpenRoot has words only
		return errors.New("there is a file where a folder should be")
	}
	return inner
}

// file refuses a name of a flag that is no file that can be opened; an empty one is none.
func (w *workspace) file(flag, name string) error {
	if name == "" {
		return nil
	}
	f, err := os.Open(name)
	if err != nil {
		return w.unusable(flag, name, err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return w.unusable(flag, name, syscall.EISDIR)
	}
	return nil
}

// changeFlag is the flag of commands that judge a change. An empty value is refused: it comes from a
// variable of CI that is not set, and no change would be judged, unsaid.
func changeFlag(cmd *cobra.Command, file *string, usage string) {
	cmd.Flags().Func("change", usage, func(s string) error {
		if *file = s; s == "" {
			return errors.New("names no file")
		}
		return nil
	})
}
