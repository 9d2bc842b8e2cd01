"""An OpenAI-compatible endpoint that writes answers, a process of its own: `python writer.py '{"lies": true}'`.

It is a small model in earnest: of the passages it takes the sentence with most of the question's words, and quotes it.
With `lies` it adds a sentence with another number, one with an invented quotation, and one of a passage that there is
not. With `formats` it refuses others, as servers do; `broken` answers are no JSON.
"""

import json
import re
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OPTIONS = {"lies": False, "formats": ["json_schema"], "broken": 0, "status": 200}
ASKED = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.say(200, ASKED)

    def do_POST(self):
        asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
        ASKED.append(asked)
        form = asked.get("response_format", {}).get("type", "text")
        if OPTIONS["status"] != 200:
            self.say(OPTIONS["status"], {"error": {"message": "no"}})
        elif form != "text" and form not in OPTIONS["formats"]:
            self.say(400, {"error": {"message": f"response_format {form} is not supported"}})
        else:
            content = "Well, let me think." if len(ASKED) <= OPTIONS["broken"] else json.dumps(written(asked))
            self.say(200, {"choices": [{"message": {"content": content}}], "usage": {}})

    def say(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def written(asked):
    told = json.loads(asked["messages"][1]["content"])
    words = set(re.findall(r"\w{4,}", told["question"].lower()))
    sentences = [(n, one) for n, text in told["passages"].items() for one in re.findall(r"[^.\n]+\.", text)]
    n, best = max(sentences, key=lambda one: len(words & set(re.findall(r"\w{4,}", one[1].lower()))), default=("1", ""))
    if not words & set(re.findall(r"\w{4,}", best.lower())):
        return {"sentences": []}
    made = [{"text": best.strip(), "passage": int(n), "quote": best.strip()}]
    if OPTIONS["lies"]:
        made += [
            {"text": best.strip().replace(".", " on 31 May 1999."), "passage": int(n), "quote": best.strip()},
            {"text": best.strip(), "passage": int(n), "quote": "and they lived happily ever after"},
            {"text": best.strip(), "passage": 99, "quote": best.strip()},
        ]
    return {"sentences": made}


def main():
    OPTIONS.update(json.loads(sys.argv[1]))
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    sys.stdout.write(f"http://127.0.0.1:{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
