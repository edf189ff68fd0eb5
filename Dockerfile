# The image: the checkout as it stands. No Docker engine built it where it was written; its steps were run by
# hand in a clean folder: docs/deployment.md.
FROM python:3.12.12-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/roust

COPY . .
# Editable, so that `roust` finds the rooms beside it exactly as in a checkout.
RUN python -m pip install --disable-pip-version-check -c constraints.txt -e '.[apprise]' \
    && useradd --system --uid 10001 --no-create-home roust

USER roust
EXPOSE 8420
ENV ROUST_CONFIG=/etc/roust/roust.yaml ROUST_LOG_FORMAT=json
ENTRYPOINT ["roust"]
CMD ["--help"]
