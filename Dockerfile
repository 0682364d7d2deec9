# One image for every process: the command picks the bot (`run --only xyko`).
FROM python:3.11-slim AS build
WORKDIR /app
COPY requirements.lock ./
RUN python -m venv /opt/omega \
 && /opt/omega/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/omega --create-home omega
ENV PATH=/opt/omega/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    OMEGA_VAR=/var/lib/omega
COPY --from=build /opt/omega /opt/omega
WORKDIR /app
COPY analytics analytics
COPY bots bots
COPY cogs cogs
COPY config config
COPY dashboard dashboard
COPY personas personas
COPY sandbox sandbox
COPY services services
USER 10001:10001
VOLUME /var/lib/omega
EXPOSE 8799 8080
ENTRYPOINT ["python", "-m", "bots"]
CMD ["run"]
