"""Which messages are meant for the bot: direct ones, those that name it or reply to it, those of its threads.

Whether whoever wrote one may be answered belongs to `reception`, what is answered to the chat process.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

import discord

_SPOKEN: Final = frozenset({discord.MessageType.default, discord.MessageType.reply})
"""Any other is Discord's own, such as the one that tells of a pinned message."""
_KEPT: Final = 2_048


class Listening:
    """Keeps in mind the threads in which the bot has the word.

    It has it in threads that it began, below its own messages, and where it was spoken to; until somebody
    there speaks to another bot.
    """

    def __init__(self) -> None:
        self._has_word: OrderedDict[int, bool] = OrderedDict()

    def is_meant(self, message: discord.Message, me: discord.abc.Snowflake) -> bool:
        """Return whether `message` is for the bot; those of bots and webhooks never are."""
        if message.author.bot or message.webhook_id is not None or message.type not in _SPOKEN:
            return False
        if message.guild is None:
            return True
        if any(user.id == me.id for user in message.mentions):
            self._note(message.channel.id, has_word=True)
            return True
        if message.mentions:
            self._hear_of_others(message)
        return _is_readable(message) and self._is_for_me(message, me)

    def note_said(self, message_id: int) -> None:
        """Remember a message of the bot's own: a thread that is opened below it has the same id."""
        self._note(message_id, has_word=True)

    def _is_for_me(self, message: discord.Message, me: discord.abc.Snowflake) -> bool:
        replied = replied_to(message)
        if replied is not None:
            return replied.author.id == me.id
        channel = message.channel
        if message.mentions or not isinstance(channel, discord.Thread):
            return False
        return self._has_word.get(channel.id, channel.owner_id == me.id)

    def _hear_of_others(self, message: discord.Message) -> None:
        if any(user.bot for user in message.mentions):
            self._note(message.channel.id, has_word=False)

    def _note(self, place: int, *, has_word: bool) -> None:
        self._has_word[place] = has_word
        self._has_word.move_to_end(place)
        if len(self._has_word) > _KEPT:
            self._has_word.popitem(last=False)


def replied_to(message: discord.Message) -> discord.Message | None:
    """Return the message that `message` replies to, where Discord sent it along."""
    reference = message.reference
    if message.type is not discord.MessageType.reply or reference is None:
        return None
    return reference.resolved if isinstance(reference.resolved, discord.Message) else None


def _is_readable(message: discord.Message) -> bool:
    """Return whether Discord lets the bot read it; of others it tells only that they were written."""
    return bool(message.content or message.attachments)
