"""`omega say`: acts as a member in the running sandbox and prints what a bot replies."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bots.cli.rendering import lines_of
from bots.cli.slash import read_slash
from bots.cli.status import tell_that_none_runs
from bots.cli.talk import EXIT_DONE, EXIT_FAILED, Plain, give, give_json, say
from bots.supervisor.ground import is_held
from bots.supervisor.record import read_record
from config.problems import nearest
from config.settings import read_settings
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.client_stream import Stream, open_stream
from sandbox.discord.rules.messages import CONTENT
from sandbox.discord.wire import Json
from services.chat.messages import WRITING
from services.errors import Misconfigured, NoAnswer, UserMistake
from services.farm.messages import BotStatus

_REPLY_SECONDS = 15.0
_MORE_SECONDS = 0.4
"""How long to wait for another message after a reply to a message in plain words."""
_WHOLE_SECONDS = 60.0
"""How long to wait for the rest of a reply that is still being written."""
_FOLLOW_SECONDS = 5.0
"""How long to wait for what a command tells the member alone, after it took back its "thinking"."""
_LOADING = 1 << 7
"""The flag of a message that says "thinking"."""
_UNSAFE = re.compile(r"[^\w.-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. `saved` are the attachments, as files."""

    state: str
    elapsed_ms: float
    reason: str = ""
    messages: list[Json] = field(default_factory=list)
    modal: Json | None = None
    saved: list[str] = field(default_factory=list)


def run(*, persona: str, text: str, member: str, channel: str, as_json: bool) -> int:
    """Say `text` to `persona` and print the reply; return the exit code, 1 when it failed.

    Raises:
        UserMistake: no such persona, member, channel, command or option.
        Misconfigured: the bot does not run, or the farm has no local Discord.
        NoAnswer: nobody replied.
    """
    var = read_settings().var
    record = read_record(var / "run" / "farm.json") if is_held(var) else None
    if record is None:
        return tell_that_none_runs(var)
    _refuse_the_unsayable(text, member, channel)
    refuse_the_silent(persona, record.status.bots)
    url = record.status.addresses.get("discord")
    if url is None:
        hint = "`omega say` talks through the local Discord: set discord.mode to sandbox."
        raise Misconfigured("This farm has no local Discord.", hint=hint)
    reply = asyncio.run(converse(url, persona, text, member, channel, folder=var / "said"))
    if as_json:
        _give_json(reply, persona=persona, member=member, channel=channel, text=text)
    else:
        _give_lines(reply)
    return EXIT_FAILED if reply.state == "failed" else EXIT_DONE


def _refuse_the_unsayable(*arguments: str) -> None:
    try:
        "".join(arguments).encode()
    except UnicodeEncodeError as error:
        raise UserMistake(
            "The text is not UTF-8.", hint="Write it in a terminal whose encoding is UTF-8."
        ) from error


def refuse_the_silent(persona: str, bots: Sequence[BotStatus]) -> None:
    """Refuse to talk to a bot that cannot reply, before anybody waits for it.

    Raises:
        UserMistake: it is no persona bot.
        Misconfigured: it does not run.
    """
    found = next((bot for bot in bots if bot.name == persona.casefold()), None)
    if found is None:
        return
    if found.kind != "persona":
        talkers = ", ".join(bot.name for bot in bots if bot.kind == "persona") or "none"
        raise UserMistake(
            f"{found.name} is no persona bot: it works for the others.", hint=f"Talk to one of: {talkers}."
        )
    if found.state in {"disabled", "broken"}:
        is_switched_off = found.reason.startswith("switched off")
        link, hint = (
            (" is", f"Set `enabled: true` under `{found.name}` there.")
            if is_switched_off
            else (" does not run:", "See `omega status`.")
        )
        raise Misconfigured(f"{found.name}{link} {found.reason.rstrip('.')}.", hint=hint)


async def converse(url: str, persona: str, text: str, name: str, channel: str, *, folder: Path) -> Reply:
    """Say `text` in the local Discord at `url` and return the reply; attachments go to `folder`.

    Raises:
        UserMistake: no such persona, member, channel, command or option.
        NoAnswer: nobody replied, or a command was taken and nothing told.
    """
    async with SandboxClient(url) as client:
        member = await client.member(name)
        application = await _application(client, member, persona)
        speak = _command if text.startswith("/") else _message
        reply = await speak(client, member, application, text, channel)
        saved = [
            _saved(folder, attachment, await client.fetch(attachment["url"]))
            for attachment in _attachments(reply.messages)
        ]
    return Reply(
        state=reply.state,
        elapsed_ms=reply.elapsed_ms,
        reason=reply.reason,
        messages=reply.messages,
        modal=reply.modal,
        saved=saved,
    )


async def _application(client: SandboxClient, member: Member, persona: str) -> Json:
    ready = await client.http.call("GET", "/ready", {"as": member.user["id"]})
    applications: list[Json] = ready["applications"]
    for application in applications:
        if application["name"].casefold() == persona.casefold():
            return application
    names = [application["name"].lower() for application in applications]
    hint = f"There are: {', '.join(names) or 'none yet'}."
    raise UserMistake(f"There is no bot {persona}{nearest(persona.lower(), names)}.", hint=hint)


