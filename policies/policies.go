// Package policies judges built Kubernetes objects.
//
// Each check is a folder under checks: <id>.rego, written for people, and <id>_test.rego beside it.
// What a check is called, how grave it is and which controls it holds stands in the METADATA of its
// package and nowhere else. [Compile] takes ours and the platform's own, [Engine.Check] judges the
// objects of one tenant in one environment, [Engine.CheckFleet] what tenants may not share, and
// [Test] runs the unit tests of the rules.
//
// No rule reaches the network, the clock, the environment or the disk: such built-ins do not exist
// for the compiler. Rules see data, and give findings.
package policies

import (
	"embed"
	"io/fs"
)

//go:embed checks lib
var own embed.FS

// source is a folder of rules in a file system.
type source struct {
	fs.FS
	dir string
}

// sources are ours first, then the platform's: the named folders of its file system, or all of it.
func sources(fsys fs.FS, dirs []string) []source {
	out := []source{{own, "."}}
	if fsys != nil && len(dirs) == 0 {
		dirs = []string{"."}
	}
	for _, dir := range dirs {
		out = append(out, source{fsys, dir})
	}
	return out
}
