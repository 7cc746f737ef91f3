# The diary as an image: docs/home-server.md tells how to run it, docs/hosting.md how AWS does.
# It needs no capability and no root, and writes below /data and /tmp only: run it with --read-only --cap-drop=all, and
# with --init: the first process of a container does not hear SIGTERM before Streamlit listens for it.
# The base stands in its own line, not in an ARG: Dependabot renews the former only. `buildah bud --from` puts another in
# its place.
FROM docker.io/library/python:3.13.15-slim-trixie@sha256:7c61056e61ac89e852de05f3dc6fa51a6dd2181797bceed46aa725dd7cb2cd3b AS base

FROM base AS build
# Amazon's own authority signs the certificates of RDS; no package of Python's brings it. Where Amazon adds to the file,
# the build ends here: look at what is new, then write down its new sum.
ARG RDS_BUNDLE=https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem
ARG RDS_BUNDLE_SHA256=e5bb2084ccf45087bda1c9bffdea0eb15ee67f0b91646106e466714f9de3c7e3
RUN python -c "import sys, urllib.request as web; web.urlretrieve(*sys.argv[1:])" "${RDS_BUNDLE}" /rds.pem \
    && echo "${RDS_BUNDLE_SHA256} */rds.pem" >/rds.sum \
    && sha256sum --check --quiet /rds.sum \
    && chmod 644 /rds.pem
# A pip of its own, so that none is in the environment that is taken along. Wheels only: nothing is compiled here.
COPY requirements.txt /
RUN python -m venv /pip \
    && python -m venv --without-pip /venv \
    && /pip/bin/pip --python /venv/bin/python install --no-cache-dir --disable-pip-version-check \
       --only-binary=:all: --require-hashes --requirement /requirements.txt \
    && rm -r /venv/lib/python3*/site-packages/pandas/tests /venv/lib/python3*/site-packages/pyarrow/tests
# Compiled here, as nothing can be written there; readable whatever the rights of the checkout were.
COPY . /app
RUN rm /app/requirements.txt \
    && chmod -R u=rwX,go=rX /app \
    && python -m compileall -q --invalidation-mode unchecked-hash /app

FROM base
# The base's own pip would only be one more thing to look after.
RUN rm -rf /usr/local/bin/pip* /usr/local/lib/python3*/site-packages/pip* /usr/local/lib/python3*/ensurepip \
    && groupadd --gid 10001 diary \
    && useradd --no-log-init --uid 10001 --gid diary --no-create-home --home-dir /app --shell /usr/sbin/nologin diary \
    && install --directory --owner=diary --group=diary --mode=700 /data
COPY --from=build /rds.pem /etc/ssl/rds/global-bundle.pem
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/venv/bin:/usr/local/bin:/usr/bin:/bin \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/diary.db \
    DIARY_PHOTOS=/data/photos \
    DIARY_LOG=json \
    STREAMLIT_LOGGER_HIDE_WELCOME_MESSAGE=true
USER 10001:10001
EXPOSE 8501
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import sys; from http.client import HTTPConnection as To; to = To('127.0.0.1', 8501, timeout=4); to.request('GET', '/healthz'); sys.exit(to.getresponse().status != 200)"]
CMD ["streamlit", "run", "streamlit_app.py", "--server.address=0.0.0.0", "--server.port=8501"]
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Music Diary" \
      org.opencontainers.image.description="A diary of one mood and one song a day" \
      org.opencontainers.image.licenses=MIT \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
