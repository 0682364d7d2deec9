from __future__ import annotations

import pytest

from services.errors import Misconfigured, UserMistake
from services.members.checks import check_member, checked_guild, palette_called
from services.members.messages import GuildSettings, MemberSettings

ZONES = {"America/Sao_Paulo", "Europe/London", "UTC"}


def test_good_settings_pass() -> None:
    settings = MemberSettings(
        user_id="80351110224678912",
        locale="pt-BR",
        timezone="America/Sao_Paulo",
        persona="xyko",
        favourites=["BTC/USDT", "BTC/USDT:USDT", "1000PEPE/USDT", "ETH/USD:ETH-261225"],
    )
    check_member(settings, ZONES)


def test_settings_may_be_cleared() -> None:
    check_member(MemberSettings(user_id="1"), ZONES)


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (MemberSettings(user_id="1; DROP TABLE"), "1; DROP TABLE"),
        (MemberSettings(user_id=""), "user id"),
        (MemberSettings(user_id="1" * 21), "user id"),
        (MemberSettings(user_id="1", locale="pt"), "pt"),
        (MemberSettings(user_id="1", locale=""), "spoken"),
        (MemberSettings(user_id="1", timezone="Mars/Olympus"), "Mars/Olympus"),
        (MemberSettings(user_id="1", timezone="../../etc/passwd"), "etc/passwd"),
        (MemberSettings(user_id="1", persona="Xyko!"), "Xyko!"),
        (MemberSettings(user_id="1", persona="xyko\n"), "persona"),
        (MemberSettings(user_id="1", favourites=["btc"]), "btc"),
        (MemberSettings(user_id="1", favourites=["BTC/USDT\n"]), "market"),
        (MemberSettings(user_id="1", favourites=[f"A{n}/USDT" for n in range(26)]), "26"),
    ],
)
def test_a_bad_value_is_refused_by_name_with_what_to_do(bad: MemberSettings, named: str) -> None:
    with pytest.raises(UserMistake) as refusal:
        check_member(bad, ZONES)
    assert named in refusal.value.message
    assert refusal.value.hint


def test_colours_are_known_by_their_name_and_any_other_is_refused() -> None:
    assert palette_called("colour_blind") == "colour_blind"
    with pytest.raises(UserMistake, match="no colours called teal") as refusal:
        palette_called("teal")
    assert refusal.value.hint


def test_a_misspelt_time_zone_brings_the_nearest_ones() -> None:
    with pytest.raises(UserMistake, match="Sao_Paolo") as refusal:
        check_member(MemberSettings(user_id="1", timezone="America/Sao_Paolo"), ZONES)
    assert refusal.value.facts["suggestions"] == ["America/Sao_Paulo"]
    assert "America/Sao_Paulo" in refusal.value.hint


def test_a_very_long_value_is_not_repeated_whole() -> None:
    with pytest.raises(UserMistake) as refusal:
        check_member(MemberSettings(user_id="1", persona="x" * 5000), ZONES)
    assert len(refusal.value.message) < 100


def test_a_machine_without_time_zones_is_the_operator_s_trouble_not_the_member_s() -> None:
    with pytest.raises(Misconfigured, match="no time zones"):
        check_member(MemberSettings(user_id="1", timezone="UTC"), frozenset())


@pytest.mark.parametrize(
    ("bad", "named"),
    [
        (GuildSettings(guild_id="omega"), "omega"),
        (GuildSettings(guild_id="1", locale="fr"), "fr"),
        (GuildSettings(guild_id="1", admin_channel_id="#general"), "#general"),
        (GuildSettings(guild_id="1", admin_role_ids=["Admin"]), "Admin"),
        (GuildSettings(guild_id="1", trader_role_ids=["@everyone"]), "@everyone"),
        (GuildSettings(guild_id="1", trader_role_ids=[str(n) for n in range(26)]), "26"),
    ],
)
def test_a_bad_guild_setting_is_refused_by_name(bad: GuildSettings, named: str) -> None:
    with pytest.raises(UserMistake, match=named):
        checked_guild(bad)
