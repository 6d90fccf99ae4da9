package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
	"github.com/tenantsmith/tenantsmith/internal/manifest"
)

// longestHold bounds a hold: it is for an emergency, and what has to stay is said in the tenant's file.
const longestHold = 7 * 24 * time.Hour

type holdOptions struct {
	target
	length         time.Duration
	ticket, reason string
	end            bool
}

func newHoldCmd(w *workspace) *cobra.Command {
	var o holdOptions
	cmd := &cobra.Command{
		Use:   "hold TENANT --for DURATION --ticket TICKET --repo URL",
		Short: "Keep publish away from a tenant during an emergency",
		Long: `Hold commits to the GitOps repository that publish leaves the files of a tenant alone for a while, so
that somebody can edit them by hand. It says who holds, until when and why; status and audit show it.
It ends by itself when its time is over (at most 7 days), or with --end. Another one takes its place.

Afterwards publish asks what becomes of the hand edits: --adopt keeps them, --overwrite drops them.`,
		Example: `  tenantsmith hold acme-corp --for 4h --ticket INC-4711 --reason "shop is down" --repo https://git.example.com/platform/gitops.git
  tenantsmith hold acme-corp --end --repo https://git.example.com/platform/gitops.git`,
		Args: atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return errors.New("say which tenant to hold: tenantsmith hold TENANT")
			}
			return w.hold(cmd.Context(), args[0], o)
		},
	}
	f := cmd.Flags()
	f.DurationVar(&o.length, "for", 0, "how long: `DURATION` such as 30m or 4h")
	f.StringVar(&o.ticket, "ticket", "", "where the emergency is written down")
	f.StringVar(&o.reason, "reason", "", "what it is, in a sentence")
	f.BoolVar(&o.end, "end", false, "end the hold now")
	o.target.flags(cmd)
	o.target.writing(cmd)
	apart(cmd, "end", "for", "ticket", "reason")
	return cmd
}

// check refuses a hold without an end or a reason that others can follow.
func (o holdOptions) check() error {
	switch {
	case o.end:
		return nil
	case o.length <= 0:
		return errors.New("say how long: --for 4h")
	case o.length < time.Minute || o.length > longestHold:
		return fmt.Errorf("--for %s: a hold takes from 1 minute to 7 days (168h)", o.length)
	case o.ticket == "":
		return errors.New("say where the emergency is written down: --ticket INC-4711")
	}
	return nil
}

func (w *workspace) hold(ctx context.Context, tenant string, o holdOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	if err := w.followed(&o.target); err != nil {
		return err
	}
	to, err := w.remote(o.target)
	if err != nil {
		return err
	}
	if to.Author, err = w.person(o.author, to.Author); err != nil {
		return err
	}
	if o.end {
		return w.endHold(ctx, tenant, to, o)
	}
	h := gitops.Hold{
		Tenant: tenant, Until: to.When.Add(o.length).UTC().Truncate(time.Second), Ticket: o.ticket, Reason: o.reason,
		By: fmt.Sprintf("%s <%s>", to.Author.Name, to.Author.Email),
	}
	to.Subject = fmt.Sprintf("tenants: hold %s until %s (%s)", tenant, moment(h.Until), o.ticket)
	to.Reason = o.reason
	to.Trailers = []gitops.Trailer{{Key: "Tenantsmith-Hold", Value: h.Until.Format(time.RFC3339)}, {Key: "Tenantsmith-Ticket", Value: o.ticket}}
	done, before, err := gitops.SetHold(ctx, to, h)
	if errors.Is(err, gitops.ErrUnpublished) {
		w.say("%s has no published tenant %s to hold", o.branch, tenant)
		return errProblems
	}
	if err != nil {
		return err
	}
	if before.Active(to.When) {
		w.say("%s was held %s", tenant, holdWords(*before))
	}
	w.say("%s is held on %s %s: %s", tenant, o.branch, holdWords(h), short(done.Commit))
	w.say("edit its files in the GitOps repository; afterwards %s", afterwards(tenant))
	return nil
}

// afterwards says what becomes of hand edits. What belongs to no tenant takes no patches.
func afterwards(tenant string) string {
	if tenant == manifest.PlatformName {
		return "move what you changed into the platform file, and publish with --overwrite " + tenant
	}
	return fmt.Sprintf("publish --adopt %[1]s keeps what you changed, --overwrite %[1]s drops it", tenant)
}

// endHold ends a hold. That there is none to end is what was wanted.
func (w *workspace) endHold(ctx context.Context, tenant string, to gitops.Options, o holdOptions) error {
	to.Subject = "tenants: end the hold of " + tenant
	done, before, err := gitops.EndHold(ctx, to, tenant)
	switch {
	case err != nil:
		return err
	case done.Commit == "":
		w.say("%s is not held on %s", tenant, o.branch)
	case before == nil:
		w.say("%s is held no more on %s: %s", tenant, o.branch, short(done.Commit))
	default:
		w.say("%s is held no more on %s: %s; it was held %s", tenant, o.branch, short(done.Commit), holdWords(*before))
	}
	return nil
}

// person is who does what only people do: the author that a flag names, or who git says that you are.
func (w *workspace) person(flag string, named gitops.Author) (gitops.Author, error) {
	if flag != defaultAuthor {
		return named, nil
	}
	who := gitops.Identity(w.dir)
	if who.Name == "" || who.Email == "" {
		return who, errors.New("say who you are: --author 'NAME <EMAIL>', or git config user.name and user.email")
	}
	return who, nil
}
