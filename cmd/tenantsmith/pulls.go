package main

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/forge"
	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
	"github.com/tenantsmith/tenantsmith/internal/report"
)

// pullBranches begins the names of the branches that propose something.
const pullBranches = "tenantsmith/"

// proposer works on the pull request of one branch.
type proposer struct {
	w    *workspace
	host *forge.Repository
	base route
	job  job
	// mark tells the pull request of this branch, folder and scope from all others; it stands in its description.
	mark string
	open *forge.Pull
	// sources are the commits of the platform repository that the base holds its tenants of.
	sources map[string]string
}

// propose brings the output to a branch of its own, and keeps one pull request for it: opened when something changes,
// changed in place with the output, closed when the base holds it already.
func (w *workspace) propose(ctx context.Context, r route, j job) (delivered, error) {
	token, err := forgeToken(r.URL, j.options.forge)
	if err != nil {
		return delivered{}, err
	}
	host, err := forge.New(forge.Options{Repository: r.URL, API: j.options.forge, Token: token})
	if err != nil {
		return delivered{}, err
	}
	sum := sha256.Sum256([]byte(strings.Join([]string{r.Branch, r.Path, j.scope}, "\x00")))
	p := &proposer{w: w, host: host, base: r, job: j, mark: fmt.Sprintf("<!-- tenantsmith %x -->", sum[:8]), sources: map[string]string{}}
	ahead := r.Options
	ahead.DryRun = true
	seen, err := gitops.Publish(ctx, ahead, p.noting(j.prepare))
	if err != nil {
		return delivered{}, err
	}
	if err := p.find(ctx); err != nil {
		return delivered{}, err
	}
	if len(seen.Changed) == 0 || r.Atomic && len(seen.Skipped)+len(seen.Held) > 0 {
		return p.moot(ctx, seen)
	}
	return p.bring(ctx, seen)
}

// forgeToken is the one for the API, or the one for git. The one that GitHub's tools have is only for the host that they
// talk to: no other may see it.
func forgeToken(repository, api string) (string, error) {
	if token := cmp.Or(os.Getenv("TENANTSMITH_FORGE_TOKEN"), os.Getenv("TENANTSMITH_TOKEN")); token != "" {
		return token, nil
	}
	host, err := forge.Host(repository, api)
	if err != nil {
		return "", err
	}
	theirs, err := url.Parse(cmp.Or(os.Getenv("GITHUB_API_URL"), "https://api.github.com"))
	if err != nil || !strings.EqualFold(theirs.Host, host) {
		return "", nil
	}
	return os.Getenv("GITHUB_TOKEN"), nil
}

// find looks for the pull request of an earlier run.
func (p *proposer) find(ctx context.Context) error {
	pulls, err := p.host.Pulls(ctx, p.base.Branch)
	for _, pull := range pulls {
		if strings.HasPrefix(pull.Branch, pullBranches) && strings.Contains(pull.Body, p.mark) && p.open == nil {
			p.open = &pull
		}
	}
	return err
}

// moot is the end of a proposal that has nothing to propose. Where tenants were left alone nobody knows that.
func (p *proposer) moot(ctx context.Context, seen gitops.Result) (delivered, error) {
	out := delivered{Result: seen, branch: p.base.Branch}
	alone := len(seen.Changed)+len(seen.Skipped)+len(seen.Held)+len(p.job.res.Held) > 0 || p.job.left.stay()
	if p.open == nil || alone || failing(p.job.res) > 0 {
		return out, nil
	}
	out.said = fmt.Sprintf("%s holds this output already at %s; #%d is moot", p.base.Branch, short(seen.Head), p.open.Number)
	if p.base.DryRun {
		return out, nil
	}
	out.said = fmt.Sprintf("%s holds this output already at %s; #%d is closed", p.base.Branch, short(seen.Head), p.open.Number)
	p.tell("closed")
	return out, p.host.Close(ctx, *p.open, fmt.Sprintf("`%s` holds this output already, at %s.", p.base.Branch, seen.Head))
}

