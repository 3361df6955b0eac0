#!/bin/sh
# Packs the example as target/hello-java.jar, which is deployed as it is. Needs a JDK 25 and Maven.
set -eu
cd "$(dirname "$0")"
mvn -q -B package
echo "target/hello-java.jar"
