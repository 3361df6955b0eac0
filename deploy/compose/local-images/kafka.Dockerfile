# Stands in for apache/kafka: the same jars, user and folders, and the same program that reads the KAFKA_ variables.
FROM mayfly-check/jre
RUN useradd --uid 1000 --no-create-home appuser \
 && mkdir -p /etc/kafka/docker /mnt/shared/config /opt/kafka/config /var/lib/kafka/data \
 && touch /etc/kafka/docker/server.properties \
 && chown -R appuser /opt/kafka/config /var/lib/kafka
COPY kafka/ /opt/kafka/libs/
COPY kafka-log4j2.yaml /etc/kafka/docker/log4j2.yaml
COPY kafka-log4j2.yaml /etc/kafka/docker/tools-log4j2.yaml
COPY kafka-run /etc/kafka/docker/run
VOLUME /var/lib/kafka/data
USER appuser
CMD ["/etc/kafka/docker/run"]
