from __future__ import annotations

from datetime import UTC, datetime

from bots.cli.rendering import lines_of

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


def test_an_embed_is_read_from_top_to_bottom() -> None:
    embed = {
        "title": "BTC/USDT:USDT",
        "description": "64,210.5\nUSDT",
        "fields": [{"name": "Source", "value": "binance"}],
        "image": {"url": "http://127.0.0.1/cdn/chart.png"},
        "footer": {"text": "not advice"},
        "author": {"name": "Xyko"},
    }
    message = {"content": "Here.", "embeds": [embed], "components": []}
    assert lines_of(message) == [
        *("Here.", "Xyko", "BTC/USDT:USDT", "64,210.5", "USDT", "Source: binance"),
        *("(image: http://127.0.0.1/cdn/chart.png)", "not advice"),
    ]


def test_components_are_shown_with_what_presses_them() -> None:
    components = [
        {
            "type": 1,
            "components": [
                {"type": 2, "label": "Refresh", "custom_id": "price|show"},
                {"type": 2, "label": "Open", "url": "https://discord.com"},
            ],
        },
        {
            "type": 1,
            "components": [
                {
                    "type": 3,
                    "custom_id": "pick",
                    "placeholder": "Market",
                    "options": [{"label": "Bitcoin", "value": "BTC"}],
                }
            ],
        },
    ]
    assert lines_of({"components": components}) == [
        "[Refresh] price|show",
        "[Open] https://discord.com",
        "[Market] pick",
        "  - Bitcoin (BTC)",
    ]


def test_a_layout_of_the_second_kind_is_read_with_its_media() -> None:
    container = {
        "type": 17,
        "components": [
            {"type": 10, "content": "# Title\nText"},
            {"type": 14},
            {
                "type": 9,
                "components": [{"type": 10, "content": "Beside"}],
                "accessory": {"type": 11, "media": {"url": "http://127.0.0.1/a.png"}},
            },
            {"type": 12, "items": [{"media": {"url": "http://127.0.0.1/b.png"}, "description": "A chart"}]},
        ],
    }
    assert lines_of({"components": [container]}) == [
        *("# Title", "Text", "", "Beside", "(media: http://127.0.0.1/a.png)"),
        "(A chart: http://127.0.0.1/b.png)",
    ]


def test_a_message_that_only_the_member_sees_says_so() -> None:
    assert lines_of({"content": "hush", "flags": 64}) == ["(only you see this)", "hush"]


def test_discord_s_timestamps_become_times_in_utc_that_are_the_same_in_every_language() -> None:
    seconds = int(NOW.timestamp())
    message = {"content": f"at <t:{seconds}:f>, <t:{seconds - 90}:R>, <t:{seconds}>"}
    assert lines_of(message) == [
        "at 2026-01-01 12:00:00 UTC, 2026-01-01 11:58:30 UTC, 2026-01-01 12:00:00 UTC"
    ]
