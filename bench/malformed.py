"""Requests that no client should send: broken framing, other schemas, hostile Unicode; from a seed, so that each can
be made again."""

import json
import random
from collections.abc import Iterator

HEAD = b"host: localhost\r\nauthorization: Bearer %s\r\n"
METHODS = [
    b"POST",
    b"GET",
    b"PUT",
    b"TRACE",
    b"CONNECT",
    b"OPTIONS",
    b"HEAD",
    b"PRI",
    b"post",
    b"P\x00ST",
    b"",
    b"\xff",
]
PATHS = [b"/predict", b"/", b"*", b"//", b"/../../etc/passwd", b"/%00", b"/%ff%fe", b"/predict?a=%zz",
         b"http://evil/predict", b"/predict#x", b"/v1/../v1/tickets/predict", b"\xe4\xb8\xad", b"/" + b"a" * 9_000,
         b"localhost:80"]  # fmt: skip
VERSIONS = [b"HTTP/1.1", b"HTTP/1.0", b"HTTP/2.0", b"HTTP/9.9", b"HTTP/1.", b"", b"http/1.1", b"HTTP/1.1 x"]
LINES = [
    b"transfer-encoding: chunked", b"transfer-encoding: gzip, chunked", b"transfer-encoding : chunked",
    b"Transfer-Encoding: xchunked", b"content-length: 5", b"content-length: -1", b"content-length: 1e3",
    b"content-length: 99999999999999999999", b"content-length: 0x10", b"content-length: 5, 5", b"content-length:",
    b"host: evil.example", b"host:", b"connection: close", b"connection: upgrade\r\nupgrade: websocket",
    b"expect: 100-continue", b"expect: miracles", b"x: \x00", b"x: a\r\n b", b"x\x01y: 1", b": empty", b"no colon",
    b"x: " + b"a" * 20_000, b"authorization: Bearer", b"luodi-timeout-ms: x", b"idempotency-key: \xff",
    b"content-encoding: gzip", b"range: bytes=0-", b"cookie: " + b"a=b; " * 1_000, b"te: trailers",
]  # fmt: skip
ENDS = [b"\r\n", b"\n", b"\r", b"\r\r\n", b" \r\n"]
BODIES = [b"", b'{"text": "a"}', b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"-1\r\nx\r\n", b"ffffffffffffffff1\r\nx"]
WORDS = ["text", "txt", "a", "", "\u0000", "id", "label", "__class__", "中文", "😀", "\u202e", "e\u0301" * 50, "ﷺ" * 99]
SCALARS = [
    None,
    True,
    0,
    -1,
    1e308,
    10**30,
    "",
    " ",
    "\u0000",
    "\ufeff",
    "\u2028",
    "'; DROP TABLE requests; --",
    "=1+1",
]
BYTES = [b"\xff", b"\xc0\xaf", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xef\xbb\xbf", b"\x00", b"\\ud800",
         b"\\u0000",
         b"\xf4\x90\x80\x80", b"\xe4\xb8"]  # fmt: skip


def cases(n: int, token: str, seed: int = 7) -> Iterator[tuple[str, bytes]]:
    """Yield n cases as (family, bytes): of five, one of framing, three of schema, one of Unicode."""
    rng = random.Random(seed)
    head = HEAD % token.encode()
    for number in range(n):
        family = ("framing", "schema", "schema", "schema", "unicode")[number % 5]
        if family == "framing":
            yield family, framing(rng, head)
        else:
            body = schema(rng) if family == "schema" else unicode(rng)
            yield family, b"POST /predict HTTP/1.1\r\n%scontent-length: %d\r\n\r\n%s" % (head, len(body), body)


def framing(rng: random.Random, head: bytes) -> bytes:
    if rng.random() < 0.1:
        return rng.randbytes(rng.randrange(1, 300))
    body = rng.choice(
        [b"", b'{"text": "a"}', b"5\r\nhello\r\n0\r\n\r\n", b"zz\r\n", b"-1\r\nx\r\n", b"ffffffffffffffff1\r\nx"]
    )
    end = rng.choice(ENDS) if rng.random() < 0.4 else b"\r\n"
    lines = [b" ".join([rng.choice(METHODS[:2] * 5 + METHODS), rng.choice(PATHS[:1] * 5 + PATHS),
                        rng.choice(VERSIONS[:1] * 8 + VERSIONS)])]  # fmt: skip
    lines += head.strip().split(b"\r\n") if rng.random() < 0.8 else []
    lines += rng.sample(LINES, rng.randrange(4))
    made = end.join([*lines, b"", b""]) + body
    if rng.random() < 0.2:
        made += b"GET /health/live HTTP/1.1\r\nhost: localhost\r\n\r\n"
    if rng.random() < 0.2:
        made = made[: rng.randrange(1, len(made) + 1)]
    return made


def value(rng: random.Random, depth: int = 0):
    kind = rng.random()
    if depth > 4 or kind < 0.5:
        return rng.choice(SCALARS) if rng.random() < 0.6 else rng.choice(WORDS)
    if kind < 0.75:
        return [value(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(WORDS): value(rng, depth + 1) for _ in range(rng.randrange(4))}


def schema(rng: random.Random) -> bytes:
    kind = rng.random()
    if kind < 0.05:
        return b"[" * rng.randrange(1, 60_000)
    if kind < 0.08:
        return b'{"text": "' + b"a" * rng.choice([10, 100_000, 1_100_000]) + b'"}'
    if kind < 0.12:
        return json.dumps([{"text": "a"}] * rng.choice([0, 1, 257])).encode()
    if kind < 0.2:
        return rng.choice([b'{"text": NaN}', b'{"text": 1e999}', b'{"text": "a", "text": "b"}', b"1" * 6_000,
                           b'{"text"}',
                           b"'text'", b"{'text': 1}", b"[,]", b'{"text": "a"} x', b"\r\n", b"null"])  # fmt: skip
    made = json.dumps({"text": value(rng)} if rng.random() < 0.5 else value(rng), ensure_ascii=rng.random() < 0.5)
    body = made.encode("utf-8", "surrogatepass")
    return body[: rng.randrange(len(body) + 1)] if rng.random() < 0.2 else body


def unicode(rng: random.Random) -> bytes:
    def letter() -> bytes:
        return chr(rng.choice([rng.randrange(32, 0xD800), rng.randrange(0xE000, 0x110000)])).encode()

    inside = b"".join(rng.choice(BYTES) if rng.random() < 0.5 else letter() for _ in range(rng.randrange(1, 12)))
    body = rng.choice([b'{"text": "%s"}', b'{"%s": "a"}', b"%s", b'[{"text": "%s"}, {"text": "b"}]'])
    return body.replace(b"%s", inside)
