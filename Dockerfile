# The image: the checkout as it stands, with its client. Not yet built by us anywhere: a first honest form.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/roust

COPY . .
# Editable, so that `roust` finds the rooms beside it exactly as in a checkout.
RUN python -m pip install --disable-pip-version-check -c constraints.txt -e . \
    && useradd --system --uid 10001 --no-create-home roust

USER roust
EXPOSE 8420
ENV ROUST_CONFIG=/etc/roust/roust.yaml ROUST_LOG_FORMAT=json
ENTRYPOINT ["roust"]
CMD ["--help"]
