"""The manifests against Kubernetes' own schemas, and against what this farm asks of a pod."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import kubernetes_validate
import pytest
import yaml

from config.farm_file import FarmFile

ROOT = Path(__file__).resolve().parents[3]
BASE = ROOT / "k8s" / "base"
KUBERNETES = "1.33"

Manifest = dict[str, Any]


def load_script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("k8s_bots", ROOT / "scripts" / "k8s_bots.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def manifests() -> list[Manifest]:
    listed = yaml.safe_load((BASE / "kustomization.yaml").read_text())["resources"]
    return [
        doc
        for name in [*listed, "secret.example.yaml"]
        for doc in yaml.safe_load_all((BASE / name).read_text())
    ]


def pods() -> Iterator[tuple[str, Manifest]]:
    for manifest in manifests():
        if manifest["kind"] in {"Deployment", "StatefulSet", "Job"}:
            yield manifest["metadata"]["name"], manifest["spec"]["template"]["spec"]


def names() -> list[str]:
    return [name for name, _ in pods()]


def pod(name: str) -> Manifest:
    return dict(pods())[name]


@pytest.mark.parametrize("manifest", manifests(), ids=lambda m: f"{m['kind']}-{m['metadata']['name']}")
def test_a_manifest_satisfies_the_schema_of_kubernetes(manifest: Manifest) -> None:
    kubernetes_validate.validate(manifest, KUBERNETES, strict=True)


def test_the_schema_check_bites() -> None:
    wrong = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"prots": []}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, KUBERNETES, strict=True)


def test_every_known_bot_of_the_cluster_has_one_deployment_that_runs_only_it() -> None:
    bots = yaml.safe_load((BASE / "farm.yaml").read_text())["bots"]
    deployments = [m for m in manifests() if m["kind"] == "Deployment"]
    args = [m["spec"]["template"]["spec"]["containers"][0]["args"] for m in deployments]
    assert args == [["run", "--only", bot, "--echo-logs"] for bot in bots]


def test_the_deployments_are_what_the_script_writes() -> None:
    assert (BASE / "bots.yaml").read_text() == load_script().render((BASE / "farm.yaml").read_text())


def test_an_entry_gets_what_its_kind_needs_whatever_its_name() -> None:
    farm = "bots: {prices: {kind: market}, both: {services: [market, members]}, biel: {persona: xyko}}"
    written = [one for one in yaml.safe_load_all(load_script().render(farm)) if one["kind"] == "Deployment"]
    templates = [one["spec"]["template"] for one in written]
    secrets = [[item["key"] for item in one["spec"]["volumes"][1]["secret"]["items"]] for one in templates]
    assert secrets == [
        ["OMEGA_BUS_URL"],
        ["OMEGA_BUS_URL", "OMEGA_DATABASE_URL"],
        ["OMEGA_BUS_URL", "OMEGA_TOKEN_BIEL"],
    ]
    assert all(one["metadata"]["labels"]["omega/internet"] == "yes" for one in templates)


def test_the_farm_file_of_the_cluster_is_one_that_the_farm_accepts() -> None:
    farm = FarmFile.model_validate(yaml.safe_load((BASE / "farm.yaml").read_text()))
    assert farm.discord.mode == "real"
    assert farm.observe.health_port == 8080


def test_the_default_farm_runs_no_bot_that_the_cluster_does_not_know() -> None:
    default = yaml.safe_load((ROOT / "config" / "farm.yaml").read_text())["bots"]
    cluster = yaml.safe_load((BASE / "farm.yaml").read_text())["bots"]
    assert set(default) - set(cluster) == {"sandbox_discord", "sandbox_llm"}


@pytest.mark.parametrize("name", names())
def test_a_pod_runs_without_root_and_cannot_write_its_own_image(name: str) -> None:
    spec = pod(name)
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert spec["automountServiceAccountToken"] is False
    for container in spec["containers"]:
        assert container["securityContext"]["readOnlyRootFilesystem"] is True
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
        assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert "memory" in container["resources"]["limits"]


@pytest.mark.parametrize("name", [n for n in names() if n != "omega-migrate"])
def test_a_pod_that_stays_is_probed(name: str) -> None:
    (container,) = pod(name)["containers"]
    assert {"livenessProbe", "readinessProbe"} <= set(container)


def test_a_bot_sees_its_own_secrets_and_no_other() -> None:
    seen = {name: keys for name, spec in pods() if (keys := {item["key"] for item in shared_items(spec)})}
    assert seen["omega-xyko"] == {"OMEGA_BUS_URL", "OMEGA_TOKEN_XYKO"}
    assert seen["omega-waze"] == {"OMEGA_BUS_URL", "OMEGA_TOKEN_WAZE"}
    assert seen["omega-market"] == {"OMEGA_BUS_URL"}
    assert [name for name, keys in seen.items() if "OMEGA_DATABASE_URL" in keys] == [
        "omega-migrate",
        "omega-members",
        "omega-alerts",
        "omega-desk",
        "omega-chat",
        "omega-position-analyzer",
    ]
    assert [name for name, keys in seen.items() if "OMEGA_VAULT_KEY" in keys] == ["omega-desk"]


def shared_items(spec: Manifest) -> Iterator[Manifest]:
    """Yield what a pod sees of the Secret that all pods share."""
    for volume in spec.get("volumes", ()):
        yield from volume.get("secret", {}).get("items", ())
        for source in volume.get("projected", {}).get("sources", ()):
            yield from source["secret"].get("items", ())


def test_the_watchdog_and_chat_alone_see_keys_of_their_own_and_the_vaults_is_not_among_them() -> None:
    volumes = {
        name: [volume["projected"]["sources"] for volume in spec["volumes"] if "projected" in volume]
        for name, spec in pods()
        if "volumes" in spec
    }
    seen = {
        name: ([item["key"] for item in shared["secret"]["items"]], own["secret"])
        for name, found in volumes.items()
        for shared, own in found
    }
    assert seen == {
        "omega-watchdog": (
            ["OMEGA_BUS_URL", "OMEGA_SANDBOX_KEY"],
            {"name": "omega-watchdog", "optional": True},
        ),
        "omega-chat": (
            ["OMEGA_BUS_URL", "OMEGA_DATABASE_URL"],
            {"name": "omega-models", "optional": True},
        ),
    }


def test_chat_reaches_models_and_the_database_and_nothing_that_trades() -> None:
    labels = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in manifests()
        if one["kind"] == "Deployment"
    }
    assert [name for name, found in labels.items() if "omega/models" in found] == ["omega-chat"]
    assert {"omega/internet", "omega/exchange", "omega/desk"}.isdisjoint(labels["omega-chat"])
    policies = {one["metadata"]["name"]: one["spec"] for one in manifests() if one["kind"] == "NetworkPolicy"}
    assert policies["omega-models-out"]["podSelector"] == {"matchLabels": {"omega/models": "yes"}}
    database = policies["omega-from-database-clients"]["podSelector"]["matchExpressions"]
    assert "omega-chat" in database[0]["values"]


def test_the_desk_and_the_watchdog_share_one_folder_on_one_node() -> None:
    shared = {
        name: [
            mount["mountPath"] for mount in spec["containers"][0]["volumeMounts"] if mount["name"] == "desk"
        ]
        for name, spec in pods()
        if {"name": "desk", "persistentVolumeClaim": {"claimName": "omega-desk-state"}}
        in spec.get("volumes", [])
    }
    folder = ["/var/lib/omega/desk"]
    assert shared == {"omega-desk": folder, "omega-watchdog": folder}
    (near,) = pod("omega-watchdog")["affinity"]["podAffinity"][
        "requiredDuringSchedulingIgnoredDuringExecution"
    ]
    desk = next(one for one in manifests() if one["metadata"]["name"] == "omega-desk")
    labels = desk["spec"]["template"]["metadata"]["labels"]
    assert near["labelSelector"]["matchLabels"].items() <= labels.items()


def test_who_places_orders_reaches_exchanges_and_who_only_proposes_them_does_not() -> None:
    labels = {
        one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"]
        for one in manifests()
        if one["kind"] == "Deployment"
    }
    reach = {"omega/internet", "omega/exchange"}
    assert reach <= labels["omega-desk"].keys()
    assert reach <= labels["omega-watchdog"].keys()
    assert reach.isdisjoint(labels["omega-position-analyzer"])


def test_the_alerts_pod_alone_sees_the_secrets_of_ways_out() -> None:
    farm = (BASE / "farm.yaml").read_text()
    ways = "alerts: {ways: {phone: {kind: telegram, to: '1'}}}\n"
    seen = [
        (found["metadata"]["name"], item["key"])
        for found in yaml.safe_load_all(load_script().render(farm + ways))
        if found["kind"] == "Deployment"
        for volume in found["spec"]["template"]["spec"]["volumes"]
        for item in volume.get("secret", {}).get("items", ())
        if item["key"].startswith("OMEGA_WAY_")
    ]
    assert seen == [("omega-alerts", "OMEGA_WAY_PHONE")]


def test_the_config_is_mounted_as_a_folder_so_that_changes_reach_a_running_pod() -> None:
    for name in names():
        if name in {"omega-redis", "omega-postgres"}:
            continue
        (container,) = pod(name)["containers"]
        (mount,) = [m for m in container["volumeMounts"] if m["mountPath"] == "/etc/omega"]
        assert "subPath" not in mount


def test_everything_is_denied_before_anything_is_allowed() -> None:
    policies = [m for m in manifests() if m["kind"] == "NetworkPolicy"]
    deny = next(m for m in policies if m["metadata"]["name"] == "omega-deny-all")
    assert deny["spec"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    assert all("namespaceSelector" not in str(m) for m in policies)


def test_every_key_a_pod_asks_for_is_in_the_secret_template() -> None:
    template = next(m for m in manifests() if m["kind"] == "Secret")["stringData"]
    asked = {item["key"] for _, spec in pods() for item in shared_items(spec)}
    assert asked - set(template) == set()
