package gitops

import (
	"cmp"
	"os"

	"github.com/go-git/go-git/v5/config"
)

// Identity is who git would name as author in a folder: of the environment, else of git's settings of the repository
// around the folder, if there is one, or of the user. Parts that nobody set are empty.
func Identity(dir string) Author {
	if top, _, err := around(dir); err == nil {
		if repo, err := openLocal(top); err == nil {
			defer repo.Close()
			return identified(repo.config)
		}
	}
	return identified(config.NewConfig())
}

// identified is Identity with the settings of the repository.
func identified(own *config.Config) Author {
	a := Author{os.Getenv("GIT_AUTHOR_NAME"), os.Getenv("GIT_AUTHOR_EMAIL")}
	user, err := config.LoadConfig(config.GlobalScope)
	if err != nil {
		user = config.NewConfig()
	}
	a.Name = cmp.Or(a.Name, own.Author.Name, own.User.Name, user.Author.Name, user.User.Name)
	a.Email = cmp.Or(a.Email, own.Author.Email, own.User.Email, user.Author.Email, user.User.Email)
	return a
}
