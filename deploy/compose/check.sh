#!/bin/bash
# Brings docker-compose.yml up for real, on a machine that reaches no image registry: a Docker daemon of its own, base images
# made here, the suite in its containers; then deploys, invokes and bills functions and stores objects with the aws cli, and
# once more after the containers were taken down and brought up again.
#
#   ./mayfly build && deploy/compose/check.sh
#
# Needs root, dockerd, docker-compose 1.29, debootstrap, a JDK 25, node 20 or later, the aws cli, curl, zip, unzip, xz, iproute2,
# and MinIO or Go to build it with. The daemon runs in namespaces of its own: it leaves no process, network or rule behind, and
# meets no other daemon or port. On a failure the logs of the containers are printed.
#
#   MAYFLY_CHECK_FOLDER   for logs, the Debian and MinIO, which stay there; default: a folder in TMPDIR, deleted at the end
#   MAYFLY_CHECK_ROOTFS   a Debian with runc, runsc, python3, postgresql-client, curl, e2fsprogs; made when not there; default: in the folder
#   MAYFLY_CHECK_MIRROR   where debootstrap fetches Debian; default: its own
#   MAYFLY_CHECK_MINIO    a MinIO; default: minio in PATH, else built into the folder
#   MAYFLY_CHECK_DIST     the build; default: standalone/target/dist
#   JAVA_HOME             the JDK; default: that of java in PATH
set -euo pipefail

MINIO_VERSION=v0.0.0-20250907161309-07c3a429bfed # RELEASE.2025-09-07T16-13-09Z
root=$(cd "$(dirname "$0")/../.." && pwd -P)

step() { printf '%4d s  %s\n' "$SECONDS" "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; exit 1; }

# --- Outside: what comes from the network ----------------------------------------------------------------------------

prepare() {
  [ "$(id -u)" = 0 ] || fail "Run this as root: it starts a Docker daemon"
  local program
  for program in dockerd docker docker-compose runc aws curl zip unzip xz ip iptables; do
    command -v "$program" >/dev/null || fail "$program is not installed"
  done
  java=${JAVA_HOME:-$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")}
  grep -q '^JAVA_VERSION="25' "$java/release" || fail "$java is no JDK 25; set JAVA_HOME"
  node=$(readlink -f "$(command -v node)") || fail "node is not installed"
  dist=${MAYFLY_CHECK_DIST:-$root/standalone/target/dist}
  [ -d "$dist/lib" ] || fail "Build first: ./mayfly build"
  rootfs=${MAYFLY_CHECK_ROOTFS:-$work/rootfs}
  if [ ! -e "$rootfs/usr/bin/python3" ]; then
    step "debootstrap"
    debootstrap --variant=minbase --include=runc,runsc,python3,postgresql-client,curl,e2fsprogs,mount bookworm "$rootfs" \
      ${MAYFLY_CHECK_MIRROR:+"$MAYFLY_CHECK_MIRROR"} >"$work/debootstrap.log" || fail "See $work/debootstrap.log"
    rm -rf "$rootfs"/var/cache/apt/archives/*.deb
  fi
  minio=${MAYFLY_CHECK_MINIO:-$(command -v minio || echo "$work/bin/minio")}
  if [ ! -x "$minio" ]; then
    step "go install minio"
    GOBIN=$(dirname "$minio") go install "github.com/minio/minio@$MINIO_VERSION"
  fi
}

# The containers see the build as it is now, whatever is built meanwhile.
stage() {
  step "Staging the build"
  mkdir -p "$work/suite/deploy" "$work/suite/standalone/target"
  cp "$root/docker-compose.yml" "$root/.dockerignore" "$work/suite/"
  cp -r "$root/deploy/compose" "$work/suite/deploy/"
  cp -r "$dist" "$work/suite/standalone/target/dist"
  cp -r "$root/examples" "$work/suite/"
}

# --- Inside: own network, mount and process namespaces -----------------------------------------------------------------

# Virtual machines and containers to build in often lack CAP_SYS_RESOURCE, and then nothing privileged starts: Docker gives it all
# capabilities there are. Nothing here needs this one.
write_runtime() {
  {
    echo '#!/bin/sh'
    if (((0x$(sed -n 's/^CapBnd:\s*//p' /proc/self/status) >> 24 & 1) == 0)); then
      cat <<'SH'
last=
for word; do
  case $last in
    --bundle) sed -i 's/"CAP_SYS_RESOURCE",//g' "$word/config.json" ;;
    --process) sed -i 's/"CAP_SYS_RESOURCE",//g' "$word" ;;
  esac
  last=$word
done
SH
    fi
    echo "exec $(command -v runc) \"\$@\""
  } >"$work/docker-run/runc"
  chmod +x "$work/docker-run/runc"
}

