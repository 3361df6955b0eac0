#!/bin/sh
# Prints what points the aws cli and the SDKs at the suite in containers: eval "$(deploy/compose/env.sh)"
set -eu
cd "$(dirname "$0")/../.."
if command -v docker-compose >/dev/null 2>&1; then compose=docker-compose; else compose="docker compose"; fi
read_secret() { $compose exec -T identity-service cat "/secrets/owner/$1"; }
echo "export AWS_ENDPOINT_URL=http://localhost:${MAYFLY_PORT:-8080}"
echo "export AWS_ACCESS_KEY_ID=$(read_secret id)"
echo "export AWS_SECRET_ACCESS_KEY=$(read_secret secret)"
echo "export AWS_REGION=${MAYFLY_REGION:-us-east-1}"
echo "export AWS_DEFAULT_REGION=${MAYFLY_REGION:-us-east-1}"
echo "unset AWS_SESSION_TOKEN AWS_PROFILE"
