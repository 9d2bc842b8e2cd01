"""What a whole service does beyond its parts."""

import asyncio

from sqlalchemy import select

from luodi.bundle import read_bundle
from luodi.ledger.ledger import open_ledger, rows_of
from luodi.ledger.tables import QUEUE, REQUESTS
from luodi.serve.auth import Token
from luodi.serve.limits import Hosts, Limits
from luodi.serve.server import service_of


def test_what_is_kept_follows_the_release_that_answers(tmp_path, other):
    first = other(tmp_path / "deploy" / "first", {"lost card": 0.7, "refund": 0.3}, record="redacted")
    second = other(tmp_path / "deploy" / "second", {"lost card": 0.2, "refund": 0.8}, record="none")

    async def run():
        service = service_of(
            [read_bundle(first)], token=Token(value="a-token-for-the-tests", given=True), hosts=Hosts("127.0.0.1"),
            limits=Limits(), ledger=open_ledger(tmp_path / "home"), home=tmp_path / "home",
        )  # fmt: skip
        await service.start()
        endpoint = service.endpoints["tickets"]
        await endpoint.answer([{"text": "before"}])
        await service.releases["tickets"].release(second, "champion", by="owner")
        await endpoint.answer([{"text": "after"}])
        await service.stop()

    asyncio.run(run())

    with open_ledger(tmp_path / "home") as ledger:
        kept = ledger.read(lambda one: rows_of(one.execute(select(REQUESTS).order_by(REQUESTS.c.at))))
        waiting = ledger.read(lambda one: rows_of(one.execute(select(QUEUE))))
    assert [(one["kept"], one["request"]) for one in kept] == [("redacted", {"text": "before"}), ("none", None)]
    assert {one["request_id"] for one in waiting} <= {kept[0]["id"]}
