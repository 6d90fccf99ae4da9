#!/usr/bin/env bash
# Builds every binary of the release VERSION and prints what belongs into checksums.txt, by which the action knows
# them. The builds hold nothing of this machine, of git or of the day: whoever repeats them gets the same bytes.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=${1:?usage: .github/action/checksums.sh VERSION [SYSTEM/ARCHITECTURE...]}
shift
[ $# -gt 0 ] || set -- linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
echo "# SHA-256 of the released binaries: checksum, version, system, architecture. docs/releasing.md says how they come here."
for target; do
  CGO_ENABLED=0 GOWORK=off GOFLAGS='' GOOS=${target%/*} GOARCH=${target#*/} GOAMD64=v1 GOARM64=v8.0 \
    go build -trimpath -buildvcs=false -ldflags "-s -w -X main.release=$version" -o "$work/tenantsmith" ./cmd/tenantsmith
  if command -v sha256sum >/dev/null; then sum=$(sha256sum "$work/tenantsmith"); else sum=$(shasum -a 256 "$work/tenantsmith"); fi
  echo "${sum%% *} $version ${target%/*} ${target#*/}"
done
