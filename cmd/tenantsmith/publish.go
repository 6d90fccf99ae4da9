package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
	"github.com/tenantsmith/tenantsmith/internal/pipeline"
)

type publishOptions struct {
	target
	delivery
	owning
	signing
	prune                  pruning
	expect                 string
	dryRun, atomic, verify bool
	rewind                 bool
	shard                  pipeline.Shard
}

func newPublishCmd(w *workspace) *cobra.Command {
	var o publishOptions
	cmd := &cobra.Command{
		Use:   "publish [TENANT|FILE...] --repo URL",
		Short: "Commit rendered tenants to a GitOps repository",
		Long: `Publish renders and checks the given tenants (all without arguments) and makes one commit on the
branch of the GitOps repository: no work tree, only what changed, no commit when nothing did. The
push is a fast-forward that names the head it was made for: any number may publish at once, and who loses
a race tries again on the new head. A tenant with a problem is left as it is there, the others go on; no
flag skips the checks.

Only files that tenantsmith owns are changed or removed. A tenant of which somebody changed one by hand in
the GitOps repository is left as it is there, until you say what becomes of the change: --overwrite drops it,
--adopt keeps it as patches under overrides/, once they are proven to render what was changed. A tenant
under hold (see tenantsmith hold) is left alone until the hold ends.

The repository is a local path, an https or an ssh URL. For https, TENANTSMITH_TOKEN holds the token
(and TENANTSMITH_USERNAME the user, where the server wants one), TENANTSMITH_TOKEN_FILE names a file with it,
TENANTSMITH_APP_ID, TENANTSMITH_APP_INSTALLATION_ID and TENANTSMITH_APP_KEY_FILE name a GitHub App, or netrc or
git's credential helpers know; for ssh the agent or --ssh-key. Nothing asks.

Where the platform file names gitops.repository, its gitops.revision and gitops.path are the branch and the folder;
a --branch or --path that differs is refused, because the GitOps engine would read elsewhere.

With --require-signed it takes the files from the commit that is checked out, whatever the working tree has, and
publishes only if a trusted key signed it and its ancestors since the last publish.

Without arguments it also removes tenants that have no file any more, if the GitOps repository says that they
were offboarding and their day has passed; any other is named and stays. More than 5 tenants or 10 % of all
objects go only with --allow-prune.

With --shard several runs share the tenants, each with a commit of its own; runs at the same time lose nothing
of each other. --atomic then holds for the tenants of the shard.

With --pull-request the commit goes to a branch of its own, and a pull request into --branch is opened or brought up
to date. {env} in --branch makes a branch for each environment.

With --expect it publishes what a plan showed, or nothing: DIGEST is the last line of the plan, and that of
the rendered files of all tenants which the commit would change.`,
		Example: `  tenantsmith publish --repo https://git.example.com/platform/gitops.git --branch main
  tenantsmith publish acme-corp --repo git@git.example.com:platform/gitops.git --path clusters/main
  tenantsmith publish --repo ../gitops.git --dry-run
  tenantsmith publish --repo https://github.com/example/gitops.git --pull-request
  tenantsmith publish --repo https://github.com/example/gitops.git --branch environments/{env} --hydrator
  tenantsmith publish --repo ../gitops.git --overwrite acme-corp
  tenantsmith publish --repo https://git.example.com/platform/gitops.git --adopt acme-corp --dry-run
  tenantsmith publish --repo https://git.example.com/platform/gitops.git --shard 1/8
  tenantsmith publish --repo https://git.example.com/platform/gitops.git --expect sha256:2020fd99f0f4b33a4dd17e2ae4d742d026389521d374dd75fa400435b4bb8642`,
		RunE: func(cmd *cobra.Command, args []string) error { return w.publish(cmd.Context(), args, o) },
	}
	f := cmd.Flags()
	o.target.flags(cmd)
	o.target.writing(cmd)
	o.delivery.flags(cmd)
	o.owning.flags(cmd)
	o.signing.flags(cmd)
	o.prune.flags(cmd)
	f.Func("expect", "publish only if what changes has this `DIGEST`, which plan prints", func(s string) error {
		if o.expect = s; !digestForm.MatchString(s) {
			return errors.New("is no digest: use what plan prints, sha256: and 64 hexadecimal digits")
		}
		return nil
	})
	f.BoolVar(&o.dryRun, "dry-run", false, "say what would change, change nothing")
	f.BoolVar(&o.atomic, "atomic", false, "publish nothing at all when any tenant has a problem")
	f.BoolVar(&o.verify, "verify", false, "build every overlay with kustomize, also those that only tenantsmith wrote")
	f.BoolVar(&o.rewind, "rewind", false, "put back what an older commit of this repository renders")
	shardFlag(cmd, &o.shard)
	apart(cmd, "shard", "expect")
	w.flags(cmd)
	// Patches that are found now, and a revision that only the command line names, nobody need have signed.
	apart(cmd, "require-signed", "adopt", "trusted-from")
	return cmd
}