// bring moves the branch, then the pull request.
func (p *proposer) bring(ctx context.Context, seen gitops.Result) (delivered, error) {
	digest := p.digest(seen.Changed)
	opts := p.base.Options
	opts.Onto, opts.Branch, opts.Replace = p.base.Branch, p.name(seen.Changed, digest), p.replace(ctx)
	out := delivered{Result: seen, branch: opts.Branch}
	if p.base.DryRun {
		out.said = fmt.Sprintf("%s would change; %s; nothing was pushed", tally(seen.Changed), p.would(opts.Branch))
		return out, nil
	}
	body, err := p.body(ctx, seen.Changed, digest)
	if err != nil {
		return out, err
	}
	if out.Result, err = gitops.Publish(ctx, opts, p.job.prepare); err != nil || len(out.Changed) == 0 || p.base.Atomic && len(out.Skipped)+len(out.Held) > 0 {
		return out, err
	}
	what, err := p.settle(ctx, forge.Pull{Branch: opts.Branch, Base: p.base.Branch, Title: gitops.Subject(out.Changed), Body: body}, out.Commit != "")
	if err != nil {
		return out, fmt.Errorf("branch %s is pushed, its pull request is not up to date: %w", opts.Branch, err)
	}
	p.tell(what)
	out.said = fmt.Sprintf("%s on %s: %s; clusters follow when it is merged", changedWord(out), opts.Branch, p.said(what))
	return out, nil
}

func changedWord(out delivered) string {
	if out.Commit == "" {
		return tally(out.Changed) + " proposed already"
	}
	return tally(out.Changed) + " changed"
}

// settle opens the pull request or brings it up to date, and says which.
func (p *proposer) settle(ctx context.Context, want forge.Pull, pushed bool) (string, error) {
	if p.open == nil {
		made, err := p.host.Create(ctx, want)
		p.open = &made
		return "opened", err
	}
	edited, err := p.host.Update(ctx, *p.open, want.Title, want.Body)
	if edited || pushed {
		return "updated", err
	}
	return "unchanged", err
}

func (p *proposer) said(what string) string {
	if what == "unchanged" {
		return fmt.Sprintf("#%d is up to date", p.open.Number)
	}
	return fmt.Sprintf("#%d %s", p.open.Number, what)
}

func (p *proposer) would(branch string) string {
	if p.open != nil {
		return fmt.Sprintf("#%d would be brought up to date", p.open.Number)
	}
	return "a pull request would be opened from " + branch
}

// tell prints the pull request as a result: number, what became of it, address.
func (p *proposer) tell(what string) {
	fmt.Fprintf(p.w.out, "#%d\t%s\t%s\n", p.open.Number, what, report.Clean(p.open.URL))
}

// name is that of the branch: of the open pull request, or one that tells what it brings.
func (p *proposer) name(changes []gitops.Change, digest string) string {
	if p.open != nil {
		return p.open.Branch
	}
	what := fmt.Sprintf("%d-tenants", len(changes))
	if len(changes) == 1 {
		what = changes[0].Tenant
	}
	if p.base.env != "" {
		what = p.base.env + "/" + what
	}
	return pullBranches + what + "-" + strings.TrimPrefix(digest, "sha256:")[:8]
}

// digest is that of the rendered files of the tenants that change.
func (p *proposer) digest(changes []gitops.Change) string {
	sums := map[string]map[string]string{}
	for _, c := range changes {
		sums[c.Tenant] = nil // goes, unless it is rendered
	}
	for _, u := range updatesOf(p.job.res) {
		if _, changes := sums[u.Tenant]; changes {
			sums[u.Tenant] = pipeline.FileSums(u.Files)
		}
	}
	return pipeline.OutputDigest(sums)
}

// replace lets only our own commits give way, and merges of the base into them, which the host makes on demand.
func (p *proposer) replace(ctx context.Context) func(gitops.Tip) error {
	return func(tip gitops.Tip) error {
		commits := []forge.Commit{{Hash: tip.Commit, Message: tip.Message, Parents: tip.Parents}}
		remedy := "delete the branch"
		if p.open != nil {
			more, err := p.host.Commits(ctx, p.open.Number)
			if err != nil {
				return err
			}
			commits, remedy = append(commits, more...), fmt.Sprintf("merge or close #%d", p.open.Number)
		}
		for _, c := range commits {
			if c.Parents < 2 && !strings.Contains(c.Message, "\nTenantsmith-Version: ") {
				return fmt.Errorf("commit %s on the branch is somebody else's and would be lost: %s", short(c.Hash), remedy)
			}
		}
		return nil
	}
}
