#!/usr/bin/env bash
# Writes the plan into the pull request: one comment, kept up to date, and a check run with the digest.
set -euo pipefail
# shellcheck source=.github/action/runner.sh
. "$GITHUB_ACTION_PATH/.github/action/runner.sh"
# shellcheck source=.github/action/api.sh
. "$GITHUB_ACTION_PATH/.github/action/api.sh"

work=$(mktemp -d "$RUNNER_TEMP/tenantsmith-XXXXXX")
marker='<!-- tenantsmith:plan -->'
[ "$IN_DIRECTORY" = . ] || marker="<!-- tenantsmith:plan ${IN_DIRECTORY//[!A-Za-z0-9.\/_]/_} -->"

# mine is our comment, if there is one. A person's comment that begins like it is not touched.
mine() {
  local page=1 found count
  while [ "$page" -le 100 ]; do
    [ "$(api GET "issues/$1/comments?per_page=100&page=$page")" = 200 ] || return 0
    found=$(jq -r --arg marker "$marker" '[.[] | select(.user.type == "Bot" and (.body | startswith($marker))) | .id][0] // empty' "$answer")
    count=$(jq length "$answer")
    if [ -n "$found" ] || [ "$count" -lt 100 ]; then
      printf '%s' "$found"
      return
    fi
    page=$((page + 1))
  done
}

# comment PULL FILE WORTH updates our comment. What changes nothing is not worth a new one.
comment() {
  local id status
  { printf '%s\n' "$marker"; grep -vxF '<!-- tenantsmith:plan -->' "$2" || true; } >"$work/comment.md"
  jq -Rs '{body: .}' "$work/comment.md" >"$work/comment.json"
  id=$(mine "$1")
  if [ -n "$id" ]; then
    status=$(api PATCH "issues/comments/$id" "$work/comment.json")
  elif [ "$3" = true ]; then
    status=$(api POST "issues/$1/comments" "$work/comment.json")
  else
    return 0
  fi
  case $status in
    200 | 201) output comment-url "$(jq -r '.html_url' "$answer")" ;;
    *) notice "no comment in the pull request: HTTP $status, $(said). The summary of the job has the plan; a fork's token may not write, docs/ci/comment.yml of tenantsmith does" ;;
  esac
}

# checked HEAD DIGEST CONCLUSION TITLE leaves the digest where publishing finds it.
checked() {
  local status
  jq -n --arg name "$(check_name)" --arg head "$1" --arg digest "$2" --arg conclusion "$3" --arg title "$4" '{
    name: $name, head_sha: $head, external_id: $digest, status: "completed", conclusion: $conclusion,
    output: {title: $title, summary: "The plan has the digest `\($digest)`: what is published must have it, too."}
  }' >"$work/check.json"
  status=$(api POST check-runs "$work/check.json")
  [ "$status" = 201 ] || notice "no check run with the plan's digest: HTTP $status, $(said). It needs checks: write"
}

# from_plan writes what a run of ours planned.
from_plan() {
  local pull changes conclusion=success
  pull=$(event .pull_request.number)
  [ -n "$pull" ] && [ -f "$FOLDER/plan.md" ] && [ -f "$FOLDER/plan.json" ] || return 0
  [ "$RESULT" = clean ] || conclusion=failure
  changes=$(jq '.tenants | length' "$FOLDER/plan.json")
  comment "$pull" "$FOLDER/plan.md" "$([ "$changes" -gt 0 ] || [ "$RESULT" != clean ] && echo true || echo false)"
  checked "$(event .pull_request.head.sha)" "$DIGEST" "$conclusion" "tenants that change: $changes"
}

# from_artifact writes what a fork's run planned. All that it left is a fork's word: of the file only numbers,
# a digest and names that can be nothing else are taken; whose pull request it is, the API knows.
from_artifact() {
  local file=$IN_PLAN/plan.json head owner branch pull
  [ "$GITHUB_EVENT_NAME" = workflow_run ] || fail "the command comment belongs into a workflow_run: docs/ci/comment.yml of tenantsmith"
  if [ ! -f "$file" ] || [ -L "$file" ]; then fail "there is no $file: the run that was to leave the plan did not"; fi
  [ "$(wc -c <"$file")" -le 67108864 ] || fail "$file is too large to be a plan"
  jq -es "$shape" "$file" >/dev/null 2>&1 || fail "$file does not have the form of a plan"
  head=$(event .workflow_run.head_sha)
  owner=$(event '.workflow_run.head_repository.owner.login | @uri')
  branch=$(event '.workflow_run.head_branch | @uri')
  [ "$(api GET "pulls?state=open&per_page=100&head=$owner:$branch")" = 200 ] || fail "cannot find the pull request of $head: $(said)"
  pull=$(jq -r --arg head "$head" '[.[] | select(.head.sha == $head)][0].number // empty' "$answer")
  [ -n "$pull" ] || { notice "no open pull request has the head $head any more"; return 0; }
  jq -r --arg run "$(event .workflow_run.html_url)" "$words" "$file" >"$work/plan.md"
  comment "$pull" "$work/plan.md" true
  checked "$head" "$(jq -r .digest "$file")" neutral "tenants that change, says a run of a fork: $(jq '.tenants | length' "$file")"
}

# shellcheck disable=SC2016 # jq's variables
readonly shape='
  length == 1 and (.[0] | .kind == "Plan" and (.digest | test("\\Asha256:[0-9a-f]{64}\\z")) and
  (.tenants | type == "array" and length <= 20000 and all(.[]; .name | type == "string" and test("\\A[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\z"))))'
# shellcheck disable=SC2016 # jq's variables
readonly words='
  "**A fork would change \(.tenants | length | if . == 1 then "1 tenant" else "\(.) tenants" end).** So says [its run](\($run)), which had no token; the plan is in its summary.",
  "",
  (.tenants[:50][] | "- `\(.name)`"),
  (if (.tenants | length) > 50 then "- and \((.tenants | length) - 50) more" else empty end),
  "",
  "Digest `\(.digest)`"'

if [ "$IN_COMMAND" = comment ]; then from_artifact; else from_plan; fi
