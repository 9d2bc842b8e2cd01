"""Names under which the service may be called."""

import pytest

from luodi.serve.limits import Hosts, is_loopback


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:1", "127.0.0.1:8700", "[::1]:8700", "localhost.", "box.example"]
)
def test_loopback_names_and_the_bound_host_are_ours(host):
    assert Hosts("box.example").allows(host)


@pytest.mark.parametrize(("bound", "allowed"), [("127.0.0.1", False), ("0.0.0.0", True), ("::", True)])
def test_any_address_is_ours_only_when_we_listen_on_all(bound, allowed):
    assert Hosts(bound).allows("192.0.2.7:8700") is allowed
    assert Hosts(bound).allows("[2001:db8::1]:8700") is allowed
    assert not Hosts(bound).allows("evil.example")


def test_further_names_can_be_allowed():
    assert Hosts("0.0.0.0", ["Tickets.example"]).allows("tickets.example:443")


@pytest.mark.parametrize(("host", "only_us"), [("localhost", True), ("127.8.8.8", True), ("::1", True), ("box", False)])
def test_loopback_is_what_only_this_machine_reaches(host, only_us):
    assert is_loopback(host) is only_us
