"""What many begin with: Starlette (FastAPI is made of it), uvicorn, `transformers.pipeline`, one text a call."""

import socket

import torch
import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from transformers import AutoTokenizer, BertForSequenceClassification, pipeline

from luodi.train import starter


def main() -> None:
    torch.set_num_threads(2)
    path = starter.find("starter").path
    model = BertForSequenceClassification.from_pretrained(path, num_labels=4).eval()
    tokenizer = AutoTokenizer.from_pretrained(path, model_max_length=128)
    pipe = pipeline("text-classification", model=model, tokenizer=tokenizer, truncation=True)

    async def predict(request: Request) -> JSONResponse:
        body = await request.json()
        return JSONResponse(await run_in_threadpool(pipe, body["text"]))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        print("port", listener.getsockname()[1], flush=True)
        app = Starlette(routes=[Route("/predict", predict, methods=["POST"])])
        uvicorn.Server(uvicorn.Config(app, log_level="error")).run(sockets=[listener])


if __name__ == "__main__":
    main()
