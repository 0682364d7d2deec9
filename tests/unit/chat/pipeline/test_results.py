from __future__ import annotations

from services.chat.messages import FactShown, Shown
from services.chat.pipeline.tools import result_of, written_out


def test_a_model_reads_the_times_that_a_reader_sees_in_place_of_discord_s_marks() -> None:
    assert written_out("turns <t:1796945336:R>, or <t:1796945336>.") == (
        "turns 2026-12-10 23:28 UTC, or 2026-12-10 23:28 UTC."
    )
    assert written_out("a mention <@1> stays, <t:soon:R> too") == "a mention <@1> stays, <t:soon:R> too"


def test_a_result_is_title_facts_words_and_source_each_on_a_line() -> None:
    card = Shown(
        verdict="It is up.",
        title="BTC",
        facts=[FactShown(name="Price", value="64,210.5")],
        footnote="Xyko · 2 s old",
    )
    assert result_of(card) == "BTC\nPrice: 64,210.5\nIt is up.\nXyko · 2 s old"
