"""What the section chat must also fulfil beyond its schema: models and personas that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from config.farm_file import ChatSection, FarmFile, Kind, ModelSection
from config.model_values import LOCAL
from config.problems import nearest
from config.settings import variable_of_model
from config.strict_yaml import Keys

Lack = tuple[Keys, str]
"""Keys below chat, and what was expected there."""


def lacks_of_chat(file: FarmFile, personas: Collection[str]) -> Iterator[Lack]:
    """Yield every key of the section that is wrong, with what was expected there."""
    chat = file.chat
    yield from _chosen(("usual",), chat.usual, chat)
    for persona, chosen in chat.personas.items():
        if persona not in personas:
            known = nearest(persona, personas) + "; there are: " + ", ".join(sorted(personas))
            yield ("personas", persona), f"expected a persona{known}"
        yield from _chosen(("personas", persona), chosen, chat)
    has_local = any(entry.kind_of(name) == "sandbox_llm" for name, entry in file.bots.items())
    for name, model in chat.models.items():
        if model.url == LOCAL and not has_local:
            yield ("models", name, "url"), f"expected the bot sandbox_llm among bots, {LOCAL} is its model"
        elif "@" in (model.url or ""):
            yield ("models", name, "url"), "expected an address without a user or a password"


def _chosen(at: Keys, names: tuple[str, ...], chat: ChatSection) -> Iterator[Lack]:
    for number, name in enumerate(names):
        if name not in chat.models:
            yield (*at, number), f"expected the name of a model in chat.models{nearest(name, chat.models)}"
        elif name in names[:number]:
            yield (*at, number), "expected each model once"


def doubts_of_chat(file: FarmFile, keys: Collection[str]) -> Iterator[str]:
    """Yield what of the section will not come about; `keys` are the names of the models that have one."""
    chat = file.chat
    used = _used(chat)
    for name, model in chat.models.items():
        if name not in used:
            yield f"chat.models.{name} is asked by no persona: name it in chat.usual or chat.personas"
        elif model.needs_key and name not in keys:
            yield f"{variable_of_model(name)} is not set: the model {name} is left out"
        elif model.url == LOCAL and not _runs(file, "sandbox_llm"):
            yield f"chat.models.{name} is left out: the bot sandbox_llm is switched off"
        elif _is_unpriced(chat, name):
            yield f"chat.models.{name} is not asked, a budget has a cost: it has no price_in or no price_out"
    for name in sorted(set(keys) - chat.models.keys()):
        yield f"{variable_of_model(name)} is of no model in chat.models{nearest(name, chat.models)}"
    if used and not _runs(file, "chat"):
        yield "chat.models are asked by nobody: no bot chat runs"


def those_that_can_be_asked(file: FarmFile, keys: Collection[str]) -> ChatSection:
    """Return the section without the models that lack their key or their server; the others stay."""
    models = {
        name: model
        for name, model in file.chat.models.items()
        if (name in keys or not model.needs_key) and (model.url != LOCAL or _runs(file, "sandbox_llm"))
    }

    def left(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(name for name in names if name in models)

    personas = {persona: left(names) for persona, names in file.chat.personas.items()}
    return file.chat.model_copy(
        update={"models": models, "usual": left(file.chat.usual), "personas": personas}
    )


def those_that_are_asked(file: FarmFile, keys: Collection[str]) -> Mapping[str, ModelSection]:
    """Return the models that a persona asks: those of which `doubts_of_chat` says nothing."""
    if not _runs(file, "chat"):
        return {}
    chat = those_that_can_be_asked(file, keys)
    used = _used(chat)
    return {
        name: model for name, model in chat.models.items() if name in used and not _is_unpriced(chat, name)
    }


def _used(chat: ChatSection) -> set[str]:
    return {*chat.usual, *(name for chosen in chat.personas.values() for name in chosen)}


def _runs(file: FarmFile, kind: Kind) -> bool:
    return any(entry.enabled and entry.kind_of(name) == kind for name, entry in file.bots.items())


def _is_unpriced(chat: ChatSection, name: str) -> bool:
    has_cost = any(one.cost is not None for one in (chat.member, chat.guild, chat.persona, chat.farm))
    return has_cost and not chat.models[name].is_priced
