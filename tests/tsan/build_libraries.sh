#!/usr/bin/env bash
# Builds Debian's Abseil and gRPC with ThreadSanitizer, from Debian's own sources and at the versions
# that are installed, as shared libraries that take the place of the packaged ones. Prints the folder
# of the libraries on its last line. Done once: the folder is kept outside the checkout, by versions.
set -euo pipefail

say() { printf '%s\n' "$*" >&2; }
die() { say "build_libraries: $*"; exit 1; }

version_of() { dpkg-query -W -f '${source:Version}' "$1"; }
abseil=$(version_of libabsl20220623)
grpc=$(version_of libgrpc++1.51)
compiler=$(g++ -dumpfullversion)
cache=${XDG_CACHE_HOME:-$HOME/.cache}/realmshift/tsan
home=$cache/abseil-${abseil}_grpc-${grpc}_g++-$compiler
libraries=$home/lib

# A private configuration of apt: the machine's own Debian mirrors, for sources instead of packages.
# Nothing of the machine's configuration changes, and it needs no root.
fetch_sources() {
  local apt=$home/apt
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
  apt-get indextargets --format '$(ORIGIN) $(REPO_URI) $(RELEASE) $(COMPONENT)' \
    'Created-By: Packages' | sort -u |
    sed -n 's|^Debian |deb-src [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] |p' \
      >"$apt/sources.list"
  [ -s "$apt/sources.list" ] || die "apt knows no Debian mirror; run apt-get update"
  local options=(-q -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
    -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o "APT::Sandbox::User=$(id -un)")
  apt-get "${options[@]}" update >&2
  (cd "$home" && apt-get "${options[@]}" source --only-source "abseil=$abseil" "grpc=$grpc" >&2)
  touch "$home/fetched"
}

# configure NAME OPTIMISATION OPTIONS...: the source folder that apt unpacked, for the build folder NAME.
configure() {
  local name=$1 flags="-fsanitize=thread $2 -g1 -w"
  shift 2
  # What links them is built later: the libraries' own search path must not name the build folder.
  cmake -G Ninja -S "$(echo "$home/$name"-*/)" -B "$home/$name" -DBUILD_SHARED_LIBS=ON \
    -DCMAKE_CXX_STANDARD=17 -DCMAKE_BUILD_TYPE=None -DCMAKE_SKIP_RPATH=ON \
    -DCMAKE_LIBRARY_OUTPUT_DIRECTORY="$libraries" \
    -DCMAKE_C_FLAGS="$flags" -DCMAKE_CXX_FLAGS="$flags" "$@" >&2
}

# Not with less than -O2: Abseil's locks are reported themselves then.
build_abseil() {
  configure abseil -O2
  nice ninja -C "$home/abseil" >&2
}

# gRPC is compiled with Debian's headers, and linked to the packaged Abseil: the one built above has
# the same names and takes its place when a program starts. The library named is for plugins of protoc,
# which are not built.
build_grpc() {
  configure grpc -O1 -DgRPC_BUILD_CODEGEN=OFF -DgRPC_BUILD_TESTS=OFF -DProtobuf_PROTOC_LIBRARY=none \
    -DgRPC_{ABSL,CARES,PROTOBUF,RE2,SSL,ZLIB}_PROVIDER=package
  nice ninja -C "$home/grpc" grpc++ >&2
}

if [ ! -f "$home/complete" ]; then
  say "building Abseil and gRPC with ThreadSanitizer into $home; once, for some minutes"
  mkdir -p "$home"
  [ -f "$home/fetched" ] || fetch_sources
  build_abseil
  build_grpc
  touch "$home/complete"
fi
echo "$libraries"
