#!/usr/bin/env bash
# Runs the command and leaves what it found in a folder: for the summary, the artifact and the comment.
set -euo pipefail
# shellcheck source=.github/action/runner.sh
. "$GITHUB_ACTION_PATH/.github/action/runner.sh"
# shellcheck source=.github/action/api.sh
. "$GITHUB_ACTION_PATH/.github/action/api.sh"

# tenantsmith gets the one secret that it needs, where it needs one.
export -n IN_GITHUB_TOKEN IN_SIGNING_KEY
[ "$IN_COMMAND" = publish ] || unset TENANTSMITH_TOKEN

work=$(mktemp -d "$RUNNER_TEMP/tenantsmith-XXXXXX")
folder=$work/result
mkdir "$folder"
code=0 commit=''
output result fault # until it is known better

args=()
while IFS= read -r line; do
  [ -z "$line" ] || args+=("$line")
done <<<"${IN_ARGS//$'\r'/}"
tenants=()
while IFS= read -r line; do
  [ -z "$line" ] || tenants+=("$line")
done <<<"$(printf '%s' "$IN_TENANTS" | tr ',\r\t ' '\n')"

# ran runs tenantsmith, keeps the gravest exit code, and leaves what it printed in stdout and stderr.
ran() {
  local it=0
  "$BINARY" -C "$IN_DIRECTORY" "$@" -- ${tenants[@]+"${tenants[@]}"} >"$work/stdout" 2>"$work/stderr" || it=$?
  [ "$it" -le "$code" ] || code=$it
}

# summary adds to the page of the job, of which a step may write 1 MiB.
summary() {
  [ "$IN_SUMMARY" = true ] || return 0
  LC_ALL=C awk '{size += length($0) + 1; if (size > 1000000) {print "\n… the log has the rest"; exit} print}' >>"$GITHUB_STEP_SUMMARY"
}

# verbatim turns text into an indented block, which nothing in it can end.
verbatim() { printf '\n'; sed 's/^/    /' "$@"; }

# base is the revision that the change is made to. The first parent of the merge that GitHub tries is what the
# branch is now; a checked-out head has only what the event says.
base() {
  local parents
  case $GITHUB_EVENT_NAME in
    pull_request | pull_request_target)
      parents=$(git -C "$IN_DIRECTORY" cat-file commit HEAD | awk '/^$/ {exit} $1 == "parent" {print $2}')
      if [ "$(git -C "$IN_DIRECTORY" rev-parse HEAD)" = "$GITHUB_SHA" ] && [ "$(printf '%s\n' "$parents" | wc -l)" -eq 2 ]; then
        printf '%s' "${parents%%$'\n'*}"
      else
        event .pull_request.base.sha
      fi
      ;;
    merge_group) event .merge_group.base_sha ;;
  esac
}

# compare finds the two revisions of a comparison: whose word counts, and since when the change is counted.
trusted='' since=''
compare() {
  trusted=${IN_BASE:-$(base)}
  [ -n "$trusted" ] || return 0
  git -C "$IN_DIRECTORY" cat-file -e "$trusted^{commit}" 2>/dev/null ||
    fail "the base revision $trusted is not in this clone: give actions/checkout fetch-depth: 2 for the merge commit of a pull request, else 0"
  since=$(git -C "$IN_DIRECTORY" merge-base "$trusted" HEAD 2>/dev/null || printf '%s' "$trusted")
}

check() {
  local flags=(check --format github --also "json=$folder/check.json" --also "text=$work/check.txt" --also "sarif=$work/sarif")
  [ -z "$IN_FAIL_ON" ] || flags+=(--fail-on "$IN_FAIL_ON")
  [ -z "$trusted" ] || flags+=(--trusted-from "$trusted" --base "$since")
  ran "${flags[@]}" "$@"
  cat "$work/stdout"
  quoted "$work/check.txt" "$work/stderr"
  if [ -n "$IN_SARIF" ] && [ -f "$work/sarif" ]; then sarif; fi
  if [ -f "$folder/check.json" ]; then
    output findings "$(jq '[.findings[] | select(.waiver == "")] | length' "$folder/check.json")"
    output new-findings "$(jq '[.findings[] | select(.waiver == "" and (.baseline | not))] | length' "$folder/check.json")"
  fi
}

