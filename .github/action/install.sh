#!/usr/bin/env bash
# Puts tenantsmith on the PATH of this step and of those after it, and says which one it is.
set -euo pipefail
# shellcheck source=.github/action/runner.sh
. "$GITHUB_ACTION_PATH/.github/action/runner.sh"

readonly releases=https://github.com/tenantsmith/tenantsmith/releases/download
# A job may use two revisions of the action: each has a folder.
name=$IN_INSTALL-${VERSION:-${GITHUB_ACTION_REF:-local}}
bin=$RUNNER_TEMP/tenantsmith/bin/${name//[!A-Za-z0-9.-]/_}
exe=tenantsmith
case $RUNNER_OS in
  Linux) os=linux ;;
  macOS) os=darwin ;;
  Windows) os=windows exe=tenantsmith.exe ;;
  *) fail "no tenantsmith is built for $RUNNER_OS" ;;
esac
case $RUNNER_ARCH in
  X64) arch=amd64 ;;
  ARM64) arch=arm64 ;;
  *) arch=none ;;
esac

sha256() {
  if command -v sha256sum >/dev/null; then sha256sum "$1"; else shasum -a 256 "$1"; fi | cut -d' ' -f1
}

download() {
  curl --fail --silent --show-error --location --proto '=https' --tlsv1.2 --retry 3 --max-time 300 --output "$2" "$1" ||
    fail "cannot download $1"
}

# embedded is the checksum of the binary that the action itself carries for this release.
embedded() {
  awk -v v="$VERSION" -v o="$os" -v a="$arch" '$2 == v && $3 == o && $4 == a {print $1}' "$GITHUB_ACTION_PATH/.github/action/checksums.txt"
}

# release downloads the binary. The action's own checksum is of the binary, so it also judges what the cache
# brought back; for another release than its own, the list of that release judges the archive.
release() {
  local want archive work
  want=$(embedded)
  if [ -n "$want" ] && [ -f "$bin/$exe" ] && [ "$(sha256 "$bin/$exe")" = "$want" ]; then return; fi
  archive=tenantsmith_${VERSION#v}_${os}_${arch}.tar.gz
  work=$(mktemp -d)
  download "$releases/$VERSION/$archive" "$work/$archive"
  if [ -z "$want" ]; then
    download "$releases/$VERSION/checksums.txt" "$work/checksums.txt"
    [ "$(sha256 "$work/$archive")" = "$(awk -v f="$archive" '$2 == f {print $1}' "$work/checksums.txt")" ] ||
      fail "$archive is not the file that the release's checksums.txt tells of"
  fi
  tar -xzOf "$work/$archive" "$exe" >"$work/$exe"
  if [ -n "$want" ] && [ "$(sha256 "$work/$exe")" != "$want" ]; then
    fail "the binary in $archive is not the one that this revision of the action tells of"
  fi
  chmod +x "$work/$exe"
  mv "$work/$exe" "$bin/$exe"
  rm -r "$work"
}

# build runs go where no file of the platform repository has a say.
build() {
  need go
  cd "$GITHUB_ACTION_PATH"
  export CGO_ENABLED=0 GOWORK=off GOFLAGS=-trimpath
  case $IN_INSTALL in
    goinstall) GOBIN=$bin go install "github.com/tenantsmith/tenantsmith/cmd/tenantsmith@$VERSION" ;;
    source) go build -buildvcs=false -o "$bin/$exe" ./cmd/tenantsmith ;;
  esac
}

mkdir -p "$bin"
case $IN_INSTALL in
  release) release ;;
  goinstall | source) [ -x "$bin/$exe" ] || build ;;
  none) ;;
esac
if [ "$IN_INSTALL" = none ]; then
  binary=$(command -v tenantsmith) || fail "install-mode is none, and there is no tenantsmith on PATH"
else
  binary=$bin/$exe
  printf '%s\n' "$bin" >>"$GITHUB_PATH"
fi
version=$("$binary" version)
printf '%s\n' "$version"
output version "$(printf '%s' "$version" | cut -d' ' -f2)"
output binary "$binary"
