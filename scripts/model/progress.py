"""What a long build says while it works."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass


@dataclass
class Stage:
    """Says on stderr what is going on, how far it is and how long it will still take."""

    name: str
    began: float = 0.0
    began_at_share: float = 0.0
    said: float = 0.0

    def __call__(self, share: float, remark: str = "") -> None:
        """Take note that this share is done; speak at most every ten seconds."""
        now = time.monotonic()
        if not self.began:
            self.began, self.began_at_share = now, share
        if now - self.said >= 10 and share > self.began_at_share:
            self.said = now
            left = (now - self.began) * (1 - share) / (share - self.began_at_share)
            sys.stderr.write(f"{self.name}: {share:.0%}, {left / 60:.1f} min left {remark}\n")
