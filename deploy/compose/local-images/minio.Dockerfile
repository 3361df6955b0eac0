# Stands in for minio/minio: a MinIO built from source.
FROM mayfly-check/debian
COPY minio /usr/bin/minio
VOLUME /data
ENTRYPOINT ["minio"]
CMD ["minio"]
