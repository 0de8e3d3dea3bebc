# syntax=docker/dockerfile:1
# Two images from one build:
#   docker build -t broadsheet .                        the server alone; wants DATABASE_URL
#   docker build -t broadsheet-demo --target demo .     with Postgres inside, for trying it out

FROM rust:1-bookworm AS build
WORKDIR /src
COPY . .
# The TLS of postgres-tls is compiled from source (perl and make are in this image), so nothing but libc is needed later.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/src/target \
    cargo build --release --locked --features postgres-tls \
 && cp target/release/broadsheet /broadsheet \
 && mkdir /empty

FROM debian:bookworm-slim AS demo
# Debian's package would make a cluster of its own, which nothing here uses.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates postgresql-common \
 && sed -i 's/^#\?create_main_cluster.*/create_main_cluster = false/' /etc/postgresql-common/createcluster.conf \
 && apt-get install -y --no-install-recommends postgresql \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o postgres -g postgres /data
COPY --from=build /broadsheet /usr/local/bin/broadsheet
ENV BROADSHEET_BIND=0.0.0.0:8080 BROADSHEET_DATA_DIR=/data
USER postgres
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s CMD ["/usr/local/bin/broadsheet", "health"]
ENTRYPOINT ["/usr/local/bin/broadsheet"]

FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /broadsheet /broadsheet
COPY --from=build --chown=65532:65532 /empty /data
ENV BROADSHEET_BIND=0.0.0.0:8080 BROADSHEET_DATA_DIR=/data
WORKDIR /data
EXPOSE 8080
HEALTHCHECK --interval=10s --timeout=4s --start-period=30s CMD ["/broadsheet", "health"]
ENTRYPOINT ["/broadsheet"]
