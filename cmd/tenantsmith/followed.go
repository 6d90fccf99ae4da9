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
	if g, ok := followed(res); ok {
		t.take(g)
		to.Path, to.Branch = t.path, t.branch
	}
}

// take fills in what no flag names.
func (t *target) take(g schemas.GitOps) {
	if !t.given("path") {
		t.path = g.Path
	}
	if !t.given("branch") {
		t.branch = g.Revision
	}
}

// followed does the same for commands that render nothing, which read the platform file for it. Each is about one
// branch.
func (w *workspace) followed(t *target) error {
	if t.given("branch") && t.given("path") {
		return nil
	}
	root, err := w.open()
	if err != nil {
		return err
	}
	defer root.Close()
	p, problems, err := schemas.LoadPlatform(root.FS())
	if err != nil {
		return err
	}
	if p == nil {
		if err := w.problems(reportOf(problems)); err != nil {
			return err
		}
		w.say("without the platform file nobody knows which branch and folder: name them by --branch and --path")
		return errProblems
	}
	if p.GitOps.Repository != "" {
		t.take(p.GitOps)
	}
	if strings.Contains(t.branch, envWord) && !t.given("branch") {
		return fmt.Errorf("gitops.revision of the platform file is %s, a branch for each environment: name one by --branch", t.branch)
	}
	return nil
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
