#!/usr/bin/env bash
# What must hold before anything of the change is looked at: known inputs, masked secrets, and no files of a
# fork beside a token that may write.
set -euo pipefail
# shellcheck source=.github/action/runner.sh
. "$GITHUB_ACTION_PATH/.github/action/runner.sh"

mask "$IN_GITHUB_TOKEN"
mask "$IN_GITOPS_TOKEN"
mask "$IN_SIGNING_KEY"
need jq
need curl
case $IN_GITHUB_TOKEN in
  *[!A-Za-z0-9_.=-]*) fail "github-token has characters that no token has" ;;
esac

# privileged prints whose head an event is about whose runs have the secrets of the repository although a
# fork may have caused them.
privileged() {
  case $GITHUB_EVENT_NAME in
    pull_request_target) event '.pull_request.head.repo.full_name // "a fork that is gone"' ;;
    workflow_run) event '.workflow_run.head_repository.full_name // "a fork that is gone"' ;;
    issue_comment) echo "somebody's pull request" ;;
  esac
}

# ours says that the files are the commit that the run is about, all of it and nothing else.
ours() {
  [ "$(git -C "$IN_DIRECTORY" rev-parse --verify --quiet HEAD)" = "$GITHUB_SHA" ] &&
    [ -z "$(git -C "$IN_DIRECTORY" status --porcelain --untracked-files=normal 2>&1)" ]
}

head=$(privileged)
if [ "$IN_COMMAND" != comment ] && [ -n "$head" ] && [ "$head" != "$GITHUB_REPOSITORY" ] && ! ours; then
  fail "$GITHUB_EVENT_NAME runs with the secrets of $GITHUB_REPOSITORY, and these files are not its commit $GITHUB_SHA but may be those of $head." \
    "Run on pull_request, which has no secrets, and let a workflow_run with \`command: comment\` write the comment: docs/ci/comment.yml of tenantsmith"
fi

case $IN_COMMAND in
  plan | check | render | publish | report) ;;
  comment) exit 0 ;;
  *) fail "unknown command $IN_COMMAND: use plan, check, render, publish, report or comment" ;;
esac
truth cache "$IN_CACHE"

case $IN_INSTALL in
  release | goinstall)
    version=${IN_VERSION:-$(awk '!/^#/ {print $2; exit}' "$GITHUB_ACTION_PATH/.github/action/checksums.txt")}
    [ -n "$version" ] || fail "this revision of the action belongs to no release: set version, or install-mode: source"
    printf '%s' "$version" | grep -Eqx 'v[0-9]+\.[0-9]+\.[0-9]+(-[0-9A-Za-z.-]+)?' || fail "version is $version: use one such as v1.2.3"
    key=$version
    ;;
  source)
    # Only a commit names what is built; a branch moves.
    version='' key=$(printf '%s' "${GITHUB_ACTION_REF:-}" | grep -Ex '[0-9a-f]{40}' || true)
    ;;
  none) version='' key='' ;;
  *) fail "unknown install-mode $IN_INSTALL: use release, goinstall, source or none" ;;
esac
output version "$version"
if [ "$IN_CACHE" = true ] && [ -n "$key" ]; then
  output cache-key "tenantsmith-$IN_INSTALL-$key-$RUNNER_OS-$RUNNER_ARCH"
fi