async def _command(
    client: SandboxClient, member: Member, application: Json, text: str, channel: str
) -> Reply:
    place = f"/channels/{member.channel_id(channel)}/commands"
    visible: list[Json] = await client.http.call("GET", place, {"as": member.user["id"]})
    own = [one["command"] for one in visible if one["application"]["id"] == application["id"]]
    slash = read_slash(text, own)
    async with open_stream(client.http, member.user["id"]) as stream:
        await stream.next("READY")
        began = time.perf_counter()
        answer = await member.slash(slash.name, channel, application=application["id"], **slash.options)
        messages, elapsed_ms = answer.messages, answer.elapsed_ms
        if answer.state == "acknowledged" and not messages and answer.modal is None:
            messages = [await _told_late(stream, answer.interaction_id, application["name"])]
            elapsed_ms = round((time.perf_counter() - began) * 1000.0, 1)
    return Reply(
        state=answer.state, elapsed_ms=elapsed_ms, reason=answer.reason, messages=messages, modal=answer.modal
    )


async def _told_late(stream: Stream, interaction_id: str, persona: str) -> Json:
    """Return what a command tells after the local Discord no longer waits for it."""
    try:
        async with asyncio.timeout(_FOLLOW_SECONDS):
            while True:
                event = await stream.events.get()
                if event["t"] in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} and _tells(event["d"], interaction_id):
                    return dict(event["d"])
    except TimeoutError as error:
        raise NoAnswer(
            f"{persona} took the command and then told nothing.", hint="See `omega logs`."
        ) from error


def _tells(message: Json, interaction_id: str) -> bool:
    """Return whether a message answers the interaction and is no longer "thinking"."""
    about = message.get("interaction_metadata") or {}
    return about.get("id") == interaction_id and not message["flags"] & _LOADING


async def _message(
    client: SandboxClient, member: Member, application: Json, text: str, channel: str
) -> Reply:
    bot = application["user_id"]
    content = addressed(text, name=application["name"], bot=bot)
    place = member.channel_id(channel)
    async with open_stream(client.http, member.user["id"]) as stream:
        await stream.next("READY")
        began = time.perf_counter()
        await member.send(content, channel)
        replies = await _replies(stream, bot, place)
        elapsed = (time.perf_counter() - began) * 1000.0
    if not replies:
        raise NoAnswer(
            f"{application['name']} did not reply within {_REPLY_SECONDS:.0f} s.", hint="See `omega logs`."
        )
    elapsed -= _MORE_SECONDS * 1000.0
    return Reply(state="acknowledged", elapsed_ms=round(elapsed, 1), messages=replies)


def addressed(text: str, *, name: str, bot: str) -> str:
    """Return a message to a bot: its name becomes a mention, which else is put in front.

    Raises:
        UserMistake: Discord takes no message of that length.
    """
    mention = f"<@{bot}>"
    content = re.sub(rf"@{re.escape(name)}\b", mention, text, flags=re.IGNORECASE)
    if mention not in content:
        content = f"{mention} {text}"
    if len(content.strip()) > CONTENT:
        raise UserMistake(
            f"The text is too long: {len(content.strip()):,} characters, Discord takes {CONTENT:,}.",
            hint=f"Make it shorter; the mention of {name} counts, too.",
        )
    return content


async def _replies(stream: Stream, bot: str, place: str) -> list[Json]:
    """Return what a bot writes in a channel, each message as it finally is."""
    replies: dict[str, Json] = {}
    until = time.perf_counter() + _REPLY_SECONDS
    while True:
        try:
            async with asyncio.timeout(until - time.perf_counter()):
                event = await stream.events.get()
        except TimeoutError:
            return [*replies.values()]
        message = event["d"]
        if event["t"] not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"} or message["channel_id"] != place:
            continue
        if message["author"]["id"] == bot:
            replies[message["id"]] = dict(message)
            patience = _WHOLE_SECONDS if _is_being_written(message) else _MORE_SECONDS
            until = time.perf_counter() + patience


def _is_being_written(message: Json) -> bool:
    return any((embed.get("footer") or {}).get("text") == WRITING for embed in message["embeds"])


def _attachments(messages: Sequence[Json]) -> list[Json]:
    return [attachment for message in messages for attachment in message.get("attachments", [])]


def _saved(folder: Path, attachment: Json, content: bytes) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{attachment['id']}-{_UNSAFE.sub('_', attachment['filename'])}"
    path.write_bytes(content)
    return str(path)


def _give_lines(reply: Reply) -> None:
    for message in reply.messages:
        give("\n".join(lines_of(message)))
    if reply.modal:
        give(f"(a form: {reply.modal['title']})")
    for path in reply.saved:
        give(f"(saved: {path})")
    say(f"{reply.state} in {reply.elapsed_ms:.1f} ms {reply.reason}".rstrip())


def _give_json(reply: Reply, *, persona: str, member: str, channel: str, text: str) -> None:
    texts: list[Plain] = ["\n".join(lines_of(message)) for message in reply.messages]
    give_json(
        {
            "persona": persona,
            "as": member,
            "channel": channel,
            "said": text,
            "state": reply.state,
            "reason": reply.reason,
            "elapsed_ms": reply.elapsed_ms,
            "text": texts,
            "messages": cast("list[Plain]", reply.messages),
            "modal": cast("Plain", reply.modal),
            "saved": [*reply.saved],
        }
    )
