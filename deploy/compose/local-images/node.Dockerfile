# Stands in for node: the machine's Node.
FROM mayfly-check/debian
COPY node /usr/local/bin/node
