"""Who in the local network may see and press: a code from the room's own screen, and a pairing that expires.

Belongs to the server's loop. Time is passed in, in seconds. Must keep no pairing's secret, only its digest.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from enum import StrEnum

CODE_SECONDS = 600.0
PAIRED_SECONDS = 12 * 3600.0
MOST_TRIES = 5
LOCKED_SECONDS = 60.0
MOST_PAIRED = 16
"""Beyond it the oldest pairing ends."""
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""None of them looks like another one."""
_CODE_LENGTH = 8


class Tried(StrEnum):
    """What came of a code."""

    PAIRED = "paired"
    WRONG = "wrong"
    LOCKED = "locked"


class Pairing:
    """The code of the moment, and those who gave one."""

    def __init__(self, now: float) -> None:
        self._paired: dict[bytes, float] = {}
        self._locked_until = 0.0
        self._renew(now)

    def code(self, now: float) -> tuple[str, float]:
        """The code to show, and for how many seconds it counts."""
        if now >= self._code_until:
            self._renew(now)
        return self._code, self._code_until - now

    def pair(self, code: str, now: float) -> tuple[Tried, str]:
        """Try a code; with `PAIRED` comes the secret of the pairing. A code pairs one device."""
        if now < self._locked_until:
            return Tried.LOCKED, ""
        wanted, _ = self.code(now)
        given = code.strip().upper().replace("-", "").encode("utf-8", "replace")
        if not hmac.compare_digest(given, wanted.encode()):
            self._tries += 1
            if self._tries >= MOST_TRIES:
                self._locked_until = now + LOCKED_SECONDS
                self._renew(now)
            return Tried.WRONG, ""
        self._renew(now)
        secret = secrets.token_urlsafe(32)
        self._paired[_digest(secret)] = now + PAIRED_SECONDS
        while len(self._paired) > MOST_PAIRED:
            del self._paired[next(iter(self._paired))]
        return Tried.PAIRED, secret

    def is_paired(self, secret: str, now: float) -> bool:
        """Whether this is the secret of a pairing that still counts."""
        digest = _digest(secret)
        if self._paired.get(digest, now) > now:
            return True
        self._paired.pop(digest, None)
        return False

    def _renew(self, now: float) -> None:
        self._code = "".join(secrets.choice(_LETTERS) for _ in range(_CODE_LENGTH))
        self._code_until = now + CODE_SECONDS
        self._tries = 0


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
