from __future__ import annotations

from typing import Any, Literal

import discord
import pytest
from discord import app_commands

from bots.waze.translator import CatalogueTranslator
from services.locales.texts import texts_of


def told(tree: app_commands.CommandTree[Any]) -> app_commands.Command[Any, ..., Any]:
    @tree.command(name="movers", description="What rose and what fell most in 24 hours")
    @app_commands.describe(direction="Left out it is both", fresh="Unheard of")
    async def movers(
        interaction: discord.Interaction, direction: Literal["up", "down"], fresh: str = ""
    ) -> None:
        raise NotImplementedError

    return movers


@pytest.fixture
async def payload() -> dict[str, Any]:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))
    return await told(tree).get_translated_payload(tree, CatalogueTranslator())


async def test_descriptions_options_and_choices_are_told_in_portuguese_and_names_are_not(
    payload: dict[str, Any],
) -> None:
    assert payload["description_localizations"] == {"pt-BR": "O que mais subiu e o que mais caiu em 24 horas"}
    direction, _ = payload["options"]
    assert direction["description_localizations"] == {"pt-BR": "Sem nada, são as duas"}
    assert [choice["name_localizations"] for choice in direction["choices"]] == [
        {"pt-BR": "alta"},
        {"pt-BR": "queda"},
    ]
    assert not payload.get("name_localizations")
    assert not direction.get("name_localizations")


async def test_what_has_no_translation_is_left_as_it_is(payload: dict[str, Any]) -> None:
    assert not payload["options"][1].get("description_localizations")


async def test_the_name_of_a_context_menu_is_translated_as_nobody_types_it() -> None:
    tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))

    async def explain(interaction: discord.Interaction, message: discord.Message) -> None:
        raise NotImplementedError

    menu = app_commands.ContextMenu(name="Refresh", callback=explain)
    told = await menu.get_translated_payload(tree, CatalogueTranslator())
    assert told["name_localizations"] == {"pt-BR": texts_of("pt-BR")("Refresh")}
