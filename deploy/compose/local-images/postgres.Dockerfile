# Stands in for postgres:18: the binaries of the embedded default, and Debian's psql and pg_isready.
FROM mayfly-check/debian
RUN useradd --uid 999 --no-create-home postgres \
 && install -d -o postgres /var/lib/postgresql /var/run/postgresql
COPY postgres/ /usr/local/
COPY postgres-run /usr/local/bin/docker-entrypoint.sh
ENV PGDATA=/var/lib/postgresql/18/docker LANG=C.UTF-8
VOLUME /var/lib/postgresql
STOPSIGNAL SIGINT
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
