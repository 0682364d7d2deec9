"""`omega persona ...`: the personas' folders, their options and their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from bots.cli.command import JsonFlag, do

persona_app = typer.Typer(
    help="Make personas, check and look at them, share them as character cards.", no_args_is_help=True
)

LocaleOption = Annotated[Literal["en", "pt-BR"] | None, typer.Option(help="A language; else its own first.")]
YesFlag = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
DryFlag = Annotated[bool, typer.Option("--dry-run", help="Say what would be made, and make nothing.")]


@persona_app.command("new", epilog="Example: omega persona new nova --from biel --yes")
def persona_new(
    name: Annotated[str, typer.Argument(help="Of the new persona and its folder.")],
    source: Annotated[str, typer.Option("--from", help="Whose card and voice are copied.")] = "biel",
    *,
    yes: YesFlag = False,
    dry_run: DryFlag = False,
) -> None:
    """Make a persona by copying another, and say what to edit next: the words are still the other's."""
    do("persona_new", name=name, source=source, is_sure=yes, is_dry=dry_run)


@persona_app.command("check", epilog="Example: omega persona check nova --json")
def persona_check(
    name: Annotated[str | None, typer.Argument(help="One persona; all of them when left out.")] = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Say what is wrong with card and voices, as file:line: what to do. Ends with 1 on a finding."""
    do("persona_check", name=name, as_json=json)


@persona_app.command("preview", epilog="Example: omega persona preview nova --locale pt-BR --line fib")
def persona_preview(
    name: Annotated[str, typer.Argument(help="The persona.")],
    locale: LocaleOption = None,
    line: Annotated[str | None, typer.Option(help="A line to hear in more ways, such as fib.")] = None,
    *,
    json: JsonFlag = False,
) -> None:
    """Show who a persona is, and what it will say of sample facts."""
    do("persona_preview", name=name, locale=locale, line=line, as_json=json)


@persona_app.command("export", epilog="Example: omega persona export biel --format png --out biel.png")
def persona_export(
    name: Annotated[str, typer.Argument(help="The persona.")],
    kind: Annotated[
        Literal["v2", "v3", "png"],
        typer.Option("--format", help="JSON of a version, or its picture with both."),
    ] = "v2",
    out: Annotated[Path | None, typer.Option(help="A file; else JSON is printed.")] = None,
    locale: LocaleOption = None,
) -> None:
    """Write a persona as a character card for other programs. Its templates do not travel with it."""
    do("persona_export", name=name, kind=kind, out=out, locale=locale)


@persona_app.command("import", epilog="Example: omega persona import aria.png --name aria --voice xyko")
def persona_import(
    file: Annotated[Path, typer.Argument(help="A character card: JSON (V2, V3), PNG or CHARX, up to 2 MB.")],
    name: Annotated[str | None, typer.Option(help="Of the persona; else made from the character's.")] = None,
    voice: Annotated[str, typer.Option(help="Whose templates it speaks with.")] = "biel",
    *,
    yes: YesFlag = False,
    dry_run: DryFlag = False,
) -> None:
    """Make a persona of a character: its card and greeting, with the templates of another persona.

    The card's texts are data. Its system prompt and its creator's notes are kept in character.json, and
    instruct nobody.
    """
    do("persona_import", file=file, name=name, voice=voice, is_sure=yes, is_dry=dry_run)
