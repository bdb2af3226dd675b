# syntax=docker/dockerfile:1
# Longwave in a small image. Build:  docker build -t longwave .
# Run:  docker run -p 8000:8000 -v ./stations:/stations -v longwave:/data longwave

FROM rust:1.95-bookworm AS build
RUN apt-get update \
 && apt-get install -y --no-install-recommends cmake=3.25.* \
 && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY Cargo.toml Cargo.lock ./
COPY benches benches
COPY docs docs
COPY src src
COPY stations stations
RUN cargo build --release --locked --bin longwave

FROM debian:bookworm-slim
RUN useradd --uid 10001 --system --create-home --home-dir /data longwave
COPY --from=build /build/target/release/longwave /usr/local/bin/longwave
COPY LICENSE NOTICE.md /usr/share/doc/longwave/
COPY stations /stations
COPY assets /assets
USER 10001
VOLUME ["/data"]
EXPOSE 8000
ENTRYPOINT ["longwave"]
CMD ["serve", "/stations", "--data-dir", "/data", "--listen", "0.0.0.0:8000"]
