package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

// delivery is how the output gets to the branch that a GitOps engine follows.
type delivery struct {
	pull, hydrator       bool
	forge, describe, rev string
}

func (d *delivery) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.BoolVar(&d.pull, "pull-request", false, "propose the change: a branch of its own, and a pull request into --branch")
	f.StringVar(&d.forge, "forge-url", "", "the API of the repository's host: `URL` (default https://api.github.com, or https://HOST/api/v3)")
	f.StringVar(&d.describe, "plan", "", "describe the pull request by this Markdown `FILE`, as plan --format markdown prints it")
	baseFlag(cmd, &d.rev)
	f.Lookup("base").Usage = "describe the pull request by what changes since this `REV` of git"
	f.BoolVar(&d.hydrator, "hydrator", false, "publish to BRANCH-next as Argo CD's source hydrator does, for GitOps Promoter")
}

// check refuses flags that do not go together.
func (d *delivery) check(o publishOptions) error {
	switch rest := strings.ReplaceAll(o.branch, envWord, ""); {
	case strings.ContainsAny(rest, "{}"):
		return fmt.Errorf("--branch %s: only %s stands for something, the name of each environment", o.branch, envWord)
	case o.statement != "" && strings.Contains(o.branch, envWord):
		return errors.New("--statement is about one commit, and {env} makes one for each environment: use --note")
	case len(o.adopt) > 0 && (d.pull || d.hydrator || strings.Contains(o.branch, envWord)):
		return errors.New("--adopt takes over what people changed on one branch: name that, without --pull-request and --hydrator")
	case d.pull && d.hydrator:
		return errors.New("--pull-request and --hydrator do not go together: GitOps Promoter opens the pull requests itself")
	case !d.pull && (d.forge != "" || d.describe != "" || d.rev != ""):
		return errors.New("--forge-url, --plan and --base describe a pull request: add --pull-request")
	case d.describe != "" && d.rev != "":
		return errors.New("--plan and --base do not go together: a pull request has one description")
	}
	return nil
}

// job is what one run publishes.
type job struct {
	options publishOptions
	res     *pipeline.Result
	prepare gitops.Prepare
	left    *leaving
	prune   *pruning
	// approval is that of what changes.
	approval *approval
	// direct publishes to the only branch there is.
	direct func(ctx context.Context, to gitops.Options) (gitops.Result, error)
	// scope names what was asked for: the tenants, or * for all.
	scope string
	// dry is the commit that is rendered; only where the hydrator's contract needs it.
	dry gitops.Dry
}

// route is one branch that the output goes to.
type route struct {
	gitops.Options
	// env is the only environment that the branch holds; empty for all.
	env string
}

// envWord stands for the name of an environment in --branch.
const envWord = "{env}"

// routes are the branches, in the order in which the platform promotes.
func routes(opts gitops.Options, res *pipeline.Result) []route {
	if !strings.Contains(opts.Branch, envWord) {
		return []route{{Options: opts}}
	}
	var out []route
	for _, env := range environments(res) {
		r := route{Options: opts, env: env}
		r.Branch = strings.ReplaceAll(opts.Branch, envWord, env)
		out = append(out, r)
	}
	return out
}

// scopeOf is what was asked for, in words that are the same for each run that asks for it.
func scopeOf(args []string, res *pipeline.Result) string {
	if len(args) == 0 {
		if res.Shard.All() {
			return "*"
		}
		return "* " + res.Shard.String()
	}
	names := slices.Clone(res.Held)
	for _, r := range res.Tenants {
		names = append(names, r.Tenant.Name)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}

// delivered is what became of one branch.
type delivered struct {
	gitops.Result
	// branch is the one that was written; said is the sentence about it where there is more to say than that.
	branch, said string
}

// deliver publishes to one branch.
func (w *workspace) deliver(ctx context.Context, r route, j job) (delivered, error) {
	if r.env != "" {
		j.prepare = gitops.Only(r.env, j.prepare)
	}
	var done gitops.Result
	var err error
	switch {
	case j.options.pull:
		return w.propose(ctx, r, j)
	case j.options.hydrator:
		return hydrate(ctx, r, j)
	case r.env == "":
		done, err = j.direct(ctx, r.Options)
	default:
		done, err = gitops.Publish(ctx, r.Options, j.prepare)
	}
	return delivered{Result: done, branch: r.Branch}, err
}

// deliverAll publishes to each branch. What was published to the first ones stays when one of them fails: each branch
// is a repository of its own to those who follow it. What can be known before is known before any is written.
func (w *workspace) deliverAll(ctx context.Context, all []route, j job) ([]delivered, error) {
	if len(all) > 1 {
		if stopped, err := foresee(ctx, all, j); len(stopped) > 0 || err != nil {
			return stopped, err
		}
	}
	var out []delivered
	for _, r := range all {
		done, err := w.deliver(ctx, r, j)
		j.left.note()
		if err != nil {
			return out, err
		}
		out = append(out, done)
	}
	return out, nil
}
