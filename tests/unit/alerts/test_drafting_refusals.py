from __future__ import annotations

import msgspec
import pytest
from drafting_stage import BTC, LINE, QUOTES, drafted, options

from services.alerts.drafting import Doubt, Look, draft
from services.alerts.messages import Kind, Options
from services.errors import UserMistake
from services.locales.texts import texts_of


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("price", "market=BTC way=touch level=70000"),
        ("line", LINE.replace("above", "touch")),
        ("fib", f"market={BTC} timeframe=1h meeting=touch ratio=0.618"),
        ("level", f"market={BTC} timeframe=1h meeting=touch of=support"),
    ],
)
def test_a_touch_is_not_confirmed_by_a_close(kind: Kind, text: str) -> None:
    look = Look(quotes={**QUOTES, BTC: QUOTES["BTC"]})
    by_close = Options(confirming="close", confirm_timeframe="1h")
    with pytest.raises(UserMistake, match="A touch cannot be confirmed by a close"):
        draft(kind, options(text), by_close, look)
    draft(kind, options(text.replace("touch", "break" if "meeting" in text else "above")), by_close, look)


CLOSE = Options(confirming="close", confirm_timeframe="1h")
SECONDS = Options(confirming="seconds", confirm_seconds=60)
VENUES = Options(confirming="venues")
ANY_CLOSE = "timeframe=1h market=BTC closing=up"


@pytest.mark.parametrize(
    ("kind", "text", "how", "is_possible"),
    [
        ("price", "market=BTC way=touch level=70000", SECONDS, False),
        ("price", "market=BTC way=touch level=70000 margin=50", SECONDS, True),
        ("price", "market=BTC way=touch level=70000", VENUES, False),
        ("price", "market=BTC way=above level=70000", VENUES, True),
        ("line", LINE.replace("above", "touch"), SECONDS, False),
        ("fib", f"market={BTC} timeframe=1h meeting=touch", SECONDS, True),
        ("level", f"market={BTC} timeframe=1h meeting=break of=support", SECONDS, False),
        ("pattern", "market=BTC timeframe=4h", CLOSE, False),
        ("pattern", "market=BTC timeframe=1h", SECONDS, False),
        ("close", ANY_CLOSE, CLOSE, True),
        ("close", ANY_CLOSE, msgspec.structs.replace(CLOSE, confirm_timeframe="5m"), False),
        ("cosmic", "event=full_moon", CLOSE, False),
        ("cosmic", "event=full_moon", VENUES, False),
        ("stale", "market=BTC seconds=60", VENUES, False),
        ("indicator", "market=BTC timeframe=1h indicator=rsi side=below value=30", VENUES, False),
        ("combo", "market=BTC timeframe=1h expression=rsi~<~30~and~price~<~60000", VENUES, True),
        ("combo", "market=BTC timeframe=1h expression=rsi~<~30~or~price~<~60000", VENUES, False),
    ],
)
def test_a_confirmation_that_can_never_come_is_refused(
    kind: Kind, text: str, how: Options, *, is_possible: bool
) -> None:
    look = Look(quotes={**QUOTES, BTC: QUOTES["BTC"]})
    if is_possible:
        draft(kind, options(text), how, look)
        return
    with pytest.raises(UserMistake) as caught:
        draft(kind, options(text), how, look)
    assert caught.value.facts["option"] == "confirm"


@pytest.mark.parametrize(
    ("expression", "is_possible"),
    [
        ("price > 70000 and price < 65000", False),
        ("price > 70000 and price < 70000", False),
        ("price touches 70000 and price touches 71000", False),
        ("closes up or price touches 70000 and price > 71000", False),
        ("price > 65000 and price < 70000", True),
        ("price > 70000 and eth price < 3000", True),
        ("price > 70000 or price < 65000", True),
    ],
)
def test_levels_that_no_price_meets_at_once_are_refused(expression: str, *, is_possible: bool) -> None:
    given = {"market": "BTC", "timeframe": "1h", "expression": expression}
    if is_possible:
        assert not isinstance(drafted("combo", **given), Doubt)
        return
    with pytest.raises(UserMistake, match="No price meets both"):
        drafted("combo", **given)


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        (
            "move",
            "market=BTC percent=0,01 window=1h",
            "A opção percent não pode ser 0,01%. Vai de 0,05% a 1000%.",
        ),
        ("stale", "market=BTC seconds=5", "A opção seconds não pode ser 5s. Vai de 10s a 1d."),
        (
            "combo",
            "market=BTC expression=price~>~70000,5~and~price~<~65000",
            (
                "Nenhum preço cumpre 65.000 e 70.000,5 desses modos ao mesmo tempo. "
                "Junte-os com or, ou crie dois alertas."
            ),
        ),
    ],
)
def test_a_number_in_a_refusal_is_written_as_its_reader_writes_it(kind: Kind, text: str, said: str) -> None:
    with pytest.raises(UserMistake) as caught:
        drafted(kind, locale="pt-BR", **options(text))
    texts = texts_of("pt-BR")
    assert f"{texts.sentence(caught.value.message)} {texts.sentence(caught.value.hint)}" == said