# sarif puts the file into the workspace. A pull request may have put a link where it goes.
sarif() {
  local root to
  root=$(cd "$GITHUB_WORKSPACE" && pwd -P)
  to=$(cd "$root" && cd "$(dirname "$IN_SARIF")" && pwd -P) || fail "sarif-file: there is no folder $(dirname "$IN_SARIF")"
  case $to/ in "$root"/*) ;; *) fail "sarif-file $IN_SARIF leads out of the workspace" ;; esac
  to=$to/$(basename "$IN_SARIF")
  rm -f "$to"
  cp "$work/sarif" "$to"
  output sarif-file "$IN_SARIF"
}

# plan judges by the base revision's word, and shows what the change does as if it were merged.
plan() {
  local flags=(plan --format text --also "json=$folder/plan.json" --also "markdown=$folder/plan.md")
  flags+=(--link "$GITHUB_SERVER_URL/$GITHUB_REPOSITORY/actions/runs/$GITHUB_RUN_ID")
  check
  [ -z "$since" ] || flags+=(--base "$since")
  ran "${flags[@]}" ${args[@]+"${args[@]}"}
  cp "$work/stdout" "$folder/plan.txt"
  quoted "$work/stdout" "$work/stderr"
  case ${IN_FORMAT:-json} in
    json) output plan-file "$folder/plan.json" ;;
    markdown) output plan-file "$folder/plan.md" ;;
    text) output plan-file "$folder/plan.txt" ;;
    *) fail "unknown format $IN_FORMAT of a plan: use json, markdown or text" ;;
  esac
  if [ -f "$folder/plan.md" ]; then summary <"$folder/plan.md"; else verbatim "$work/stderr" | summary; fi
  if [ -f "$folder/plan.json" ]; then
    output digest "$(jq -r .digest "$folder/plan.json")"
    output changed-tenants "$(jq -c '[.tenants[].name]' "$folder/plan.json")"
  fi
}

report() {
  local format=${IN_FORMAT:-json} file
  case $format in
    markdown) file=report.md ;;
    text) file=report.txt ;;
    oscal) file=report.oscal.json ;;
    json | html) file=report.$format ;;
    *) fail "unknown format $format of a report: use json, markdown, html, oscal or text" ;;
  esac
  ran report --format "$format" ${trusted:+--trusted-from "$trusted"} ${args[@]+"${args[@]}"}
  cp "$work/stdout" "$folder/$file"
  quoted "$work/stderr"
  output plan-file "$folder/$file"
  if [ "$IN_SUMMARY" = true ] && [ "$code" -lt 2 ]; then
    ran report --format markdown ${trusted:+--trusted-from "$trusted"} ${args[@]+"${args[@]}"}
    summary <"$work/stdout"
  fi
}

publish() {
  local digest
  [ -n "$IN_GITOPS_REPO" ] || fail "say where to publish: gitops-repo"
  digest=$(expected)
  [ -z "$IN_SIGNING_KEY" ] || signing "$work/key"
  ran publish --repo "$IN_GITOPS_REPO" ${digest:+--expect "$digest"} ${IN_SIGNING_KEY:+--sign "$work/key"} ${args[@]+"${args[@]}"}
  rm -f "$work/key"
  quoted "$work/stdout" "$work/stderr"
  verbatim "$work/stdout" "$work/stderr" | summary
  commit=$(sed -n 's/^tenantsmith: .* changed on .*: \([0-9a-f]\{12\}\); clusters .*/\1/p' "$work/stderr")
  output commit-sha "$commit"
  output changed-tenants "$(cut -f1 "$work/stdout" | jq -Rnc '[inputs | select(startswith("#") | not)] | unique')"
}

# signing writes the key to a file that only this step can read, with the end of line that ssh wants.
signing() (
  umask 077
  printf '%s\n' "${IN_SIGNING_KEY//$'\r'/}" >"$1"
)

# expected is the digest to demand, if any. It is said in a file since fail must end the step.
expected() {
  local pull found
  case $IN_EXPECT in
    none) return ;;
    auto | required) ;;
    *) printf '%s' "$IN_EXPECT"; return ;;
  esac
  pull=$(merged_pull)
  found=${pull:+$(planned "$pull")}
  if [ -z "$found" ]; then
    [ "$IN_EXPECT" = auto ] || fail "no pull request with a plan leads to $GITHUB_SHA: expect is required, so nothing was published" >&2
    notice "no pull request with a plan leads to $GITHUB_SHA: published without the digest of one" >&2
  fi
  printf '%s' "$found"
}

case $IN_COMMAND in
  plan) compare; plan ;;
  check)
    # Manifests come from no revision of the platform repository: the one that is checked out judges them.
    case " ${args[*]-} " in *" --manifests "*) ;; *) compare ;; esac
    check ${args[@]+"${args[@]}"}
    verbatim "$work/check.txt" "$work/stderr" | summary
    ;;
  render)
    ran render --check ${args[@]+"${args[@]}"}
    quoted "$work/stdout" "$work/stderr"
    verbatim "$work/stdout" "$work/stderr" | summary
    ;;
  report) trusted=$IN_BASE; report ;;
  publish) publish ;;
esac

case $code in
  0) output result clean ;;
  1) output result problems ;;
  *) output result fault ;;
esac
output code "$code"
output folder "$folder"
