// Package repository writes what a git repository holds for its host rather than for clusters: who reviews which
// files, and the workflow of a service's own repository.
package repository

import (
	"bytes"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pattern"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// Begin and End are the lines that our block of a CODEOWNERS file stands between.
const (
	Begin = "# BEGIN tenantsmith: `tenantsmith codeowners` writes these lines"
	End   = "# END tenantsmith"
)

// ErrNoReviewers says that the platform names nobody who reviews.
var ErrNoReviewers = errors.New("nobody reviews the platform's files: set spec.gitops.reviewers in tenantsmith.yaml")

// decided are the fields of a tenant that the platform decides: what it costs and may have, who its people are, and
// who reviews it. A file that says one of them is the platform's to review.
var decided = []string{
	"tier", "lifecycle", "offboarding", "owners", "domains", "resources", "compliance", "security", "delivery", "tls", "namespace",
}

// simple are paths and branches that CODEOWNERS, git and YAML read as they are written.
var simple = pattern.Of(`^[A-Za-z0-9._/-]+$`)

// limits are wider than those of the loader, which has read the files before.
var limits = manifest.Limits{File: 16 << 20, Scalar: 1 << 20, Depth: 72, Keys: 10_000, Nodes: 500_000, Documents: 1}

// PlatformOwners is the block of the platform repository: everything is the platform's, save the files of tenants that
// say nothing the platform decides. Of the lines that match a file the last counts.
func PlatformOwners(fsys fs.FS, fleet *schemas.Fleet) ([]byte, error) {
	lines, err := everything(fleet)
	if err != nil {
		return nil, err
	}
	for _, t := range fleet.Tenants {
		who := reviewers(t)
		if who == "" {
			continue
		}
		dir := "tenants/" + t.Name + "/"
		for _, file := range t.Files {
			free, err := isTeams(fsys, file, dir)
			if err != nil {
				return nil, err
			}
			if free {
				lines = append(lines, "/"+file+" "+who)
			}
		}
		if slices.ContainsFunc(t.Files, func(f string) bool { return strings.HasPrefix(f, dir) }) {
			lines = append(lines, "/"+dir+"patches/ "+who, "/"+dir+"resources/ "+who)
		}
	}
	return block(lines), nil
}

// GitOpsOwners is the block of the GitOps repository: everything is the platform's, and what a tenant runs is its
// team's.
func GitOpsOwners(fleet *schemas.Fleet) ([]byte, error) {
	lines, err := everything(fleet)
	if err != nil {
		return nil, err
	}
	root := "/" + strings.Trim(fleet.Platform.GitOps.Path, "/") + "/"
	if root == "//" {
		root = "/"
	}
	for _, t := range fleet.Tenants {
		if who := reviewers(t); who != "" && simple().MatchString(root) {
			lines = append(lines, root+"tenants/"+t.Name+"/workload/ "+who)
		}
	}
	return block(lines), nil
}

// everything is the first line: what no other line matches is the platform's.
func everything(fleet *schemas.Fleet) ([]string, error) {
	who := fleet.Platform.GitOps.Reviewers
	if len(who) == 0 {
		return nil, ErrNoReviewers
	}
	return []string{"* " + strings.Join(who, " ")}, nil
}

// reviewers are the tenant's, as a line names them. They are the tenant's own word and not an environment's.
func reviewers(t *schemas.Tenant) string { return strings.Join(t.Base.Spec.Delivery.Reviewers, " ") }

// isTeams reports whether a file of a tenant's folder says nothing that the platform decides. Names that CODEOWNERS
// could read as patterns are left to the platform; patches and objects have lines of their own.
func isTeams(fsys fs.FS, file, dir string) (bool, error) {
	if path.Dir(file)+"/" != dir || !simple().MatchString(file) {
		return false, nil
	}
	data, err := fs.ReadFile(fsys, file)
	if err != nil {
		return false, err
	}
	docs, problems := manifest.Parse(file, data, limits)
	if len(problems) > 0 || len(docs) != 1 {
		return false, nil
	}
	spec := docs[0].Get("spec")
	free := !decides(spec)
	if all := spec.Get("environments"); all != nil {
		for _, f := range all.Fields {
			free = free && !decides(f.Value)
		}
	}
	return free, nil
}

func decides(spec *manifest.Node) bool {
	return slices.ContainsFunc(decided, func(field string) bool { return spec.Get(field) != nil })
}

func block(lines []string) []byte {
	return []byte(Begin + "\n" + strings.Join(lines, "\n") + "\n" + End + "\n")
}

// Insert puts a block into a CODEOWNERS file, in place of the one in it. A first block goes to the top: its first line
// matches everything, and lines below it win.
func Insert(old, block []byte) ([]byte, error) {
	eol := []byte("\n")
	if bytes.Contains(old, []byte("\r\n")) {
		eol = []byte("\r\n")
		block = bytes.ReplaceAll(block, []byte("\n"), eol)
	}
	from, to, err := place(old)
	switch {
	case err != nil:
		return nil, err
	case to > 0:
		return slices.Concat(old[:from], block, old[to:]), nil
	case len(old) > 0:
		block = slices.Concat(block, eol)
	}
	return slices.Concat(block, old), nil
}

// place is where the block stands, to the beginning of the line behind it; 0, 0 where there is none.
func place(text []byte) (from, to int, err error) {
	begins, ends, at := []int{}, []int{}, 0
	for line := range bytes.Lines(text) {
		switch start := at; strings.TrimSpace(string(line)) {
		case Begin:
			begins = append(begins, start)
		case End:
			ends = append(ends, start+len(line))
		}
		at += len(line)
	}
	switch {
	case len(begins) == 0 && len(ends) == 0:
		return 0, 0, nil
	case len(begins) == 1 && len(ends) == 1 && begins[0] < ends[0]:
		return begins[0], ends[0], nil
	}
	return 0, 0, errors.New("the lines around the block of tenantsmith are not there once each, in order: remove what is left of them")
}
