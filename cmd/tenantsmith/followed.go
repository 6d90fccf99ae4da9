package main

import (
	"fmt"
	"path"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// follow gives the target the branch and the folder that the GitOps engine reads by the platform file, where no flag
// names others. A platform that names no GitOps repository, or is not known, says nothing about them.
func (t *target) follow(to *gitops.Options, res *pipeline.Result) {
	g, ok := followed(res)
	if !ok {
		return
	}
	if !t.given("path") {
		t.path = g.Path
	}
	if !t.given("branch") {
		t.branch = g.Revision
	}
	to.Path, to.Branch = t.path, t.branch
}

// elsewhere refuses flags that name another branch or folder than the engine reads: what is rendered points there.
// A branch of one environment is one that it reads.
func (t *target) elsewhere(res *pipeline.Result) error {
	g, ok := followed(res)
	if !ok {
		return nil
	}
	if path.Clean(t.path) != path.Clean(g.Path) {
		return fmt.Errorf("--path %s, and the platform file says gitops.path %s: the engine would read another folder; leave --path out, or change spec.gitops.path of tenantsmith.yaml",
			path.Clean(t.path), path.Clean(g.Path))
	}
	if t.branch == g.Revision {
		return nil
	}
	for _, env := range environments(res) {
		if t.branch == strings.ReplaceAll(g.Revision, envWord, env) {
			return nil
		}
	}
	return fmt.Errorf("--branch %s, and the platform file says gitops.revision %s: the engine would read another branch; leave --branch out, or change spec.gitops.revision of tenantsmith.yaml",
		t.branch, g.Revision)
}

// followed is what the platform file says of the GitOps repository, where it names one.
func followed(res *pipeline.Result) (g schemas.GitOps, ok bool) {
	if res.Fleet == nil || res.Fleet.Platform == nil {
		return g, false
	}
	g = res.Fleet.Platform.GitOps
	return g, g.Repository != ""
}