func (w *workspace) publish(ctx context.Context, args []string, o publishOptions) error {
	target, err := w.remote(o.target)
	if err := cmp.Or(err, o.delivery.check(o)); err != nil {
		return err
	}
	target.DryRun, target.Atomic = o.dryRun, o.atomic
	statement, err := w.vouch(&target, o)
	if err != nil {
		return err
	}
	run := pipeline.Options{Tenants: w.tenants(args), Verify: o.verify, Trees: len(o.adopt) > 0, Shard: o.shard}
	res, err := w.run(ctx, run)
	if err != nil {
		return err
	}
	o.follow(&target, res)
	if err := cmp.Or(o.elsewhere(res), o.delivery.check(o)); err != nil {
		return err
	}
	statement.res = res
	w.sharded(res)
	if err := w.refusals(res); err != nil {
		return err
	}
	updates := updatesOf(res)
	strangers, err := o.owning.apply(w, res, o.shard, updates, len(args) == 0)
	if err != nil {
		return err
	}
	if o.atomic && len(res.Held) > 0 {
		w.say("nothing published: --atomic, and %s held back", list(res.Held))
		return errProblems
	}
	approval := approval{expect: o.expect, updates: updates}
	if len(updates) == 0 && len(args) > 0 {
		if approval.approve(nil) != nil {
			return w.unexpected(approval, nothing(nil))
		}
		w.say("no tenant to publish")
		return outcome(o, res, nil)
	}
	target.Rewind, target.Together = o.rewind, together(res)
	if err := w.source(&target, res); err != nil {
		return err
	}
	left := &leaving{w: w, res: res, all: len(args) == 0, rewind: o.rewind, atomic: o.atomic, approval: &approval, overwrite: o.overwrite, strangers: strangers}
	target.Approve, target.Share = approval.approve, res.Shard.Has
	target.Losing = func(l manifest.Loss) error { return o.prune.judge(l, left.others) }
	adopting := adoption{w: w, own: o.owning, run: run, path: o.path, dryRun: o.dryRun, atomic: o.atomic, res: res, updates: updates, left: left}
	job := job{options: o, res: res, prepare: left.around(gitops.Always(updates...)), scope: scopeOf(args, res), left: left, prune: &o.prune, approval: &approval}
	job.direct = func(ctx context.Context, to gitops.Options) (gitops.Result, error) {
		return adopting.publish(ctx, to, &approval)
	}
	if o.hydrator {
		if job.dry, err = w.dry(); err != nil {
			return err
		}
	}
	done, failed := w.deliverAll(ctx, routes(target, res), job)
	for _, d := range done {
		if err := w.state(statement, d.Result); err != nil {
			return err
		}
	}
	if len(done) > 0 && failed == nil {
		if err := adopting.told(done[0].Result); err != nil {
			return err
		}
	}
	if failed == nil && len(updates)+len(left.seen.gone) == 0 {
		w.say("no tenant to publish")
		return cmp.Or(left.seen.tell(w), outcome(o, res, done))
	}
	if told := w.published(done, job); told != nil || failed != nil {
		return cmp.Or(told, w.stopped(failed, job, nothing(done)))
	}
	return cmp.Or(left.seen.tell(w), outcome(o, res, done))
}

// stopped says why a run, or the rest of one with several branches, was not published.
func (w *workspace) stopped(err error, j job, nothing string) error {
	switch {
	case j.left.slip != nil:
		return j.left.slip
	case j.approval.refused:
		return w.unexpected(*j.approval, nothing)
	case j.prune.lost != nil:
		return j.prune.tell(w, nothing)
	case j.left.refused:
		w.say("%s: --atomic, and tenants without a file stay", nothing)
		return j.left.seen.tell(w)
	}
	return w.unsigned(err, nothing)
}

// nothing says that nothing was published, or nothing more than was told.
func nothing(done []delivered) string {
	if slices.ContainsFunc(done, func(d delivered) bool { return d.Commit != "" }) {
		return "nothing published to the other branches"
	}
	return "nothing published"
}

// outcome is the exit code: problems of the tenants that were rendered, or of those at the remote.
func outcome(o publishOptions, res *pipeline.Result, done []delivered) error {
	skipped := slices.ContainsFunc(done, func(d delivered) bool { return len(d.Skipped) > 0 || o.atomic && len(d.Held) > 0 })
	if len(res.Held) > 0 || skipped || failing(res) > 0 {
		return errProblems
	}
	return nil
}

func updatesOf(res *pipeline.Result) []gitops.Update {
	var out []gitops.Update
	for _, o := range outputs(res) {
		out = append(out, gitops.Update{Tenant: o.owner, Files: o.files})
	}
	return out
}

func short(hash string) string { return hash[:min(len(hash), 12)] }
