# The pipeline with exactly what requirements.lock says.
FROM python:3.12-slim
WORKDIR /opt/sogong
COPY requirements.lock pyproject.toml README.md ./
RUN pip install --no-cache-dir --require-hashes --requirement requirements.lock
COPY sogong_pipeline sogong_pipeline
COPY sql sql
COPY expectations expectations
RUN pip install --no-cache-dir --no-deps --no-build-isolation --editable . \
    && useradd --create-home sogong \
    && install -d -o sogong /var/lib/sogong
USER sogong
ENV SOGONG_HOME=/var/lib/sogong
ENTRYPOINT ["sogong"]
CMD ["status"]
