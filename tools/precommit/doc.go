// Package precommit has the real pre-commit run the hooks of .pre-commit-hooks.yaml on a scratch
// repository, by real commits. It is a module of its own, so that what people install is one binary.
package precommit
