"""Six digits from a secret: RFC 6238 with SHA-1 and half a minute, written here a second time, from the standard."""

from __future__ import annotations

import base64
import hmac
import struct
import time


def totp(secret: str, at: float | None = None) -> str:
    """The digits of a moment; of now if none is given."""
    plain = secret.replace(" ", "")
    key = base64.b32decode(plain + "=" * (-len(plain) % 8))
    digest = hmac.new(key, struct.pack(">Q", int((at or time.time()) // 30)), "sha1").digest()
    start = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[start : start + 4])[0] & 0x7FFFFFFF) % 1_000_000:06d}"
