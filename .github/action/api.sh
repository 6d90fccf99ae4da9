# The few calls to the API of GitHub. Sourced after runner.sh.
# shellcheck shell=bash

# api METHOD PATH [BODY] asks the API, with a file as body, and prints the status; the answer is in $answer. The
# token never is an argument, which everybody on the runner can read, and no redirect gets it.
answer=$(mktemp "${RUNNER_TEMP:-/tmp}/answer-XXXXXX")
api() {
  local flags=(--silent --show-error --max-time 60 --request "$1" --output "$answer" --write-out '%{http_code}')
  [ "$1" != GET ] || flags+=(--retry 3)
  [ -z "${3:-}" ] || flags+=(--header 'Content-Type: application/json' --data-binary "@$3")
  printf 'header = "Authorization: Bearer %s"\nheader = "Accept: application/vnd.github+json"\n' "$IN_GITHUB_TOKEN" |
    curl --config - "${flags[@]}" "$GITHUB_API_URL/repos/$GITHUB_REPOSITORY/$2" || printf '%s' 000
}

# said is the API's own word for what went wrong.
said() { jq -r '.message // "no reason given"' "$answer" 2>/dev/null | head -c 200 | tr -d '\r\n'; }

# merged_pull is the head of the pull request whose merge made this commit, if one did.
merged_pull() {
  [ "$(api GET "commits/$GITHUB_SHA/pulls?per_page=100")" = 200 ] || return 0
  jq -r --arg sha "$GITHUB_SHA" '[.[] | select(.merge_commit_sha == $sha and .merged_at != null)][0].head.sha // empty' "$answer"
}

# check_name tells the plans of several platform folders in one repository apart.
check_name() {
  if [ "$IN_DIRECTORY" = . ]; then printf 'tenantsmith plan'; else printf 'tenantsmith plan %s' "$IN_DIRECTORY"; fi
}

# planned is the digest that the check run of a head carries.
planned() {
  local name
  name=$(jq -rn --arg name "$(check_name)" '$name | @uri')
  [ "$(api GET "commits/$1/check-runs?filter=latest&check_name=$name")" = 200 ] || return 0
  jq -r '[.check_runs[].external_id // "" | select(test("\\Asha256:[0-9a-f]{64}\\z"))][0] // empty' "$answer"
}
