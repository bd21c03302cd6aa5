# freshmark with torch for CPUs.
#
#   docker build -t freshmark .
#   docker run --rm -v "$PWD:/data" freshmark run -d "file('log.csv')" -s "popularity()" --every never --every 1d
FROM python:3.11-slim

WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
# torch first: it changes seldom, and the build without CUDA is smaller by 3.2 GB.
ENV UV_TORCH_BACKEND=cpu UV_SYSTEM_PYTHON=1 UV_NO_CACHE=1
RUN pip install --no-cache-dir uv && uv pip install "$(grep '^torch==' constraints.txt)"
COPY harness harness
COPY plugins plugins
COPY datasets datasets
COPY reports reports
RUN uv pip install -c constraints.txt .

RUN useradd --create-home freshmark
USER freshmark
WORKDIR /data
ENTRYPOINT ["freshmark"]
CMD ["--help"]
