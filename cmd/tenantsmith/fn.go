package main

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/function"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

func newFnCmd(w *workspace) *cobra.Command {
	return &cobra.Command{
		Use:   "fn",
		Short: "Be a KRM function for kustomize and kpt",
		Long: `Fn reads a ResourceList from stdin and writes it to stdout, as kustomize and kpt do with functions. A
functionConfig of kind TenantRender adds the objects of one environment of tenants that it holds inline; one
of kind TenantCheck, or none, judges the items and changes nothing.

It reads no file, no network and no variable, and no field of a functionConfig chooses checks, accepts
findings or lets more pass. Findings are results in the list, and stand on stderr for people. The same
happens without the word fn where a ResourceList comes in on stdin and there are no arguments.`,
		Example: `  tenantsmith fn`,
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if terminal(w.in) {
				return errors.New("fn reads a ResourceList from stdin, and this is a terminal: kustomize and kpt run it")
			}
			r, err := function.Run(cmd.Context(), w.in, w.out, time.Now().UTC())
			if err != nil {
				return err
			}
			return w.reportFunction(r)
		},
	}
}

// reportFunction prints on stderr what the results in the list say: kustomize shows no results, and people no lists.
func (w *workspace) reportFunction(r report.Report) error {
	if err := w.reasons(r); err != nil {
		return err
	}
	w.unexamined(r.Summary.Skipped, "")
	if len(r.Problems) > 0 {
		w.say("%s", report.Counts(r))
	}
	if r.Failing() > 0 {
		return errProblems
	}
	return nil
}

// patience is how long a command without arguments waits for somebody to write to its stdin.
const patience = 2 * time.Second

// peeked is how much of stdin tells what it is.
const peeked = 4 << 10

// called reports whether a ResourceList waits on stdin, as it does where kustomize or kpt run the command without
// arguments. The reader gives all of stdin. A terminal is never asked, and a pipe that stays silent is no call.
func called(in io.Reader) (io.Reader, bool) {
	if in == nil || terminal(in) {
		return in, false
	}
	r := bufio.NewReaderSize(in, peeked)
	found := make(chan bool, 1)
	go func() {
		begin, _ := r.Peek(peeked)
		found <- bytes.Contains(begin, []byte("ResourceList")) || bytes.Contains(begin, []byte("config.kubernetes.io/v1"))
	}()
	select {
	case is := <-found:
		return r, is
	case <-time.After(patience):
		return in, false
	}
}
