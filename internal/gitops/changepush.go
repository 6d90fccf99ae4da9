package gitops

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"

	"github.com/tenantsmith/tenantsmith/internal/pattern"
)

// Identity is who git would name as author in the repository: of the environment, else of git's settings of the
// repository or of the user. Parts that nobody set are empty.
func (w *WorkTree) Identity() Author {
	return identified(w.repo.config)
}

// userInfo is what may hold a credential in a URL that git prints.
var userInfo = pattern.Of(`(://)[^/@\s]+@`)

// Push lets git push a commit to where the branch is pushed to: git knows the credentials, proxies and hooks of the
// work tree. Nobody is asked anything. The error has git's own words.
func (w *WorkTree) Push(ctx context.Context, commit string) (remote string, err error) {
	if _, err := exec.LookPath("git"); err != nil {
		return "", errors.New("git, which pushes from a work tree, is not installed")
	}
	remote, branch := "origin", w.branch
	if b := w.repo.config.Branches[w.branch.Short()]; b != nil {
		remote, branch = cmp.Or(b.Remote, remote), cmp.Or(b.Merge, branch)
	}
	if w.repo.config.Remotes[remote] == nil {
		return "", fmt.Errorf("the repository has no remote %s; git remote add names one", remote)
	}
	cmd := exec.CommandContext(ctx, "git", "-C", w.top, "push", "--quiet", remote, commit+":"+branch.String())
	cmd.Env = append(os.Environ(), "GIT_TERMINAL_PROMPT=0", "LC_ALL=C")
	out, err := cmd.CombinedOutput()
	if err == nil {
		return remote + "/" + branch.Short(), nil
	}
	words := userInfo().ReplaceAllString(strings.TrimSpace(string(out)), "$1")
	if strings.Contains(words, "fetch first") || strings.Contains(words, "non-fast-forward") {
		return "", fmt.Errorf("somebody else has pushed to %s/%s: git pull --rebase, and push again", remote, branch.Short())
	}
	return "", fmt.Errorf("git push: %s", words)
}