start_docker() {
  step "Starting dockerd"
  mount -t tmpfs tmpfs /run # the machine's own daemons are not found
  ip link set lo up
  mkdir -p "$work/docker-run"
  write_runtime
  dockerd --add-runtime "check=$work/docker-run/runc" --default-runtime check --cgroup-parent "/$cgroup" \
    --data-root "$work/docker" --exec-root "$work/docker-run" --pidfile "$work/docker-run/pid" \
    -H "unix://$work/docker.sock" >"$work/dockerd.log" 2>&1 &
  local tries=0
  until docker version >/dev/null 2>&1; do
    [ $((tries += 1)) -lt 120 ] && kill -0 $! || fail "dockerd did not start: $(tail -5 "$work/dockerd.log")"
    sleep 0.5
  done
}

# image NAME FILE-OR-FOLDER... : deploy/compose/local-images/NAME.Dockerfile, with these beside it
image() {
  step "Image mayfly-check/$1"
  local context=$work/context/$1
  mkdir -p "$context"
  cp "$root/deploy/compose/local-images/$1"* "${@:2}" -rLt "$context"
  docker build -q -t "mayfly-check/$1" -f "$context/$1.Dockerfile" "$context" >"$work/build.log" 2>&1 \
    || fail "$(cat "$work/build.log")"
  rm -rf "$context"
}

make_images() {
  step "Image mayfly-check/debian"
  tar -C "$rootfs" --exclude=./proc/* --exclude=./sys/* -c . | docker import - mayfly-check/debian >/dev/null
  mkdir -p "$work/parts/jdk" "$work/parts/postgres"
  tar -C "$java" --exclude=./jmods --exclude=./lib/src.zip -c . | tar -x -C "$work/parts/jdk"
  unzip -p "$dist"/postgres/*.jar '*.txz' | tar -xJ -C "$work/parts/postgres"
  cp "$node" "$work/parts/node"
  cp "$minio" "$work/parts/minio"
  image jre "$work/parts/jdk"
  image node "$work/parts/node"
  image kafka "$dist/kafka"
  image postgres "$work/parts/postgres"
  image minio "$work/parts/minio"
  rm -rf "$work/parts"
}

show_failure() {
  docker-compose logs --no-color --tail=60 || true
  docker ps --quiet --filter health=unhealthy | xargs -r docker inspect --format '{{.Name}} {{json .State.Health}}'
  docker-compose ps || true
}

up() {
  step "docker-compose up"
  docker-compose up -d "$@" >"$work/up.log" 2>&1 || { tail -30 "$work/up.log"; return 1; }
  local tries=0
  until curl -fs -o /dev/null http://localhost:8080/health; do
    [ $((tries += 1)) -lt 120 ] || return 1
    sleep 1
  done
  eval "$("$work/suite/deploy/compose/env.sh")"
  step "Up: $(docker-compose ps -q | wc -l) containers"
}

expect() { # WHAT PATTERN TEXT
  [[ $3 == *$2* ]] || fail "$1: expected $2, found: $3"
  step "ok: $1"
}

# deploy NAME RUNTIME HANDLER ISOLATION FILE [OPTION...]
deploy() {
  rm -f "$work/$1.zip"
  zip -qj "$work/$1.zip" "$5"
  aws lambda create-function --function-name "$1" --runtime "$2" --handler "$3" --zip-file "fileb://$work/$1.zip" "${@:6}" \
    --role arn:aws:iam::000000000000:role/any --tags "mayfly:isolation=$4" --query State --output text
}

invoke() {
  printf '{"name":"Ada"}' >"$work/event.json"
  aws lambda invoke --function-name "$1" --payload "fileb://$work/event.json" "${@:2}" "$work/answer.json" >"$work/invoke.json"
  cat "$work/answer.json" "$work/invoke.json"
}

usage() {
  curl -fsS -H "Authorization: Bearer $AWS_ACCESS_KEY_ID.$AWS_SECRET_ACCESS_KEY" \
    "http://localhost:8080/v1/usage?groupBy=resource,meter&format=csv"
}

# billed RESOURCE METER QUANTITY: waits until the ledger says so
billed() {
  local tries=0 line=
  until line=$(usage | grep -F "$1" | grep -F "$2") && [[ $line == *,$3,* ]]; do
    [ $((tries += 1)) -lt 60 ] || { usage; fail "Billed: expected $3 $2 of $1, found: $line"; }
    sleep 0.5
  done
  step "ok: billed $line"
}

check() {
  start_docker
  make_images
  cd "$work/suite"
  trap 'code=$?; [ $code = 0 ] || show_failure' EXIT
  step "docker-compose build"
  docker-compose build >"$work/build.log" 2>&1 || { tail -30 "$work/build.log"; return 1; }
  up

  node_runtime=nodejs$("$node" --version | sed 's/v\([0-9]*\).*/\1/').x
  python_runtime=$(basename "$(readlink -f "$rootfs/usr/bin/python3")")
  cat >"$work/health.mjs" <<'JS'
export const handler = async () => (await fetch(process.env.AWS_ENDPOINT_URL + '/health')).status;
JS
  cat >"$work/notes.mjs" <<'JS'
import { appendFileSync, readFileSync, statfsSync } from 'node:fs';
export const handler = async () => {
  appendFileSync('/mnt/notes/log', 'x');
  const { blocks, bsize } = statfsSync('/mnt/notes');
  return `notes ${readFileSync('/mnt/notes/log').length} of a volume of ${Math.ceil((blocks * bsize) / 2 ** 30)} GiB`;
};
JS
  expect "deploy hello-node" "" "$(deploy hello-node "$node_runtime" index.handler container examples/hello-node/index.mjs)"
  deploy hello-python "$python_runtime" lambda_function.lambda_handler container examples/hello-python/lambda_function.py >/dev/null
  deploy hello-wasm wasm32-wasip1 hello.wasm wasm examples/hello-wasm/hello.wasm >/dev/null
  deploy health "$node_runtime" health.handler container "$work/health.mjs" >/dev/null
  local mount=arn:aws:elasticfilesystem:us-east-1:000000000000:access-point/fsap-0123456789abcdef0
  deploy notes "$node_runtime" notes.handler container "$work/notes.mjs" \
    --file-system-configs "Arn=$mount,LocalMountPath=/mnt/notes" >/dev/null
  expect "invoke Node in a container" "Hello, Ada!" "$(invoke hello-node)"
  expect "invoke Python in a container" "Hello, Ada!" "$(invoke hello-python)"
  expect "invoke WebAssembly" "Ada" "$(invoke hello-wasm)"
  expect "a function reaches the gateway" "200" "$(invoke health)"
  expect "write to a volume with a file system of its own" "notes 1 of a volume of 10 GiB" "$(invoke notes)"
  expect "invoke through the queue" "202" "$(invoke hello-node --invocation-type Event)"

  head -c 20000000 /dev/urandom >"$work/object"
  aws s3 mb s3://photos >/dev/null
  aws s3 cp --quiet "$work/object" s3://photos/in/parts
  aws s3 cp --quiet docker-compose.yml s3://photos/docker-compose.yml
  aws s3 cp --quiet s3://photos/in/parts - | cmp - "$work/object" || fail "20 MB came back different"
  expect "store and read 20 MB in parts" "20000000" "$(aws s3 ls --recursive s3://photos)"
  aws s3api put-bucket-versioning --bucket photos --versioning-configuration Status=Enabled
  aws s3 cp --quiet docker-compose.yml s3://photos/kept
  aws s3 rm --quiet s3://photos/kept
  expect "keep a deleted object's version" "1	True" \
    "$(aws s3api list-object-versions --bucket photos --prefix kept --query '[length(Versions), DeleteMarkers[0].IsLatest]' --output text)"
  local stored
  stored=$(docker-compose exec -T minio du -sm /data/mayfly-blobs | cut -f1)
  [ "$stored" -ge 19 ] || fail "MinIO holds $stored MB only"
  step "ok: the bytes lie in MinIO ($stored MB)"

  billed hello-node function-requests 2
  billed hello-python function-requests 1
  billed hello-wasm function-requests 1

  docker-compose down >"$work/down.log" 2>&1
  up
  expect "invoke after down and up" "Hello, Ada!" "$(invoke hello-node)"
  expect "a volume's files after down and up" "notes 2 of a volume of 10 GiB" "$(invoke notes)"
  billed hello-node function-requests 3
  aws s3 cp --quiet s3://photos/in/parts - | cmp - "$work/object" || fail "20 MB came back different after down and up"
  step "ok: read 20 MB after down and up"
  usage
  docker-compose down -v >>"$work/down.log" 2>&1
  step "The suite works in containers"
}

