package gitops

import (
	"errors"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
)

// Identity is who git's settings say the user is: those of the repository around a folder, of the user and of the
// system. It is empty where they do not say both a name and an address.
func Identity(dir string) (Author, error) {
	var settings *config.Config
	repo, err := git.PlainOpenWithOptions(dir, &git.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	switch {
	case errors.Is(err, git.ErrRepositoryNotExists):
		settings, err = config.LoadConfig(config.GlobalScope)
	case err == nil:
		settings, err = repo.ConfigScoped(config.SystemScope)
	}
	if err != nil || settings.User.Name == "" || settings.User.Email == "" {
		return Author{}, err
	}
	return Author{Name: settings.User.Name, Email: settings.User.Email}, nil
}
