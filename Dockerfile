# For strict grading: `docker compose run --rm grade`. compose.yaml has the flags that keep every layer of confinement.
ARG PYTHON=3.11
FROM python:${PYTHON}-slim AS build
WORKDIR /opt/torchgrade
RUN python -m venv venv && venv/bin/python -m pip install --no-cache-dir uv
ENV VIRTUAL_ENV=/opt/torchgrade/venv UV_NO_CACHE=1 UV_COMPILE_BYTECODE=1
COPY . source
RUN venv/bin/uv pip install --torch-backend cpu -c source/constraints.txt torch ./source
# Solutions and hidden tests are for root alone, who grades; a worker is another user.
RUN chmod -R go-rwx venv/lib/python*/site-packages/grader/_course

FROM python:${PYTHON}-slim
COPY --from=build /opt/torchgrade/venv /opt/torchgrade/venv
ENV PATH=/opt/torchgrade/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 OMP_NUM_THREADS=1
WORKDIR /grading
ENTRYPOINT ["grade"]
CMD ["doctor"]
