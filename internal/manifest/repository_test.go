package manifest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRepositoryKey(t *testing.T) {
	for _, same := range []string{
		"https://git.example.com/platform/gitops.git", "https://git.example.com/platform/gitops", "HTTPS://Git.Example.com/Platform/GitOps.git/",
		"ssh://git@git.example.com/platform/gitops.git", "ssh://git@git.example.com:7999/platform/gitops", "git@git.example.com:platform/gitops.git",
		"git@git.example.com:/platform/gitops", "https://token:x@git.example.com:443//platform/./gitops", "https://git.example.com/platform%2Fgitops",
		"https://git.example.com/platform/%67itops.git", "https://git.example.com/platform/%2567itops.git", "https://git.example.com./platform/other/../gitops.git.git",
		"https://www.git.example.com/platform/gitops", "ssh://ssh.git.example.com:443/platform/gitops",
	} {
		require.Equal(t, "git.example.com/platform/gitops", RepositoryKey(same), same)
	}
	for _, other := range []string{
		"https://git.example.com/platform/gitops2", "https://example.com/platform/gitops", "https://git.example.com/platform",
		"https://git.example.org/git.example.com/platform/gitops", "https://git.example.com@evil.example.com/platform/gitops", "", ":", "@", "://",
	} {
		require.NotEqual(t, "git.example.com/platform/gitops", RepositoryKey(other), other)
	}
}
