# One image for the command line and for every part of Airflow.
FROM python:3.12-slim
WORKDIR /opt/sogong
COPY requirements.lock pyproject.toml README.md ./
# The versions and hashes of the one lock, without what only tests need, which is a third of it.
RUN python -m venv /tmp/uv \
    && /tmp/uv/bin/pip install --no-cache-dir "$(sed -nE 's/^(uv==[^ ]+).*/\1/p' requirements.lock)" \
    && /tmp/uv/bin/uv pip install --system --no-cache --require-hashes --constraint requirements.lock \
        --requirement pyproject.toml hatchling editables \
    && rm -rf /tmp/uv
COPY sogong_pipeline sogong_pipeline
COPY sql sql
COPY expectations expectations
COPY dags dags
COPY plugins plugins
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --create-home sogong \
    && install -d -o sogong /var/lib/sogong /opt/airflow /opt/airflow/logs
USER sogong
ENV SOGONG_HOME=/var/lib/sogong \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/sogong/dags \
    AIRFLOW__CORE__PLUGINS_FOLDER=/opt/sogong/plugins
ENTRYPOINT ["sogong"]
CMD ["status"]
