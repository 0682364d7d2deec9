"""The conversation's bot in hikari: the commands, texts and ids of `talk_bot`, public options only.

hikari 2.7 knows no labels, so this bot has no modal of them.
Runs as a process of its own: the server's address and a token are its arguments, and it prints one word a
line for what happens to its connection. It ends when its stdin does.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Final

import hikari

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360f8cfc0000003010100"
    "c9fe92ef0000000049454e44ae426082"
)
MARKETS = ("BTC/USDT", "ETH/USDT", "SOL/USDT")
EPHEMERAL = hikari.MessageFlag.EPHEMERAL
CREATE: Final = hikari.ResponseType.MESSAGE_CREATE


def picture() -> hikari.Bytes:
    """Return a small picture to attach."""
    return hikari.Bytes(PNG, "chart.png")


def commands(rest: hikari.api.RESTClient) -> list[hikari.api.SlashCommandBuilder]:
    """Return the commands to register."""
    plain = {
        "report": "An embed, a picture and a panel",
        "layout": "Every layout part",
        "slow": "Take a while",
        "ask": "A modal with a row",
    }
    text = hikari.CommandOption(
        type=hikari.OptionType.STRING, name="text", description="What to say", is_required=True
    )
    market = hikari.CommandOption(
        type=hikari.OptionType.STRING, name="market", description="Which", is_required=True, autocomplete=True
    )
    return [
        rest.slash_command_builder("echo", "Say it back").add_option(text),
        rest.slash_command_builder("pick", "Pick a market").add_option(market),
        *(rest.slash_command_builder(name, about) for name, about in plain.items()),
    ]


async def echo(it: hikari.CommandInteraction) -> None:
    """Say it back."""
    assert it.options
    await it.create_initial_response(CREATE, f"echo: {it.options[0].value}")


async def pick(it: hikari.CommandInteraction) -> None:
    """Say which market was picked."""
    assert it.options
    await it.create_initial_response(CREATE, f"picked {it.options[0].value}")


async def report(it: hikari.CommandInteraction) -> None:
    """Show an embed, a picture and a panel."""
    rest = it.app.rest
    embed = hikari.Embed(title="Report", description="all is well", color=0x00AAFF)
    embed.add_field("price", "1").set_image(picture()).set_footer("now")
    buttons = rest.build_message_action_row()
    buttons.add_interactive_button(hikari.ButtonStyle.PRIMARY, "press", label="Press")
    choices = rest.build_message_action_row()
    choices.add_text_menu("choose", placeholder="Choose").add_option("1h", "1h").add_option("4h", "4h")
    await it.create_initial_response(CREATE, "report", embed=embed, components=[buttons, choices])


async def layout(it: hikari.CommandInteraction) -> None:
    """Show every layout part."""
    box = hikari.impl.ContainerComponentBuilder(accent_color=hikari.Color(0x00AAFF))
    box.add_text_display("# Layout")
    thumbnail = hikari.impl.ThumbnailComponentBuilder(media=picture())
    box.add_component(hikari.impl.SectionComponentBuilder(accessory=thumbnail).add_text_display("a section"))
    box.add_separator(divider=True)
    box.add_component(hikari.impl.MediaGalleryComponentBuilder().add_media_gallery_item(picture()))
    box.add_file(hikari.Bytes(b"notes", "notes.txt"))
    row = hikari.impl.MessageActionRowBuilder()
    row.add_interactive_button(hikari.ButtonStyle.SECONDARY, "open", label="Open")
    box.add_component(row)
    await it.create_initial_response(CREATE, component=box, flags=hikari.MessageFlag.IS_COMPONENTS_V2)


async def slow(it: hikari.CommandInteraction) -> None:
    """Defer, edit, follow up, read back and delete."""
    await it.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE, flags=EPHEMERAL)
    await it.edit_initial_response("done")
    extra = await it.execute("extra", flags=EPHEMERAL)
    await it.edit_message(extra, "extra, edited")
    again = await it.fetch_initial_response()
    await it.execute(f"saw {again.content}", attachment=picture())
    await it.delete_message(extra)


async def ask(it: hikari.CommandInteraction) -> None:
    """Open a modal with a row."""
    row = it.app.rest.build_modal_action_row().add_text_input("answer", "Answer")
    await it.create_modal_response("Old form", "old", component=row)


ANSWERS: dict[str, Callable[[hikari.CommandInteraction], Awaitable[None]]] = {
    one.__name__: one for one in (echo, pick, report, layout, slow, ask)
}


async def on_component(it: hikari.ComponentInteraction) -> None:
    """Answer a button or a select."""
    if it.custom_id == "press":
        await it.create_initial_response(hikari.ResponseType.MESSAGE_UPDATE, "pressed")
    else:
        said = f"chose {it.values[0]}" if it.custom_id == "choose" else "opened"
        await it.create_initial_response(CREATE, said, flags=EPHEMERAL)


async def on_modal(it: hikari.ModalInteraction) -> None:
    """Answer a submitted modal."""
    (value,) = (
        part.value for row in it.components for part in row if isinstance(part, hikari.TextInputComponent)
    )
    await it.create_initial_response(CREATE, f"answer: {value}")


async def on_interaction(event: hikari.InteractionCreateEvent) -> None:
    """Send each interaction to what answers it."""
    it = event.interaction
    if isinstance(it, hikari.AutocompleteInteraction):
        typed = str(it.options[0].value).upper()
        found = [market for market in MARKETS if typed in market]
        await it.create_response([hikari.impl.AutocompleteChoiceBuilder(one, one) for one in found])
    elif isinstance(it, hikari.CommandInteraction):
        await ANSWERS[it.command_name](it)
    elif isinstance(it, hikari.ComponentInteraction):
        await on_component(it)
    elif isinstance(it, hikari.ModalInteraction):
        await on_modal(it)


def build(base: str, token: str) -> hikari.GatewayBot:
    """Build the bot for the server at `base`."""
    bot = hikari.GatewayBot(
        token,
        banner=None,
        intents=hikari.Intents.GUILDS | hikari.Intents.GUILD_MESSAGES | hikari.Intents.DM_MESSAGES,
        logs="ERROR",
        rest_url=f"{base}/api/v10",
    )

    async def on_started(_: hikari.StartedEvent) -> None:
        application = await bot.rest.fetch_application()
        await bot.rest.set_application_commands(application, commands(bot.rest))
        print("ready", flush=True)  # noqa: T201 - the parent process reads it

    async def on_resumed(_: hikari.ShardResumedEvent) -> None:
        print("resumed", flush=True)  # noqa: T201 - the same

    async def on_message(event: hikari.MessageCreateEvent) -> None:
        me = bot.get_me()
        mentioned = event.message.user_mentions_ids
        if event.is_human and me is not None and mentioned and me.id in mentioned:
            await event.message.respond("you called", attachment=picture(), reply=True)

    for listener in (on_started, on_resumed, on_message, on_interaction):
        bot.listen()(listener)
    return bot


async def main() -> None:
    """Run until stdin ends."""
    bot = build(*sys.argv[1:3])
    await bot.start(check_for_updates=False)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await bot.close()


if __name__ == "__main__":
    asyncio.run(main())
