"""Tells Discord how commands are described in each language of ours. Names stay English everywhere.

A localised name breaks mentions of the command and groups, and is not found by whoever pastes it.
"""

from __future__ import annotations

from typing import Any, Final

from discord import Locale, app_commands
from discord.app_commands import TranslationContextLocation as Place

from services.locales import LOCALES
from services.locales.texts import texts_of

_OURS: Final = {str(locale): locale for locale in LOCALES if locale != "en"}
_NAMES: Final = frozenset({Place.command_name, Place.group_name, Place.parameter_name})


class CatalogueTranslator(app_commands.Translator):
    """Looks descriptions, choices and the names of context menus up in the catalogue of texts."""

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: Locale,
        context: app_commands.TranslationContextTypes,
    ) -> str | None:
        """Return `string` in `locale`; None where it stays as it is."""
        ours = _OURS.get(locale.value)
        if ours is None or _is_a_name(context):
            return None
        text = texts_of(ours)
        return text(string.message) if text.knows(string.message) else None


def _is_a_name(context: app_commands.TranslationContext[Any, Any]) -> bool:
    """Return whether a member types it after a slash; the name of a context menu is only picked."""
    return context.location in _NAMES and not isinstance(context.data, app_commands.ContextMenu)