# --------------------------------------------------------------------------------------------------------------------------

if [ "${1:-}" = --inside ]; then
  export DOCKER_HOST="unix://$work/docker.sock" DOCKER_CONFIG="$work/docker-config" DOCKER_BUILDKIT=0 COMPOSE_DOCKER_CLI_BUILD=0
  export COMPOSE_PROJECT_NAME=mayfly COMPOSE_HTTP_TIMEOUT=300
  export COMPOSE_FILE=docker-compose.yml:deploy/compose/docker-compose.local-images.yml
  unset "${!MAYFLY_@}" "${!AWS_@}"
  export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null
  check
  exit
fi

clean_up() {
  code=$?
  # Only empty ones can be removed, and no process is left in these.
  find /sys/fs/cgroup -depth -type d -path "*/$cgroup*" -exec rmdir {} \; 2>/dev/null || true
  if [ -n "${MAYFLY_CHECK_FOLDER:-}" ]; then
    rm -rf "$work/docker" "$work/docker-run" "$work/docker.sock" "$work/suite" "$work/context" "$work/parts"
  else
    rm -rf "$work"
  fi
  exit "$code"
}

cgroup=mayfly-check-$$
if [ -n "${MAYFLY_CHECK_FOLDER:-}" ]; then
  mkdir -p "$MAYFLY_CHECK_FOLDER"
  work=$(cd "$MAYFLY_CHECK_FOLDER" && pwd -P)
else
  work=$(mktemp -d)
fi
trap clean_up EXIT
prepare
stage
export work rootfs java node minio cgroup
dist=$work/suite/standalone/target/dist SECONDS=$SECONDS \
  unshare --mount --net --pid --fork --kill-child --mount-proc "$0" --inside
