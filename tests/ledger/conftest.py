"""Ledgers on SQLite and on a real PostgreSQL, and answers to put into them."""

import dataclasses
import time
import uuid

import psycopg
import pytest

from luodi.ledger.entries import Served
from luodi.ledger.ids import new_id
from luodi.ledger.ledger import open_ledger


def an_answer(**changed) -> Served:
    """Return an answer to a ticket."""
    one = Served(
        id=new_id(),
        at=time.time(),
        scenario="tickets",
        release=new_id(),
        key="owner",
        request={"text": "where is my card"},
        x="where is my card",
        response={"label": "lost card", "confidence": 0.7, "handed_over": False},
        scores={"lost card": 0.7, "refund": 0.3},
        label="lost card",
        confidence=0.7,
        margin=0.4,
        handed_over=False,
        truncated=False,
        latency_ms=3.5,
    )
    return dataclasses.replace(one, **changed)


@pytest.fixture
def answer():
    return an_answer


@pytest.fixture
def database(postgres_server):
    """The URL of an empty schema of a PostgreSQL, dropped afterwards."""
    name = f"t{uuid.uuid4().hex}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{postgres_server}&options=-csearch_path%3D{name}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


@pytest.fixture(params=["sqlite", "postgres"])
def url(request):
    """`None` for SQLite in the home, or the URL of a PostgreSQL."""
    return None if request.param == "sqlite" else request.getfixturevalue("database")


@pytest.fixture
def ledger(tmp_path, url):
    with open_ledger(tmp_path / "home", url) as one:
        yield one


@pytest.fixture
def lite(tmp_path):
    """A ledger on SQLite alone."""
    with open_ledger(tmp_path / "home") as one:
        yield one
