package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/tenantsmith/tenantsmith/internal/gitops"
)

// target is a branch of a GitOps repository, as the flags of a command name it.
type target struct {
	repo, branch, path string
	sshKey, knownHosts string
	author, sign       string
	cache              string
	// given says which flags the command line has.
	given func(flag string) bool
}

// flags are those of every command that reads the repository.
func (t *target) flags(cmd *cobra.Command) {
	f := cmd.Flags()
	t.given = f.Changed
	f.StringVar(&t.repo, "repo", "", "the GitOps repository: `URL` or path")
	f.StringVar(&t.branch, "branch", "main", "the branch of the repository")
	f.StringVar(&t.path, "path", "", "the folder in the repository that holds the output")
	f.StringVar(&t.sshKey, "ssh-key", "", "private key `FILE` for ssh; the agent otherwise")
	f.StringVar(&t.knownHosts, "known-hosts", "", "known_hosts `FILE` for ssh; yours otherwise")
	f.StringVar(&t.cache, "cache", "", "keep what was fetched in `DIR`, or off; TENANTSMITH_CACHE, or your cache folder, otherwise")
}

// cacheFolder is where remote repositories are kept from one run to the next; empty for nowhere.
func (t target) cacheFolder() string {
	switch dir := cmp.Or(t.cache, os.Getenv("TENANTSMITH_CACHE")); dir {
	case "off":
		return ""
	case "":
		user, err := os.UserCacheDir()
		if err != nil {
			return ""
		}
		return filepath.Join(user, "tenantsmith", "git")
	default:
		return dir
	}
}

const defaultAuthor = "tenantsmith <tenantsmith@localhost>"

// writing are the flags of those that commit to it.
func (t *target) writing(cmd *cobra.Command) {
	cmd.Flags().StringVar(&t.author, "author", defaultAuthor, "author and committer: `NAME <EMAIL>`")
	signFlag(cmd, &t.sign)
}

// remote is the target with everything checked that can be without reaching for it.
func (w *workspace) remote(t target) (gitops.Options, error) {
	if t.repo == "" {
		return gitops.Options{}, errors.New("say which GitOps repository: --repo URL")
	}
	author, err := parseAuthor(cmp.Or(t.author, defaultAuthor))
	if err != nil {
		return gitops.Options{}, err
	}
	o := gitops.Options{
		URL: t.repo, Branch: t.branch, Path: t.path, Version: version(), Author: author, When: time.Now(),
		SSHKey: t.sshKey, KnownHosts: t.knownHosts, Cache: t.cacheFolder(),
		Credentials: &gitops.Credentials{Env: os.Getenv},
	}
	if err := cmp.Or(o.Validate(), w.file("--ssh-key", t.sshKey), w.file("--known-hosts", t.knownHosts)); err != nil {
		return o, err
	}
	signer, err := w.signer(t.sign)
	if signer != nil {
		o.Sign = signer.Commit
	}
	return o, err
}

func parseAuthor(s string) (gitops.Author, error) {
	name, rest, ok := strings.Cut(s, " <")
	email, end := strings.CutSuffix(rest, ">")
	if !ok || !end || name == "" || email == "" || strings.ContainsAny(name+email, "<>\n") {
		return gitops.Author{}, fmt.Errorf("--author %q is not of the form NAME <EMAIL>", s)
	}
	return gitops.Author{Name: name, Email: email}, nil
}
