from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bots.cli.slash import Slash, read_slash
from sandbox.discord.wire import Json
from services.errors import UserMistake

PRICE: Json = {
    "name": "price",
    "options": [{"name": "market", "type": 3, "required": True}, {"name": "persona", "type": 3}],
}
FARM: Json = {
    "name": "farm",
    "options": [
        {"name": "status", "type": 1},
        {
            "name": "toggle",
            "type": 1,
            "options": [
                {"name": "bot", "type": 3},
                {"name": "enabled", "type": 5},
                {"name": "after", "type": 4},
            ],
        },
        {
            "name": "limits",
            "type": 2,
            "options": [{"name": "set", "type": 1, "options": [{"name": "rate", "type": 10}]}],
        },
    ],
}
COMMANDS = [PRICE, FARM, {"name": "help"}]


@pytest.mark.parametrize(
    ("text", "slash"),
    [
        ("/help", Slash("help", {})),
        ("/price market:BTC/USDT:USDT", Slash("price", {"market": "BTC/USDT:USDT"})),
        ("/price BTC/USDT:USDT", Slash("price", {"market": "BTC/USDT:USDT"})),
        ("/price BTC persona:xyko", Slash("price", {"market": "BTC", "persona": "xyko"})),
        ('/price market:"BTC USDT"', Slash("price", {"market": "BTC USDT"})),
        ("/price market:", Slash("price", {"market": ""})),
        ("/farm status", Slash("farm status", {})),
        ("/farm toggle xyko off", Slash("farm toggle", {"bot": "xyko", "enabled": False})),
        ("/farm toggle enabled:TRUE bot:xyko", Slash("farm toggle", {"enabled": True, "bot": "xyko"})),
        ("/farm toggle after:5", Slash("farm toggle", {"after": 5})),
        ("/farm limits set rate:1.5", Slash("farm limits set", {"rate": 1.5})),
    ],
)
def test_a_command_is_read_as_a_member_writes_it(text: str, slash: Slash) -> None:
    assert read_slash(text, COMMANDS) == slash


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/", "There is no command after the /"),
        ("/prise", "There is no command prise; did you mean price"),
        ("/price BTC xyko extra", "There is no option extra"),
        ("/price a b side:buy", "There is no option side"),
        ("/farm", "/farm needs a subcommand"),
        ("/farm limits", "/farm limits needs a subcommand"),
        ("/farm togle", "There is no subcommand of /farm togle; did you mean toggle"),
        ("/farm toggle enabled:perhaps", "The option enabled takes true or false"),
        ("/farm toggle after:soon", "The option after takes a whole number"),
        ("/farm limits set rate:fast", "The option rate takes a number"),
        ('/price "BTC', "The command cannot be read"),
    ],
)
def test_what_cannot_be_a_command_is_refused_with_what_can(text: str, said: str) -> None:
    with pytest.raises(UserMistake) as caught:
        read_slash(text, COMMANDS)
    assert caught.value.message.startswith(said)


@given(st.text(max_size=60))
def test_any_text_is_a_command_or_a_mistake(text: str) -> None:
    try:
        slash = read_slash(f"/{text}", COMMANDS)
    except UserMistake as error:
        slash = None
        said = error.message
    assert said if slash is None else slash.name.split()[0] in {"price", "farm", "help"}
