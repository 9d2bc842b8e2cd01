"""The compose file and the Kubernetes manifest: structure, and that what refers to something finds it."""

import re

import pytest

from luodi.commands.serve import COMMAND as SERVE
from luodi.serve.routes import all_routes

yaml = pytest.importorskip("yaml")

VERSIONS = {
    "ServiceAccount": "v1",
    "PersistentVolumeClaim": "v1",
    "Deployment": "apps/v1",
    "Service": "v1",
    "PodDisruptionBudget": "policy/v1",
    "NetworkPolicy": "networking.k8s.io/v1",
}
DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")  # RFC 1123
QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?(m|Ki|Mi|Gi)?")


@pytest.fixture(scope="module")
def objects(packed):
    """The objects of the manifest by kind."""
    found = list(yaml.safe_load_all((packed[0] / "kubernetes.yaml").read_text()))
    assert len({one["kind"] for one in found}) == len(found)
    return {one["kind"]: one for one in found}


@pytest.fixture
def pod(objects):
    return objects["Deployment"]["spec"]["template"]["spec"]


@pytest.fixture
def container(pod):
    (one,) = pod["containers"]
    return one


@pytest.fixture(scope="module")
def compose(packed):
    return yaml.safe_load((packed[0] / "compose.yaml").read_text())


def served(words):
    assert words[0] == "serve"
    return SERVE.make_context("serve", [str(one) for one in words[1:]]).params


def test_every_object_is_of_a_version_that_has_it_and_named_as_the_api_demands(objects, packed):
    assert {kind: one["apiVersion"] for kind, one in objects.items()} == VERSIONS
    for one in objects.values():
        assert DNS_LABEL.fullmatch(one["metadata"]["name"])
        assert one["metadata"]["labels"] == {"app.kubernetes.io/name": packed[1]["unit"]}


def test_every_selector_selects_the_pods(objects):
    labels = objects["Deployment"]["spec"]["template"]["metadata"]["labels"]

    assert objects["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert objects["Service"]["spec"]["selector"] == labels
    assert objects["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert objects["NetworkPolicy"]["spec"]["podSelector"]["matchLabels"] == labels


def test_what_the_pod_refers_to_is_there(objects, pod, container, packed):
    text = (packed[0] / "kubernetes.yaml").read_text()
    volumes = {one["name"]: one for one in pod["volumes"]}
    (secret,) = [one["valueFrom"]["secretKeyRef"] for one in container["env"]]

    assert pod["serviceAccountName"] == objects["ServiceAccount"]["metadata"]["name"]
    assert {one["name"] for one in container["volumeMounts"]} == set(volumes)
    claim = volumes["ledger"]["persistentVolumeClaim"]["claimName"]
    assert claim == objects["PersistentVolumeClaim"]["metadata"]["name"]
    assert f"kubectl create secret generic {secret['name']} --from-literal={secret['key']}=" in text
    assert "kind: Secret" not in text


def test_ports_are_one_port_by_name(objects, container):
    (port,) = container["ports"]
    (service,) = objects["Service"]["spec"]["ports"]
    (rule,) = objects["NetworkPolicy"]["spec"]["ingress"]

    assert port["containerPort"] == served(container["args"])["port"]
    assert service["targetPort"] == rule["ports"][0]["port"] == port["name"] == "http"
    assert all(container[probe]["httpGet"]["port"] == "http" for probe in ("livenessProbe", "readinessProbe"))


def test_probes_ask_routes_that_are_open_and_readiness_is_a_prediction(container):
    paths = {probe: container[probe]["httpGet"]["path"] for probe in container if probe.endswith("Probe")}
    known = {route.path for route in all_routes() if route.scope == "open" and "data" in route.listeners}

    assert set(paths.values()) <= known
    assert paths["readinessProbe"] == "/health/ready" and paths["livenessProbe"] == "/health/live"


def test_the_pod_may_do_as_little_as_the_restricted_standard_asks(objects, pod, container):
    """Kubernetes, Pod Security Standards, "Restricted"."""
    assert pod["automountServiceAccountToken"] is False
    assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] >= 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    own = container["securityContext"]
    assert (own["allowPrivilegeEscalation"], own["readOnlyRootFilesystem"]) == (False, True)
    assert own["capabilities"] == {"drop": ["ALL"]}
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert objects["NetworkPolicy"]["spec"]["policyTypes"] == ["Ingress", "Egress"]


def test_what_it_writes_is_on_a_volume(container):
    mounts = {one["mountPath"] for one in container["volumeMounts"]}

    assert any(str(served(container["args"])["home"]).startswith(one) for one in mounts)


def test_resources_are_quantities_and_a_request_is_below_its_limit(container, packed):
    asked, most = container["resources"]["requests"], container["resources"]["limits"]

    assert all(QUANTITY.fullmatch(one) for one in [*asked.values(), *most.values()])
    assert (asked["memory"], most["memory"]) == (f"{packed[1]['memory_high']}Mi", f"{packed[1]['memory_limit']}Mi")
    assert packed[1]["memory_high"] <= packed[1]["memory_limit"]


def test_one_writer_of_the_ledger_and_a_budget_that_does_not_block_a_drain(objects):
    spec = objects["Deployment"]["spec"]

    assert (spec["replicas"], spec["strategy"]["type"]) == (1, "Recreate")
    assert objects["PersistentVolumeClaim"]["spec"]["accessModes"] == ["ReadWriteOnce"]
    assert objects["PodDisruptionBudget"]["spec"]["maxUnavailable"] == 1


def test_compose_refers_to_what_is_there(compose, packed):
    services, folder = compose["services"], packed[0]

    for one in services.values():
        assert set(one.get("depends_on", {})) <= set(services)
        for volume in one.get("volumes", []):
            source = volume.split(":")[0]
            assert source in compose["volumes"] or (folder / source).exists() or source == "./tls"
        for other, how in one.get("depends_on", {}).items():
            assert how["condition"] == "service_healthy"
            assert "healthcheck" in services[other] or "build" in services[other]  # or that of its image
    assert (folder / services["luodi"]["build"]["dockerfile"]).exists()


def test_compose_serves_both_listeners_and_lets_the_console_out_to_this_machine_alone(compose):
    luodi = compose["services"]["luodi"]
    options = served(luodi["command"])

    assert luodi["ports"] == [f"127.0.0.1:{options['admin_port']}:{options['admin_port']}"]
    assert options["admin_host"] == options["host"] == "0.0.0.0"
    assert luodi["read_only"] and luodi["cap_drop"] == ["ALL"]
    assert any(volume.endswith(f":{options['home']}") for volume in luodi["volumes"])


def test_every_variable_of_compose_is_in_the_example_and_no_secret_has_a_value(compose, packed):
    text, example = ((packed[0] / name).read_text() for name in ("compose.yaml", "env.example"))

    asked = set(re.findall(r"\$\{(\w+)", text))
    given = dict(line.split("=", 1) for line in example.splitlines() if not line.startswith("#"))

    assert asked == set(given)
    assert not given["LUODI_TOKEN"] and not given["POSTGRES_PASSWORD"]
