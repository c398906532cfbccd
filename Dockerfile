# syntax=docker/dockerfile:1
# Three stages: the pages, the Python environment, and what runs: no Node, no compiler, no root.
# Each step was tried on Debian 12 without containers; the image itself has not been built yet.

FROM node:24-bookworm-slim AS pages
WORKDIR /src/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY schema/schema.graphql /src/schema/schema.graphql
COPY web/ ./
RUN npm run build

FROM python:3.11-slim-bookworm AS environment
WORKDIR /app
RUN pip install --no-cache-dir uv==0.13.9
COPY pyproject.toml requirements.lock ./
# The lock also pins what only tests need. Its versions and its hashes are kept for the rest.
RUN cp requirements.lock runtime.txt \
 && uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
      pyproject.toml -o runtime.txt \
 && uv venv /opt/launch \
 && uv pip install --python /opt/launch --no-cache --require-hashes -r runtime.txt

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 launch \
 && useradd --uid 10001 --gid launch --no-create-home --home-dir /nonexistent launch
WORKDIR /app
COPY --from=environment /opt/launch /opt/launch
COPY *.py pyproject.toml ./
COPY commands commands
COPY db db
COPY devserver devserver
COPY domain domain
COPY endpoints endpoints
COPY jobs jobs
COPY resolvers resolvers
COPY schema schema
COPY server server
COPY services services
COPY subscriptions subscriptions
COPY --from=pages /src/web/dist web/dist
# As `launch_build_info` shows it: docker build --build-arg REVISION=$(git rev-parse HEAD)
ARG REVISION=unknown
RUN printf '%s\n' "$REVISION" > REVISION
RUN printf '#!/bin/sh\nexec /opt/launch/bin/python /app/cli.py "$@"\n' > /usr/local/bin/launch \
 && chmod 755 /usr/local/bin/launch \
 && /opt/launch/bin/python -m compileall -q /app
ENV PATH=/opt/launch/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ENVIRONMENT=production \
    HOST=0.0.0.0 \
    PORT=8000 \
    DATA_DIR=/tmp/launch
USER 10001:10001
EXPOSE 8000
# Alive, not ready: a database that is away is no reason to start this process again.
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s CMD \
    ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["launch"]
CMD ["serve"]
