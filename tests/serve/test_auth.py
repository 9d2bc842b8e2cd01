"""The token: chosen, kept, and compared."""

import pytest

from luodi.errors import SetupError
from luodi.serve.auth import Token, chosen, kept


def test_a_given_token_goes_before_that_of_the_environment(monkeypatch):
    monkeypatch.setenv("LUODI_TOKEN", "from-the-environment")

    assert chosen("given-by-somebody") == Token(value="given-by-somebody", given=True)
    assert chosen(None) == Token(value="from-the-environment", given=True)


def test_nobody_chose_a_token(monkeypatch):
    monkeypatch.delenv("LUODI_TOKEN", raising=False)

    assert chosen(None) is None


@pytest.mark.parametrize("token", ["", "short", "with a space in it", "with\nanother line", "ünï" * 10])
def test_a_token_that_is_too_short_or_cannot_be_sent_is_refused(token):
    with pytest.raises(SetupError) as error:
        chosen(token)

    assert "openssl" in error.value.fix


def test_a_token_is_made_once_and_kept(tmp_path):
    first = kept(tmp_path / ".luodi")

    assert kept(tmp_path / ".luodi") == first
    assert len(first.value) >= 43


def test_a_kept_token_that_others_may_read_is_refused(tmp_path):
    kept(tmp_path)
    (tmp_path / "token").chmod(0o644)

    with pytest.raises(SetupError, match="others may read") as error:
        kept(tmp_path)

    assert error.value.fix.startswith("chmod 600 ")


def test_a_link_is_not_followed_to_a_token(tmp_path):
    (tmp_path / "elsewhere").write_text("x" * 40)
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(SetupError, match="cannot be read"):
        kept(tmp_path)


@pytest.mark.parametrize("header", ["Bearer 0123456789abcdef", "bearer  0123456789abcdef "])
def test_the_right_token_opens(header):
    assert Token(value="0123456789abcdef", given=True).opens(header)


@pytest.mark.parametrize(
    "header", ["", "Bearer ", "0123456789abcdef", "Basic 0123456789abcdef", "Bearer 0123456789abcdeF"]
)
def test_anything_else_does_not(header):
    assert not Token(value="0123456789abcdef", given=True).opens(header)
