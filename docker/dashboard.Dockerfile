# optuna-dashboard, started by dashboard.py. Build from this folder: docker build -f dashboard.Dockerfile .
FROM python:3.11-slim-bookworm
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY dashboard.requirements.txt /app/
RUN pip install --no-cache-dir --no-deps --only-binary=:all: -r /app/dashboard.requirements.txt \
    && pip check \
    && groupadd --gid 10002 dashboard \
    && useradd --uid 10002 --gid 10002 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin dashboard
COPY --chmod=0444 dashboard.py /app/
USER 10002:10002
CMD ["python", "/app/dashboard.py"]
