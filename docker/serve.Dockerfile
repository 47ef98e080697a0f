# The command `docktuna` with its server. Build from the repository root: docker build -f docker/serve.Dockerfile .

# The same Debian as below: a program linked against a newer C library would not start there.
FROM rust:1.95-slim-bookworm AS build
WORKDIR /src
COPY . .
# The caches outlive the layer, so a change of source compiles what changed and downloads nothing. They are no part of an
# image, hence the copy. `locked`, because two builds in one target directory would wait for each other inside cargo anyway.
RUN --mount=type=cache,target=/usr/local/cargo/registry \
    --mount=type=cache,target=/usr/local/cargo/git \
    --mount=type=cache,target=/src/target,sharing=locked \
    cargo build --release --locked -p docktuna --features serve --bin docktuna \
    && mkdir /out \
    && cp target/release/docktuna /out/

FROM debian:bookworm-slim
# A fixed number, so that a volume or a secret on the host can be given to it.
RUN groupadd --gid 10004 docktuna \
    && useradd --uid 10004 --gid 10004 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin docktuna
COPY --from=build --chmod=0755 /out/ /usr/local/bin/
USER 10004:10004
# No entry point: the command names the program.
CMD ["docktuna", "serve"]
