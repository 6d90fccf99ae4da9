# How the scripts talk to the runner of GitHub Actions. Sourced; bash 3.2, which macOS has, is enough.
# shellcheck shell=bash

# fail says what is wrong and how to mend it, and ends the step.
fail() {
  printf '::error title=tenantsmith::%s\n' "$(escaped "$*")"
  exit 2
}

notice() { printf '::notice title=tenantsmith::%s\n' "$(escaped "$*")"; }

# escaped keeps a message one message.
escaped() {
  local text=${1//'%'/%25}
  text=${text//$'\r'/%0D}
  printf '%s' "${text//$'\n'/%0A}"
}

random() { od -An -N16 -tx1 /dev/urandom | tr -d ' \n'; }

# output sets an output of the step. Nobody can guess the line that ends its value.
output() {
  local end
  end=end_$(random)
  printf '%s<<%s\n%s\n%s\n' "$1" "$end" "$2" "$end" >>"$GITHUB_OUTPUT"
}

# quoted prints files in the log; nothing in them is a command to the runner.
quoted() {
  local stop
  stop=stop_$(random)
  printf '::stop-commands::%s\n' "$stop"
  cat "$@"
  printf '\n::%s::\n' "$stop"
}

# mask keeps every line of a secret out of the log.
mask() {
  local line
  while IFS= read -r line; do
    [ -z "$line" ] || printf '::add-mask::%s\n' "$line"
  done <<<"$1"
}

# On Windows jq ends its lines as there.
jq() { command jq "$@" | tr -d '\r'; }

event() { jq -r "$1 // empty" "$GITHUB_EVENT_PATH"; }

need() {
  command -v "$1" >/dev/null || fail "the action needs $1 on the runner: install it in a step before"
}

# truth refuses what is neither true nor false.
truth() {
  case $2 in true | false) ;; *) fail "$1 is $2: say true or false" ;; esac
}
