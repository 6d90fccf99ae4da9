package pattern

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// What stands in Of is an expression: nobody would know before somebody asks it.
func TestExpressions(t *testing.T) {
	literal := regexp.MustCompile("pattern\\.Of\\(`([^`]*)`\\)")
	found := 0
	require.NoError(t, fs.WalkDir(os.DirFS("../.."), ".", func(file string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(file) != ".go" || strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := os.ReadFile("../../" + file)
		for _, m := range literal.FindAllSubmatch(text, -1) {
			_, bad := regexp.Compile(string(m[1]))
			require.NoError(t, bad, file)
			found++
		}
		return err
	}))
	require.Greater(t, found, 50)
}

func TestOf(t *testing.T) {
	digits := Of(`^[0-9]+$`)
	require.True(t, digits().MatchString("12"))
	require.Same(t, digits(), digits())
	require.Panics(t, func() { Of(`(`)() })
}
