package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func newVersionCmd(w *workspace) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  tenantsmith version",
		Args:    atMost(0),
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprint(w.out, versionLine())
			return err
		},
	}
}

func versionLine() string {
	return fmt.Sprintf("tenantsmith %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

// release is the version of a released binary, which the linker sets: a build that knows nothing of git gives the
// same bytes for the commit that carries its checksums.
var release string

// version is that of the release, or of the module, as `go install` sets it; a build from a work tree is "devel",
// so that records do not change with every commit of ours.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return info.Main.Version
}
