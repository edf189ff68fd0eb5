"""Signed words that say when they were made, by Temporal's clock: what one host makes, another reads."""

from itsdangerous import TimestampSigner, URLSafeTimedSerializer

from roust.runtime.clock import CLOCK


class _Signer(TimestampSigner):
    def get_timestamp(self) -> int:
        return int(CLOCK.epoch())


class Stamped(URLSafeTimedSerializer):
    """Reads and makes them. How old they may be is for the reader to say."""

    default_signer = _Signer
