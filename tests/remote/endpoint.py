"""An OpenAI-compatible endpoint to test against: a process of its own, a small model of ours, and faults by a seed.

`python endpoint.py SESSION '{"share": 0.3, "seed": 1}'` prints its address. `GET /stats` tells what was asked.
"""

import asyncio
import gzip
import hashlib
import json
import math
import random
import sys
from collections import Counter
from pathlib import Path

from luodi.runtime.session import open_session

FAULTS = (
    "reset", "no answer", "429", "429 retry-after", "500", "502", "503", "malformed", "truncated", "wrong schema",
    "empty", "html", "drip", "stall", "gzip garbage", "10 MB",
)  # fmt: skip
DEFAULTS = {"share": 0.0, "seed": 1, "faults": FAULTS, "logprobs": True, "formats": ["json_schema", "json_object"],
            "cap": "max_tokens", "wobble": 0.0, "outside": "", "status": 200, "spoil": "", "slow_s": 0.0}  # fmt: skip
HTML = b"<html><body>502 Bad Gateway</body></html>"


class Endpoint:
    """Answers prompts with the labels of a session."""

    def __init__(self, session, options):
        self.session, self.options = session, DEFAULTS | options
        self.rng = random.Random(self.options["seed"])
        self.n, self.faults, self.texts, self.keys = 0, Counter(), Counter(), set()
        self.prompts = []

    async def serve(self, reader, writer):
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode("latin-1").split("\r\n")
                headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:] if line)}
                body = await reader.readexactly(int(headers.get("content-length", 0)))
                if lines[0].startswith("GET"):
                    self.write(writer, 200, json.dumps(self.stats()).encode())
                elif not await self.chat(writer, headers, json.loads(body)):
                    break
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def stats(self):
        return {"calls": self.n, "faults": dict(self.faults), "most": max(self.texts.values(), default=0),
                "keys": sorted(self.keys), "prompts": self.prompts[-5:], "texts": len(self.texts)}  # fmt: skip

    async def chat(self, writer, headers, asked) -> bool:
        """Answer one question, or fail; say whether the connection lives on."""
        self.n += 1
        self.keys.add(headers.get("authorization", ""))
        self.prompts.append(asked["messages"])
        if refusal := self.refusal(asked):
            self.write(writer, 400, json.dumps({"error": {"message": refusal}}).encode())
            return True
        if self.options["status"] != 200:
            self.write(writer, self.options["status"], b'{"error": {"message": "no"}}')
            return True
        if self.rng.random() < self.options["share"]:
            kind = self.rng.choice(self.options["faults"])
            self.faults[kind] += 1
            return await self.fail(kind, writer, self.answer(asked))
        await asyncio.sleep(self.options["slow_s"])
        self.write(writer, 200, self.answer(asked))
        return True

    def refusal(self, asked) -> str:
        form = (asked.get("response_format") or {}).get("type", "text")
        if form != "text" and form not in self.options["formats"]:
            return f"response_format {form} is not supported"
        if "logprobs" in asked and not self.options["logprobs"]:
            return "unknown parameter: logprobs"
        if self.options["cap"] not in asked:
            return f"unsupported parameter, use {self.options['cap']} instead"
        return ""

    def answer(self, asked) -> bytes:
        messages = asked["messages"]
        asks = (one for one in reversed(messages) if one["role"] == "user" and one["content"].startswith('{"text"'))
        question = next(asks)
        text = json.loads(question["content"])["text"]
        self.texts[text] += 1
        if '{"text": "' in messages[0]["content"]:
            return self.written(asked, json.loads(question["content"]), is_first=messages[-1] is question)
        (scores,) = self.session.predict([text])
        tag = '"labels"' in messages[0]["content"]
        if self.rng.random() < self.options["wobble"]:
            scores = dict(zip(scores, reversed(list(scores.values())), strict=True))
        if self.options["outside"] == "always" or (self.options["outside"] == "first" and messages[-1] is question):
            value, sure = "no such label", [0.5]
        elif tag:
            value = [label for label, p in scores.items() if p >= 0.5]
            sure = [scores[label] for label in value]
        else:
            value = max(scores, key=scores.get)
            sure = [scores[value]]
        content = json.dumps({"labels" if tag else "label": value}, ensure_ascii=False)
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        if asked.get("logprobs"):
            choice["logprobs"] = {"content": tokens(content, value if tag else [value], sure)}
        made = {"id": hashlib.sha256(text.encode()).hexdigest()[:8], "object": "chat.completion", "choices": [choice]}
        n = sum(len(one["content"].split()) for one in messages)
        made["usage"] = {"prompt_tokens": n, "completion_tokens": 5, "total_tokens": n + 5}
        return json.dumps(made).encode()

    def written(self, asked, given, *, is_first) -> bytes:
        """Answer with what a writer of ours makes of a text; spoilt where it should be, the first time or always."""
        x = {
            "text": given["text"],
            "query": given.get("about", ""),
            "terms": given.get("terms", {}),
            "max_sentences": 2,
        }
        text = self.session.predict([x])[0]["text"]
        if self.options["spoil"] == "always" or (self.options["spoil"] == "first" and is_first):
            text += " 4711"
        content = "no JSON" if self.options["outside"] == "always" else json.dumps({"text": text}, ensure_ascii=False)
        choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
        if asked.get("logprobs"):
            choice["logprobs"] = {"content": [{"token": content, "logprob": math.log(0.5)}]}
        usage = {"prompt_tokens": sum(len(one["content"].split()) for one in asked["messages"]), "completion_tokens": 7}
        return json.dumps({"object": "chat.completion", "choices": [choice], "usage": usage}).encode()

    async def fail(self, kind, writer, good: bytes) -> bool:
        """Fail in the asked way; say whether the connection lives on."""
        if whole := self.whole(kind, good):
            self.write(writer, *whole)
            return True
        if kind == "reset":
            writer.transport.abort()
        elif kind == "10 MB":
            self.write(writer, 200, b" " * 10_000_000 + good)
        else:
            n = {"no answer": None, "drip": 0}.get(kind, len(good) // 2)
            if n is not None:
                self.write(writer, 200, good[:n], length=len(good))
                await writer.drain()
            if kind == "drip":
                await drip(writer, good)
            elif kind != "truncated":
                await asyncio.sleep(60)
        return False

    def whole(self, kind, good: bytes):
        """Return status, body and further headers of what is a good answer to HTTP at least."""
        known = {
            "429": (429, HTML), "429 retry-after": (429, b"{}", "retry-after: 0.1\r\n"), "500": (500, HTML),
            "502": (502, HTML), "503": (503, HTML), "malformed": (200, good.replace(b"{", b"[", 1)),
            "wrong schema": (200, b'{"choices": {"0": "card"}}'), "empty": (200, b""), "html": (200, HTML),
            "gzip garbage": (200, gzip.compress(good)[:-20] + b"\x00" * 20, "content-encoding: gzip\r\n"),
        }  # fmt: skip
        return known.get(kind)

    def write(self, writer, status: int, body: bytes, more: str = "", *, length: int | None = None) -> None:
        head = f"HTTP/1.1 {status} x\r\ncontent-type: application/json\r\n{more}"
        writer.write(f"{head}content-length: {len(body) if length is None else length}\r\n\r\n".encode() + body)


async def drip(writer, content: bytes) -> None:
    for n in range(len(content)):
        writer.write(content[n : n + 1])
        await writer.drain()
        await asyncio.sleep(0.2)


def tokens(content: str, labels, sure) -> list[dict]:
    """Cut an answer into tokens, of which those of a label multiply to its probability."""
    made = []
    rest = content
    for label, p in zip(labels, sure, strict=True):
        written = json.dumps(label, ensure_ascii=False)[1:-1]
        before, _, rest = rest.partition(written)
        half = len(written) // 2
        for part in (written[:half], written[half:]):
            made += [{"token": before, "logprob": 0.0}, {"token": part, "logprob": math.log(max(p, 1e-6)) / 2}]
            before = ""
    return [*made, {"token": rest, "logprob": 0.0}]


async def main() -> None:
    endpoint = Endpoint(open_session(Path(sys.argv[1])), json.loads(sys.argv[2]))
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, limit=2**24)
    sys.stdout.write(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
