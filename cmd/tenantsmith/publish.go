package main

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
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
		Use:     "publish [TENANT|FILE...] --repo URL",
		Short:   "Commit rendered tenants to a GitOps repository",
		Long:    publishLong,
		Example: publishExample,
		RunE:    func(cmd *cobra.Command, args []string) error { return w.publish(cmd.Context(), args, o) },
	}
	o.flags(cmd)
	w.flags(cmd)
	// Patches that are found now, and a revision that only the command line names, nobody need have signed.
	apart(cmd, "require-signed", "adopt", "trusted-from")
	return cmd
}

// flags are its own, those of every command that renders left out.
func (o *publishOptions) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.target.flags(cmd)
	o.target.writing(cmd)
	o.delivery.flags(cmd)
	o.owning.flags(cmd)
	o.signing.flags(cmd)
	o.prune.flags(cmd)
	f.Func("expect", "publish only if what changes has this `DIGEST`, which plan prints", func(s string) error {
		if o.expect = s; !digestForm().MatchString(s) {
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
}

const publishLong = `Publish renders and checks the given tenants (all without arguments) and makes one commit on the
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
the rendered files of all tenants which the commit would change.`

const publishExample = `  tenantsmith publish --repo https://git.example.com/platform/gitops.git --branch main
  tenantsmith publish acme-corp --repo git@git.example.com:platform/gitops.git --path clusters/main
  tenantsmith publish --repo ../gitops.git --dry-run
  tenantsmith publish --repo https://github.com/example/gitops.git --pull-request
  tenantsmith publish --repo https://github.com/example/gitops.git --branch environments/{env} --hydrator
  tenantsmith publish --repo ../gitops.git --overwrite acme-corp
  tenantsmith publish --repo https://git.example.com/platform/gitops.git --adopt acme-corp --dry-run
  tenantsmith publish --repo https://git.example.com/platform/gitops.git --shard 1/8
  tenantsmith publish --repo https://git.example.com/platform/gitops.git --expect sha256:2020fd99f0f4b33a4dd17e2ae4d742d026389521d374dd75fa400435b4bb8642`

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
	r := publishing{args: args, options: o, statement: statement}
	r.run = pipeline.Options{Tenants: w.tenants(args), Verify: o.verify, Trees: len(o.adopt) > 0, Shard: o.shard}
	if r.res, err = w.run(ctx, r.run); err != nil {
		return err
	}
	r.statement.res = r.res
	r.options.follow(&target, r.res)
	if err := cmp.Or(r.options.elsewhere(r.res), o.delivery.check(r.options)); err != nil {
		return err
	}
	w.sharded(r.res)
	if err := w.refusals(r.res); err != nil {
		return err
	}
	if done, err := w.updates(&r); done || err != nil {
		return err
	}
	target.Rewind = o.rewind
	if err := w.source(&target, r.res); err != nil {
		return err
	}
	return w.commit(ctx, target, &r)
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
