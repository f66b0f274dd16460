# A worker. Build: docker build -t flightagents . ; the sandbox's extras are not in it.
FROM python:3.11.14-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/flightagents
COPY pyproject.toml setup.cfg README.md ./
COPY flightagents flightagents
RUN /opt/flightagents/bin/pip install --no-cache-dir .

FROM python:3.11.14-slim-bookworm
RUN useradd --system --uid 10001 --create-home --home-dir /var/lib/flightagents flightagents
COPY --from=build /opt/flightagents /opt/flightagents
ENV PATH=/opt/flightagents/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FLIGHTAGENTS_DATA_DIR=/var/lib/flightagents/data \
    FLIGHTAGENTS_LOG_FORMAT=json
USER 10001
WORKDIR /var/lib/flightagents
EXPOSE 6066
# The web server starts with the worker and ends with it. /healthz says that the worker is alive: whoever starts a
# container again asks this. /readyz says whether it does its work: it is not ready while Kafka or MongoDB is away,
# and a restart mends neither.
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=4 \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://localhost:' + os.environ.get('FLIGHTAGENTS_WEB_PORT', '6066') + '/healthz', timeout=4)"]
ENTRYPOINT ["flightagents"]
CMD ["--quiet", "worker", "-l", "info"]
