"""The tables, the same in SQLite and PostgreSQL."""

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)  # fmt: skip

VERSION = 1
"""Of this layout; `meta` holds that of a database."""

METADATA = MetaData()
ID = String(26)

META = Table("meta", METADATA, Column("name", String(40), primary_key=True), Column("value", Text, nullable=False))

REQUESTS = Table(
    "requests",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("scenario", String(100), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("release", ID, nullable=False),
    Column("key_id", ID, nullable=False),
    Column("request", JSON(none_as_null=True)),  # null where the scenario keeps no texts
    Column("response", JSON(none_as_null=True)),
    Column("scores", JSON(none_as_null=True)),  # the best of them
    Column("label", Text, nullable=False),
    Column("confidence", Float(53), nullable=False),
    Column("margin", Float(53), nullable=False),
    Column("handed_over", Boolean, nullable=False),
    Column("truncated", Boolean, nullable=False),
    Column("latency_ms", Float(53), nullable=False),
    Column("n_characters", Integer, nullable=False),
    Column("kept", String(10), nullable=False),  # full, redacted or none
    Index("requests_by_time", "scenario", "at"),
)

FEEDBACK = Table(
    "feedback",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("request_id", ID, nullable=False, index=True),
    Column("scenario", String(100), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("key_id", ID, nullable=False),
    Column("idempotency_key", String(200), nullable=False),
    Column("right", Boolean),  # null where a label was sent instead
    Column("label", Text),
    Column("comment", Text, nullable=False, default=""),
    UniqueConstraint("key_id", "idempotency_key", name="feedback_once"),
)

QUEUE = Table(
    "queue",
    METADATA,
    Column("request_id", ID, primary_key=True),
    Column("scenario", String(100), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("reason", String(20), nullable=False),  # handed_over, low_margin, disputed or sampled
    Column("priority", Float(53), nullable=False),
    Column("state", String(10), nullable=False),  # open, decided, disputed or skipped
    Column("label", Text),  # what the reviewers agreed on
    Column("decided_at", Float(53)),
    Column("probability", Float(53), nullable=False, default=1.0),  # of being drawn, where chance drew it; else 1
    Column("wanted", Integer, nullable=False, default=1),  # so many opinions
    Column("fingerprint", String(32), nullable=False, default=""),  # of the text, so that none waits twice
    Index("queue_by_state", "scenario", "state", "priority"),
    Index("queue_by_text", "scenario", "fingerprint"),
)

REVIEWS = Table(
    "reviews",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("request_id", ID, nullable=False, index=True),
    Column("scenario", String(100), nullable=False),
    Column("at", Float(53), nullable=False),
    Column("reviewer", ID, nullable=False),  # the id of their key
    Column("label", Text, nullable=False),
    Column("note", Text, nullable=False, default=""),
    UniqueConstraint("request_id", "reviewer", name="one_review_each"),
)

RELEASES = Table(
    "releases",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("scenario", String(100), nullable=False, index=True),
    Column("bundle", Text, nullable=False),  # the folder
    Column("digest", String(64), nullable=False),  # of its bundle.json
    Column("stage", String(10), nullable=False),  # champion, canary, shadow, previous, retired or broken
    Column("share", Float(53), nullable=False, default=0.0),  # of traffic, for a canary
    Column("at", Float(53), nullable=False),
    Column("changed_at", Float(53), nullable=False),
    Column("by", ID, nullable=False),
    Column("note", Text, nullable=False, default=""),
)

KEYS = Table(
    "keys",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("name", String(100), nullable=False),
    Column("hash", String(64), nullable=False, unique=True),  # SHA-256 of 256 random bits
    Column("scopes", JSON, nullable=False),
    Column("per_minute", Integer),
    Column("created_at", Float(53), nullable=False),
    Column("expires_at", Float(53)),
    Column("revoked_at", Float(53)),
    Column("last_used_at", Float(53)),  # to within a minute or so
)

AUDIT = Table(
    "audit",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Float(53), nullable=False),
    Column("actor", String(100), nullable=False),
    Column("action", String(40), nullable=False),
    Column("subject", String(200), nullable=False),
    Column("details", JSON, nullable=False),
    Column("hash", String(64), nullable=False),  # over the entry and the hash before it
)

IDEMPOTENCY = Table(
    "idempotency",
    METADATA,
    Column("key_id", ID, primary_key=True),
    Column("idempotency_key", String(200), primary_key=True),
    Column("body_hash", String(64), nullable=False),
    Column("at", Float(53), nullable=False, index=True),
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
)

WINDOWS = Table(
    "windows",
    METADATA,
    Column("scenario", String(100), primary_key=True),
    Column("start", Float(53), primary_key=True),
    Column("seconds", Float(53), nullable=False),
    Column("figures", JSON, nullable=False),
)

ALARMS = Table(
    "alarms",
    METADATA,
    Column("id", ID, primary_key=True),
    Column("scenario", String(100), nullable=False, index=True),
    Column("at", Float(53), nullable=False),
    Column("level", String(10), nullable=False),  # look or stop
    Column("number", String(60), nullable=False),  # which figure moved
    Column("details", JSON, nullable=False),
    Column("ended_at", Float(53)),
)
