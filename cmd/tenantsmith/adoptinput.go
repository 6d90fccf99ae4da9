package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tenantsmith/tenantsmith/internal/adopt"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/report"
	"github.com/tenantsmith/tenantsmith/schemas"
)

// guessed is the tenant that the objects make.
func (w *workspace) guessed(root *os.Root, objects []manifest.Object, o adoptOptions) (in adopt.Input, err error) {
	p, problems, err := schemas.LoadPlatform(root.FS())
	if err != nil {
		return in, err
	}
	if p == nil {
		return in, errors.Join(w.problems(reportOf(problems)), errProblems)
	}
	in = adopt.Input{Owner: o.owner, Namespace: o.namespace, Platform: p, Objects: objects}
	if in.Until, err = w.until(objects, o); err != nil {
		return in, err
	}
	if in.Tenant = cmp.Or(o.tenant, adopt.Namespace(objects, o.namespace)); in.Tenant == "" {
		return in, errors.New("the objects name no namespace: say which tenant they are, --tenant TENANT")
	}
	if err := schemas.TenantName(in.Tenant); err != nil {
		return in, err
	}
	if err := vacant(root, in.Tenant); err != nil {
		return in, err
	}
	var asked []string
	if o.environment != "" {
		asked = []string{o.environment}
	}
	environments, err := chosen(p, asked)
	if err != nil {
		return in, err
	}
	in.Environment = environments[0]
	if in.Tier = p.Tiers[o.tier]; in.Tier == nil && o.tier != "" {
		tiers := p.TierNames()
		return in, fmt.Errorf("--tier %s is not one of %s%s", o.tier, strings.Join(tiers, ", "), schemas.Suggest(o.tier, tiers))
	}
	return in, nil
}

// auditDays is how long guards may be in audit where nobody says it: half of what a check allows.
const auditDays = 90

// until is the last day on which guards may be in audit; empty where the namespace is not in use.
func (w *workspace) until(objects []manifest.Object, o adoptOptions) (string, error) {
	switch {
	case o.until != "":
		if _, err := time.Parse(time.DateOnly, o.until); err != nil {
			return "", fmt.Errorf("--guards-until %s is no date: use YYYY-MM-DD, such as 2030-12-31", o.until)
		}
		return o.until, nil
	case adopt.Live(objects, o.namespace):
		return w.day().AddDate(0, 0, auditDays).Format(time.DateOnly), nil
	}
	return "", nil
}

// vacant refuses a tenant that is there.
func vacant(root *os.Root, name string) error {
	for _, there := range []string{"tenants/" + name, "tenants/" + name + ".yaml", "tenants/" + name + ".yml", "overrides/" + name} {
		if _, err := root.Lstat(there); err == nil {
			return fmt.Errorf("there is a tenant %s: %s", name, there)
		}
	}
	return nil
}

// existing reads the objects at a path: what kustomize builds of it, or what its files hold.
func (w *workspace) existing(p string) ([]manifest.Object, error) {
	r := report.Report{}
	objects, err := w.readManifests([]string{p}, &r)
	if err != nil {
		return nil, err
	}
	if len(r.Problems) > 0 {
		return nil, errors.Join(w.problems(reportOf(r.Problems)), errProblems)
	}
	if w.unexamined(r.Summary.Skipped, "-v"); len(objects) == 0 {
		return nil, fmt.Errorf("--manifests %s: holds no object", p)
	}
	return objects, nil
}
