#!/bin/bash
# Compiles Hello.java and packs its classes as hello-java.jar, which is deployed as it is. Needs a JDK 25; curl fetches
# the interfaces of Lambda (4 classes) from Maven Central; the runtime brings them, so they are not in the jar.
set -euo pipefail
cd "$(dirname "$0")"
version=1.4.0
core=target/aws-lambda-java-core-$version.jar
mkdir -p target/classes
[ -e "$core" ] || curl -fsSL -o "$core" \
    "https://repo1.maven.org/maven2/com/amazonaws/aws-lambda-java-core/$version/aws-lambda-java-core-$version.jar"
javac --release 25 -cp "$core" -d target/classes Hello.java
jar --create --file target/hello-java.jar -C target/classes .
echo "target/hello-java.jar"
