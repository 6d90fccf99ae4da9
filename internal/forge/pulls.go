package forge

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-github/v74/github"
)

// Pull is an open pull request from a branch of the repository itself.
type Pull struct {
	Number int
	// URL is where people look at it.
	URL          string
	Branch, Base string
	Title, Body  string
}

// Commit is one that a pull request would bring to its base.
type Commit struct {
	Hash, Message string
	// Parents counts them: 2 for a merge.
	Parents int
}

// mostPages bounds the lists that are read, of 100 lines each.
const mostPages = 50

// Pulls lists the open pull requests into a branch, oldest first. Those from other repositories are left out:
// anybody can open one and name its branch as they like.
func (r *Repository) Pulls(ctx context.Context, base string) ([]Pull, error) {
	var out []Pull
	o := &github.PullRequestListOptions{State: "open", Base: base, Sort: "created", Direction: "asc"}
	err := r.pages(&o.ListOptions, func() (*github.Response, error) {
		found, res, err := r.client.PullRequests.List(ctx, r.owner, r.name, o)
		for _, p := range found {
			if from := p.GetHead().GetRepo(); p.GetBase().GetRef() == base && from != nil && from.GetID() == p.GetBase().GetRepo().GetID() {
				out = append(out, pull(p))
			}
		}
		return res, err
	})
	return out, r.explain("list the pull requests", err)
}

// pages reads a list to its end.
func (r *Repository) pages(o *github.ListOptions, read func() (*github.Response, error)) error {
	o.PerPage = 100
	for range mostPages {
		res, err := read()
		if err != nil || res.NextPage == 0 {
			return err
		}
		o.Page = res.NextPage
	}
	return errors.New("the list does not end")
}

func pull(p *github.PullRequest) Pull {
	return Pull{
		Number: p.GetNumber(), URL: p.GetHTMLURL(), Branch: p.GetHead().GetRef(), Base: p.GetBase().GetRef(),
		Title: p.GetTitle(), Body: p.GetBody(),
	}
}

// Commits lists those that the pull request would bring to its base, oldest first; the host shows 250 at most.
func (r *Repository) Commits(ctx context.Context, number int) ([]Commit, error) {
	var out []Commit
	var o github.ListOptions
	err := r.pages(&o, func() (*github.Response, error) {
		found, res, err := r.client.PullRequests.ListCommits(ctx, r.owner, r.name, number, &o)
		for _, c := range found {
			out = append(out, Commit{Hash: c.GetSHA(), Message: c.GetCommit().GetMessage(), Parents: len(c.Parents)})
		}
		return res, err
	})
	return out, r.explain("read the commits of a pull request", err)
}

// Create opens a pull request. Where one from the same branch is open already it is brought up to date: somebody
// else was faster.
func (r *Repository) Create(ctx context.Context, p Pull) (Pull, error) {
	made, _, err := r.client.PullRequests.Create(ctx, r.owner, r.name, &github.NewPullRequest{
		Title: &p.Title, Body: &p.Body, Head: &p.Branch, Base: &p.Base,
	})
	if err == nil {
		return pull(made), nil
	}
	if refused(err) {
		open, again := r.Pulls(ctx, p.Base)
		at := slices.IndexFunc(open, func(o Pull) bool { return o.Branch == p.Branch })
		if again == nil && at >= 0 {
			_, err := r.Update(ctx, open[at], p.Title, p.Body)
			return open[at], err
		}
	}
	return Pull{}, r.explain("open a pull request", err)
}

func refused(err error) bool {
	var answer *github.ErrorResponse
	return errors.As(err, &answer) && answer.Response.StatusCode == http.StatusUnprocessableEntity
}

// Update gives a pull request its title and description, and reports whether they were others before.
func (r *Repository) Update(ctx context.Context, p Pull, title, body string) (changed bool, err error) {
	// The host may keep a description with the line ends of a browser, and without the last one.
	same := func(a, b string) bool {
		return strings.TrimSpace(strings.ReplaceAll(a, "\r\n", "\n")) == strings.TrimSpace(b)
	}
	if p.Title == title && same(p.Body, body) {
		return false, nil
	}
	_, _, err = r.client.PullRequests.Edit(ctx, r.owner, r.name, p.Number, &github.PullRequest{Title: &title, Body: &body})
	return err == nil, r.explain("change a pull request", err)
}

// Close closes a pull request, and says why in a comment.
func (r *Repository) Close(ctx context.Context, p Pull, why string) error {
	_, _, err := r.client.Issues.CreateComment(ctx, r.owner, r.name, p.Number, &github.IssueComment{Body: &why})
	if err == nil {
		_, _, err = r.client.PullRequests.Edit(ctx, r.owner, r.name, p.Number, &github.PullRequest{State: github.Ptr("closed")})
	}
	return r.explain("close a pull request", err)
}
