"""Write k8s/base/bots.yaml: one Deployment for each bot of k8s/base/farm.yaml, and the volumes they keep.

Run it after adding a bot there; a test fails when the two differ. Every Deployment is the same image, a farm
of one (`run --only BOT`), which watches the mounted farm.yaml and holds a disabled bot stopped while the pod
stays ready.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import yaml

from config.farm_file import BotEntry, FarmFile

BASE = Path(__file__).resolve().parents[1] / "k8s" / "base"
INTERNET = {"market", "alerts", "desk", "watchdog", "persona"}
"""Kinds that talk to the outside: exchanges, ways out of Discord, and Discord."""
MODELS = {"chat"}
"""Kinds that talk to providers of language models; they alone see the keys."""
EXCHANGE = {"market", "desk", "watchdog"}
"""Kinds that talk to the local exchange."""
DATABASE = {"members", "alerts", "desk", "position_analyzer", "chat"}
"""Kinds that keep rows."""
MEMORY = {
    "sandbox_exchange": ("192Mi", "512Mi"),
    "market": ("320Mi", "1Gi"),
    "members": ("96Mi", "256Mi"),
    "analyst": ("192Mi", "512Mi"),
    "alerts": ("192Mi", "512Mi"),
    "desk": ("256Mi", "768Mi"),
    "watchdog": ("96Mi", "384Mi"),
    "position_analyzer": ("192Mi", "512Mi"),
    "fibonacci_trader": ("192Mi", "512Mi"),
    "ccxt_trader": ("192Mi", "512Mi"),
    "chat": ("256Mi", "768Mi"),
    "persona": ("112Mi", "256Mi"),
}
"""Request and limit by kind; a pod also holds the small farm beside its bot."""
KEPT = {"market": "20Gi", "sandbox_exchange": "1Gi"}
"""Kinds whose files outlive the pod, and how much room they get: candle history, paper accounts."""
DESK_FOLDER = "/var/lib/omega/desk"
DESK_ROOM = "1Gi"
WATCHDOG_SECRET = "omega-watchdog"  # noqa: S105 - what the Secret is called
"""Has a key for each live account, `OMEGA_WATCHDOG_<ACCOUNT ID>`; a farm that trades on paper needs none."""
MODELS_SECRET = "omega-models"  # noqa: S105 - what the Secret is called
"""Has a key for each language model, `OMEGA_MODEL_<NAME>`; a farm that answers from templates needs none."""
OWN_SECRETS = {"watchdog": WATCHDOG_SECRET, "chat": MODELS_SECRET}
"""The Secret that only pods of a kind see, besides what all share; it need not be there."""
EXCHANGE_PORT = 8798
HEADER = (
    "# Written by scripts/k8s_bots.py from farm.yaml. Change the script or that file, then run it again.\n"
)

Manifest = dict[str, object]


def secrets_of(name: str, entry: BotEntry, ways: Collection[str]) -> list[str]:
    """Return the keys of the Secret that this bot, and no other, must see."""
    kinds = entry.kinds_of(name)
    database = [] if DATABASE.isdisjoint(kinds) else ["OMEGA_DATABASE_URL"]
    token = [f"OMEGA_TOKEN_{name.upper()}"] if "persona" in kinds else []
    key = [] if {"sandbox_exchange", "desk", "watchdog"}.isdisjoint(kinds) else ["OMEGA_SANDBOX_KEY"]
    vault = ["OMEGA_VAULT_KEY"] if "desk" in kinds else []
    outside = [f"OMEGA_WAY_{way.upper()}" for way in ways] if "alerts" in kinds else []
    return ["OMEGA_BUS_URL", *database, *key, *vault, *token, *outside]


def labels_of(name: str, entry: BotEntry) -> dict[str, str]:
    """Return the labels of a bot's pods; the network policies read them."""
    labels = {
        "app.kubernetes.io/name": f"omega-{name}",
        "app.kubernetes.io/part-of": "omega",
        "app.kubernetes.io/component": "bot",
    }
    if not INTERNET.isdisjoint(entry.kinds_of(name)):
        labels["omega/internet"] = "yes"
    if "OMEGA_DATABASE_URL" in secrets_of(name, entry, ()):
        labels["omega/database"] = "yes"
    if not EXCHANGE.isdisjoint(entry.kinds_of(name)):
        labels["omega/exchange"] = "yes"
    if not MODELS.isdisjoint(entry.kinds_of(name)):
        labels["omega/models"] = "yes"
    if entry.kind_of(name) == "desk":
        labels["omega/desk"] = "yes"
    return labels


def ports_of(name: str, entry: BotEntry) -> list[dict[str, object]]:
    """Return what a bot's pod listens on."""
    ports: list[dict[str, object]] = [{"name": "health", "containerPort": 8080}]
    if entry.kind_of(name) == "sandbox_exchange":
        ports.append({"name": "exchange", "containerPort": EXCHANGE_PORT})
    return ports


def state_of(name: str, entry: BotEntry) -> dict[str, object]:
    """Return the volume of a bot's own files."""
    if entry.kind_of(name) not in KEPT:
        return {"name": "state", "emptyDir": {}}
    return {"name": "state", "persistentVolumeClaim": {"claimName": claim_name(name)}}


