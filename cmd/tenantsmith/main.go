// Command tenantsmith turns tenant files into checked Kustomize trees in a GitOps repository.
//
// stdout carries results, stderr sentences that begin "tenantsmith: ". The exit code is 0 when all is
// clean, 1 when the user's data has problems, 2 when the tool could not do its job.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/tenantsmith/tenantsmith/internal/report"
)

func main() {
	giveRoom()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are what a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit codes: the user's data has problems; the tool could not do its job.
const (
	exitProblems = 1
	exitFault    = 2
)

// errProblems ends a run whose problems are printed already.
var errProblems = errors.New("the tenants have problems")

// run executes one command line and returns the exit code. Errors are printed here and nowhere else.
func run(ctx context.Context, args []string, s streams) int {
	if len(args) == 0 {
		if in, ok := called(s.in); ok {
			s.in, args = in, []string{"fn"}
		}
	}
	root := newRootCmd(s)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errProblems):
		return exitProblems
	case errors.Is(err, context.Canceled):
		fmt.Fprintln(s.err, "tenantsmith: interrupted")
	default:
		fmt.Fprintf(s.err, "tenantsmith: %s\n", report.Clean(err.Error()))
	}
	return exitFault
}
