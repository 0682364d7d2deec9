"""The models of farm.yaml, opened: each with its key, its address, and the SDK that it alone needs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from pydantic import SecretStr

from config.farm_file import ChatSection, ModelSection
from config.model_values import LOCAL
from config.settings import variable_of_model
from services.chat.models.fallback import ConfiguredModels
from services.chat.ports import Model
from services.clock import Clock
from services.errors import Misconfigured

_OPENAI_PATH = "/v1"
"""Where the API of OpenAI begins on the local model server; Gemini's begins at its root."""


@asynccontextmanager
async def open_models(
    section: ChatSection, keys: Mapping[str, SecretStr], *, sandbox_url: str | None, clock: Clock
) -> AsyncIterator[ConfiguredModels]:
    """Open the models that some persona asks.

    Args:
        section: which there are, and who asks them.
        keys: by the name of the model.
        sandbox_url: where the local model server is; None where there is none.
        clock: for rests, and for what providers date.

    Raises:
        Misconfigured: a key is missing that its provider needs, or the local server that is named.
    """
    async with AsyncExitStack() as stack:
        models: dict[str, Model] = {}
        for name in _asked(section):
            model = _opened(name, section.models[name], keys.get(name), sandbox_url=sandbox_url, clock=clock)
            stack.push_async_callback(model.close)
            models[name] = model
        yield ConfiguredModels(section, models, clock=clock)


def _asked(section: ChatSection) -> list[str]:
    lists = (section.usual, *section.personas.values())
    return list(dict.fromkeys(name for names in lists for name in names))


def _opened(
    name: str, section: ModelSection, key: SecretStr | None, *, sandbox_url: str | None, clock: Clock
) -> Model:
    if key is None and section.needs_key:
        raise Misconfigured(
            f"The model {name} needs the key of its provider.",
            hint=f"Set {variable_of_model(name)}, or take {name} out of chat.models in farm.yaml.",
        )
    url = section.url
    if url == LOCAL:
        if sandbox_url is None:
            raise Misconfigured(
                f"The model {name} is the local one, and no local model server runs.",
                hint="Enable sandbox_llm under bots in farm.yaml, or give the model another url.",
            )
        url = sandbox_url + (_OPENAI_PATH if section.api == "openai" else "")
    if section.api == "openai":
        from services.chat.models.openai_model import OpenAiModel  # noqa: PLC0415 - 30 MB, where it is needed

        return OpenAiModel(name, section, key, url=url, clock=clock)
    from services.chat.models.gemini_model import GeminiModel  # noqa: PLC0415 - the same

    return GeminiModel(name, section, key, url=url, clock=clock)