def desk_folder_of(name: str, entry: BotEntry) -> list[dict[str, object]]:
    """Return the volume of the folder in which the desk and the watchdog tell each other how it stands."""
    if entry.kind_of(name) not in {"desk", "watchdog"}:
        return []
    return [{"name": "desk", "persistentVolumeClaim": {"claimName": claim_name("desk")}}]


def beside_the_desk(name: str, entry: BotEntry) -> dict[str, object]:
    """Return what brings the watchdog to the desk's node: the folder they share is mounted on one node."""
    if entry.kind_of(name) != "watchdog":
        return {}
    term = {
        "labelSelector": {"matchLabels": {"omega/desk": "yes"}},
        "topologyKey": "kubernetes.io/hostname",
    }
    return {"affinity": {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}}


def secrets_volume_of(name: str, entry: BotEntry, ways: Collection[str]) -> dict[str, object]:
    """Return the volume of a bot's secrets, each a file."""
    items = [{"key": key, "path": key} for key in secrets_of(name, entry, ways)]
    own_name = OWN_SECRETS.get(entry.kind_of(name))
    if own_name is None:
        return {"name": "secrets", "secret": {"secretName": "omega-secrets", "items": items}}
    own = {"secret": {"name": own_name, "optional": True}}
    return {
        "name": "secrets",
        "projected": {"sources": [{"secret": {"name": "omega-secrets", "items": items}}, own]},
    }


def claim_name(name: str) -> str:
    """Return what a bot's claim to a volume is called."""
    return f"omega-{name.replace('_', '-')}-state"


def claims_of(name: str, entry: BotEntry) -> list[Manifest]:
    """Return the claim of a bot whose files outlive its pod; none for any other."""
    kind = entry.kind_of(name)
    room = DESK_ROOM if kind == "desk" else KEPT.get(kind)
    if room is None:
        return []
    claimed = kind if kind == "desk" else name
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": room}}}
    return [
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": claim_name(claimed), "labels": {"app.kubernetes.io/part-of": "omega"}},
            "spec": spec,
        }
    ]


def container_of(name: str, entry: BotEntry) -> Manifest:
    """Return the one container of a bot's pod."""
    request, limit = MEMORY[entry.kind_of(name)]
    return {
        "name": "bot",
        "image": "omega-bot-farm",
        "args": ["run", "--only", name, "--echo-logs"],
        "env": [
            {"name": "OMEGA_CONFIG", "value": "/etc/omega/farm.yaml"},
            {"name": "OMEGA_SECRETS", "value": "/etc/omega-secrets"},
        ],
        "ports": ports_of(name, entry),
        "startupProbe": {
            "httpGet": {"path": "/live", "port": "health"},
            "periodSeconds": 1,
            "failureThreshold": 60,
        },
        "livenessProbe": {"httpGet": {"path": "/live", "port": "health"}, "periodSeconds": 10},
        "readinessProbe": {"httpGet": {"path": "/ready", "port": "health"}, "periodSeconds": 5},
        "resources": {"requests": {"cpu": "50m", "memory": request}, "limits": {"memory": limit}},
        "securityContext": {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volumeMounts": [
            {"name": "config", "mountPath": "/etc/omega", "readOnly": True},
            {"name": "secrets", "mountPath": "/etc/omega-secrets", "readOnly": True},
            {"name": "state", "mountPath": "/var/lib/omega"},
            *({"name": one["name"], "mountPath": DESK_FOLDER} for one in desk_folder_of(name, entry)),
            {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - a mount of the pod's own
        ],
    }


def pod_of(name: str, entry: BotEntry, ways: Collection[str]) -> Manifest:
    """Return the pod's specification."""
    return {
        **beside_the_desk(name, entry),
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 30,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container_of(name, entry)],
        "volumes": [
            {"name": "config", "configMap": {"name": "omega-farm"}},
            secrets_volume_of(name, entry, ways),
            state_of(name, entry),
            *desk_folder_of(name, entry),
            {"name": "tmp", "emptyDir": {}},
        ],
    }


def deployment_of(name: str, entry: BotEntry, ways: Collection[str] = ()) -> Manifest:
    """Return the Deployment of one bot; never two of the same bot at once, hence Recreate."""
    labels = labels_of(name, entry)
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"omega-{name.replace('_', '-')}", "labels": labels},
        "spec": {
            "replicas": 1,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": {"app.kubernetes.io/name": labels["app.kubernetes.io/name"]}},
            "template": {"metadata": {"labels": labels}, "spec": pod_of(name, entry, ways)},
        },
    }


class _Plain(yaml.SafeDumper):
    """YAML without anchors: each Deployment can be read by itself."""

    def ignore_aliases(self, data: object) -> bool:
        """Write every value out, even one that stands twice."""
        del data
        return True


def render(farm: str) -> str:
    """Return bots.yaml for the text of a farm.yaml."""
    file = FarmFile.model_validate(yaml.safe_load(farm))
    manifests = [
        one
        for name, entry in file.bots.items()
        for one in (*claims_of(name, entry), deployment_of(name, entry, file.alerts.ways))
    ]
    return HEADER + yaml.dump_all(manifests, Dumper=_Plain, sort_keys=False)


if __name__ == "__main__":
    (BASE / "bots.yaml").write_text(render((BASE / "farm.yaml").read_text()))
