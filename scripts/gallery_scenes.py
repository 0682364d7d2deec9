"""What docs/gallery.md shows: every command of a member, who answers it, and what is done with the answer."""

from __future__ import annotations

from typing import Final

from gallery_scene import BTC, Scene, Section
from gallery_talk import MEMORY, MODELLED, TALKING

_CONFUSED: Final = (
    "They say longs pay funding now, and my liquidation price is close. Is my leverage too high?",
    "Dizem que os comprados pagam funding, e meu preço de liquidação está perto. É alavancagem demais?",
)

_ID: Final = r" · ([0-9a-f]{8}) · "
"""How an order's id stands at the foot of a card."""

_TRADING: Final = Section(
    title="Trading",
    text="On paper, which every card says. An order is a card first; what came of it is told.",
    scenes=(
        Scene(name="balance", line="/balance", voices=("Waze", "Biel")),
        Scene(name="size", line=f"/size {BTC} stop:100000", voices=("Waze", "F")),
        Scene(
            name="order-buy",
            line=f"/order buy {BTC} size:1% size_by:risk stop:100000",
            voices=("Waze", "Xyko"),
            is_on_phone=True,
        ),
        Scene(
            name="order-confirmed",
            line=f"/order buy {BTC} size:1% size_by:risk stop:100000 target:120000",
            voices=("Waze", "Z"),
            press=0,
        ),
        Scene(name="why", line="/why id:…", voices=("Waze", "Biel"), quotes=_ID),
        Scene(
            name="order-refused",
            line=f"/order sell {BTC} size:900000 size_by:quote",
            voices=("Waze", "Gemini"),
        ),
        Scene(name="positions", line="/positions", voices=("Waze", "Xyko"), is_on_phone=True),
        Scene(name="position", line=f"/position {BTC}", voices=("Waze", "F"), is_on_phone=True),
        Scene(name="sl", line=f"/sl {BTC} price:101000", voices=("Waze", "Biel"), press=0),
        Scene(name="tp", line=f"/tp {BTC} price:121000", voices=("Waze", "Gemini")),
        Scene(name="orders", line="/orders", voices=("Waze", "Z")),
        Scene(name="cancel", line=f"/cancel {BTC}", voices=("Waze", "Xyko")),
        Scene(name="close", line=f"/close {BTC} percent:50", voices=("Waze", "Biel"), press=0),
        Scene(name="pnl", line="/pnl window:month", voices=("Waze", "Xyko")),
        Scene(name="journal-note", line="/journal note text:waited for the close", voices=("Waze", "F")),
        Scene(name="journal-list", line="/journal list", voices=("Waze", "Xyko")),
        Scene(name="journal-export", line="/journal export", voices=("Waze", "Biel")),
        Scene(name="risk-show", line="/risk show", voices=("Waze", "Xyko")),
        Scene(name="risk-set", line="/risk set limit:daily_loss value:3%", voices=("Waze", "F")),
        Scene(
            name="blackout-add",
            line="/blackout add event:FOMC at:2h",
            voices=("Waze", "Z"),
            is_admins=True,
        ),
        Scene(name="blackout-list", line="/blackout list", voices=("Waze", "Biel")),
        Scene(
            name="blackout-remove",
            line="/blackout remove",
            voices=("Waze", "F"),
            picks="blackout",
            is_admins=True,
        ),
        Scene(name="strategy-list", line="/strategy list", voices=("Waze", "F")),
        Scene(name="strategy-show", line="/strategy show strategy:momentum", voices=("Waze", "Xyko")),
        Scene(name="strategy-start", line=f"/strategy start strategy:momentum {BTC}", voices=("Waze", "Z")),
        Scene(name="approve", line="/approve", voices=("Waze", "Gemini")),
        Scene(name="account-list", line="/account list", voices=("Waze", "Xyko")),
        Scene(name="account-use", line="/account use account:paper", voices=("Waze", "Biel")),
        Scene(name="account-secure", line="/account secure", voices=("Waze", "F")),
        Scene(
            name="account-link",
            line="/account link venue:bitget",
            voices=("Waze", "Waze"),
            is_form=True,
            is_admins=True,
        ),
        Scene(name="account-live", line="/account live", voices=("Waze", "Z"), is_admins=True),
        Scene(name="account-unlink", line="/account unlink account:paper", voices=("Waze", "Gemini")),
        # So late, since choices are remembered for some seconds.
        Scene(name="strategy-stop", line="/strategy stop", voices=("Waze", "Biel"), picks="run"),
        Scene(
            name="paper-season",
            line="/paper season name:Spring days:30",
            voices=("Waze", "Gemini"),
            is_admins=True,
            is_once=True,
        ),
        Scene(name="paper-join", line="/paper join", voices=("Waze", "Biel")),
        Scene(name="paper-leaderboard", line="/paper leaderboard", voices=("Waze", "Xyko")),
        Scene(name="paper-leave", line="/paper leave", voices=("Waze", "Z")),
        Scene(name="paper-reset", line="/paper reset", voices=("Waze", "Biel")),
        Scene(name="killswitch-fire", line="/killswitch fire", voices=("Waze", "Xyko")),
        Scene(name="killswitch-show", line="/killswitch show", voices=("Waze", "Biel")),
        Scene(name="killswitch-resume", line="/killswitch resume", voices=("Waze", "Waze"), is_form=True),
        Scene(name="killswitch-drill", line="/killswitch drill", voices=("Waze", "F"), is_admins=True),
    ),
)
SECTIONS: Final = (
    Section(
        title="Charts and findings",
        text="Drawn from closed candles. Every picture says its source and its age, and what is simulated.",
        scenes=(
            Scene(
                name="chart",
                line=f"/chart {BTC} timeframe:4h indicators:ema:50, rsi",
                voices=("Xyko", "Gemini"),
                is_on_phone=True,
            ),
            Scene(name="fib", line=f"/fib {BTC} timeframe:4h", voices=("F", "Xyko"), is_on_phone=True),
            Scene(name="levels", line=f"/levels {BTC} timeframe:4h", voices=("F", "Biel")),
            Scene(name="patterns", line=f"/patterns {BTC} timeframe:1h", voices=("Xyko", "Z")),
            Scene(name="pivots", line=f"/pivots {BTC}", voices=("F", "Xyko")),
            Scene(name="analyze", line=f"/analyze {BTC} timeframe:4h", voices=("Xyko", "F")),
        ),
    ),
    Section(
        title="The panel",
        text="Each persona speaks as its own bot, from the same findings; one of them sums up.",
        scenes=(
            Scene(
                name="panel",
                line=f"/panel {BTC} question:Is this the top?",
                voices=("Gemini", "Gemini"),
                replies=6,
            ),
        ),
    ),
    TALKING,
    MODELLED,
    Section(
        title="The sky",
        text="Where Sun, Moon and planets stand, and an honest test of whether it ever mattered to a price.",
        scenes=(
            Scene(name="cosmic-now", line="/cosmic now", voices=("Z", "Biel")),
            Scene(name="cosmic-moon", line="/cosmic moon", voices=("Z", "Gemini")),
            Scene(name="cosmic-retrograde", line="/cosmic retrograde", voices=("Z", "Xyko")),
            Scene(name="cosmic-aspects", line="/cosmic aspects", voices=("Z", "F")),
            Scene(name="cosmic-calendar", line="/cosmic calendar days:30", voices=("Z", "Waze")),
            Scene(
                name="cosmic-test",
                line=f"/cosmic test factor:full_moon {BTC}",
                voices=("Z", "Xyko"),
                is_on_phone=True,
            ),
        ),
    ),
    Section(
        title="Learning",
        text="Short lessons, a glossary, quizzes with progress, and two entries in every message's menu.",
        scenes=(
            Scene(name="lesson", line="/lesson name:leverage", voices=("Biel", "F")),
            Scene(name="glossary", line="/glossary term:liquidation price", voices=("Biel", "Xyko")),
            Scene(name="quiz", line="/quiz", voices=("Biel", "Gemini")),
            Scene(name="quiz-answered", line="/quiz", voices=("Biel", "Z"), press=2),
            Scene(name="wisdom", line="/wisdom", voices=("Biel", "Z")),
            Scene(
                name="explain-this",
                line="Explain this",
                in_portuguese="Explicar isto",
                voices=("Biel", "Biel"),
                says=_CONFUSED,
                is_app=True,
            ),
            Scene(
                name="ask-biel",
                line="Ask Biel",
                in_portuguese="Perguntar ao Biel",
                voices=("Biel", "Biel"),
                says=_CONFUSED,
                is_app=True,
            ),
        ),
    ),
    Section(
        title="The market",
        text="Prices and what stands behind them, of one venue or of several.",
        scenes=(
            Scene(name="price", line=f"/price {BTC}", voices=("Xyko", "Z"), is_on_phone=True),
            Scene(name="compare", line=f"/compare {BTC}", voices=("Xyko", "F")),
            Scene(name="depth", line=f"/depth {BTC}", voices=("Xyko", "Gemini"), is_on_phone=True),
            Scene(name="funding", line=f"/funding {BTC}", voices=("Xyko", "Biel")),
            Scene(name="oi", line=f"/oi {BTC}", voices=("Xyko", "F")),
            Scene(name="movers", line="/movers", voices=("Xyko", "Waze")),
            Scene(name="convert", line="/convert amount:0.5 from:BTC to:USDT", voices=("Xyko", "Biel")),
        ),
    ),
    Section(
        title="Alerts",
        text="What a member wants to hear of. Each is set, tried, looked back for and explained.",
        scenes=(
            Scene(
                name="alert-price",
                line=f"/alert price {BTC} way:above level:90000",
                voices=("Waze", "Xyko"),
            ),
            Scene(name="alert-move", line=f"/alert move {BTC} percent:-5 window:1h", voices=("Waze", "F")),
            Scene(name="alert-trail", line=f"/alert trail {BTC} percent:3 from:peak", voices=("Waze", "Z")),
            Scene(
                name="alert-indicator",
                line=f"/alert indicator {BTC} indicator:rsi:14 side:below value:30",
                voices=("Waze", "Xyko"),
            ),
            Scene(
                name="alert-fib",
                line=f"/alert fib {BTC} meeting:touch ratio:0.618",
                voices=("Waze", "F"),
            ),
            Scene(
                name="alert-level",
                line=f"/alert level {BTC} meeting:break of:resistance",
                voices=("Waze", "Biel"),
            ),
            Scene(
                name="alert-line",
                line=f"/alert line {BTC} way:above first_at:2026-07-01 first_price:60000 "
                "second_at:2026-07-20 second_price:64000",
                voices=("Waze", "Gemini"),
            ),
            Scene(name="alert-pattern", line=f"/alert pattern {BTC} side:bull", voices=("Waze", "Xyko")),
            Scene(
                name="alert-close",
                line=f"/alert close {BTC} timeframe:1d closing:above level:90000",
                voices=("Waze", "F"),
            ),
            Scene(
                name="alert-funding",
                line=f"/alert funding {BTC} side:above rate:0.05%",
                voices=("Waze", "Biel"),
            ),
            Scene(name="alert-spread", line=f"/alert spread {BTC} percent:0.5", voices=("Waze", "Gemini")),
            Scene(name="alert-stale", line=f"/alert stale {BTC} seconds:60", voices=("Waze", "Biel")),
            Scene(name="alert-cosmic", line="/alert cosmic event:full_moon", voices=("Waze", "Z")),
            Scene(
                name="alert-combo",
                line=f"/alert combo expression:rsi(14) < 30 and price > 60000 {BTC}",
                voices=("Waze", "Xyko"),
            ),
            Scene(
                name="alert-preview",
                line=f"/alert preview expression:rsi(14) < 30 {BTC} timeframe:1h",
                voices=("Waze", "F"),
                is_on_phone=True,
            ),
            Scene(name="alerts-list", line="/alerts list", voices=("Waze", "Z"), is_on_phone=True),
            Scene(name="alerts-edit", line="/alerts edit", voices=("Waze", "Waze"), picks="id", is_form=True),
            Scene(name="alerts-pause", line="/alerts pause", voices=("Waze", "Biel"), picks="id"),
            Scene(name="alerts-resume", line="/alerts resume", voices=("Waze", "F"), picks="id"),
            Scene(name="alerts-snooze", line="/alerts snooze for:8h", voices=("Waze", "Z"), picks="id"),
            Scene(name="alerts-test", line="/alerts test", voices=("Waze", "Xyko"), picks="id"),
            Scene(name="alerts-why", line="/alerts why", voices=("Waze", "Gemini"), picks="id"),
            Scene(name="alerts-history", line="/alerts history", voices=("Waze", "Xyko"), picks="id"),
            Scene(name="alerts-delete", line="/alerts delete", voices=("Waze", "Biel"), picks="id"),
            Scene(name="subscribe", line="/subscribe feed:moves digest:daily", voices=("Waze", "Xyko")),
            Scene(name="subscriptions", line="/subscriptions", voices=("Waze", "Z")),
            Scene(name="unsubscribe", line="/unsubscribe feed:moves", voices=("Waze", "F")),
            Scene(
                name="quiet-set",
                line="/quiet set from:22:00 until:07:00 timezone:America/Sao_Paulo",
                voices=("Waze", "Biel"),
            ),
            Scene(name="quiet-off", line="/quiet off", voices=("Waze", "Gemini")),
        ),
    ),
    _TRADING,
    Section(
        title="For admins",
        text="Posts by the clock in a channel, and what could not be delivered.",
        scenes=(
            Scene(
                name="schedule-daily",
                line="/schedule daily at:08:00 timezone:America/Sao_Paulo",
                voices=("Waze", "Xyko"),
                is_admins=True,
            ),
            Scene(
                name="schedule-weekly",
                line="/schedule weekly day:0 at:08:30 timezone:America/Sao_Paulo",
                voices=("Waze", "F"),
                is_admins=True,
            ),
            Scene(
                name="schedule-sessions", line="/schedule sessions", voices=("Waze", "Gemini"), is_admins=True
            ),
            Scene(name="schedule-list", line="/schedule list", voices=("Waze", "Z"), is_admins=True),
            Scene(
                name="schedule-remove",
                line="/schedule remove",
                voices=("Waze", "Biel"),
                picks="id",
                is_admins=True,
            ),
            Scene(name="farm-deadletters", line="/farm deadletters", voices=("Waze", "Biel"), is_admins=True),
        ),
    ),
    Section(
        title="Yours alone",
        text="Answers that nobody else sees: who speaks to you, what you chose, what is kept of you.",
        scenes=(
            # Of Xyko's commands, which a button asks for: all of them are too many for a picture.
            Scene(name="help", line="/help", voices=("Waze", "Biel"), press=5),
            Scene(name="persona-list", line="/persona list", voices=("Waze", "Gemini")),
            Scene(name="persona-show", line="/persona show who:Z", voices=("Z", "Z")),
            Scene(name="persona-set", line="/persona set who:Xyko", voices=("Waze", "Xyko")),
            Scene(name="favourites-add", line=f"/favourites add {BTC}", voices=("Waze", "F")),
            Scene(name="favourites-list", line="/favourites list", voices=("Waze", "Biel")),
            Scene(name="favourites-remove", line=f"/favourites remove {BTC}", voices=("Waze", "Gemini")),
            Scene(name="settings-show", line="/settings show", voices=("Waze", "Xyko")),
            Scene(name="settings-theme", line="/settings theme ground:light", voices=("Waze", "Z")),
            Scene(
                name="settings-palette", line="/settings palette colours:colour_blind", voices=("Waze", "F")
            ),
            Scene(name="timezone", line="/timezone zone:America/Sao_Paulo", voices=("Waze", "Biel")),
            *MEMORY,
            Scene(name="privacy-export", line="/privacy export", voices=("Waze", "Xyko")),
            Scene(name="privacy-delete", line="/privacy delete", voices=("Waze", "Biel")),
            # The last, since it changes the language of all that follows.
            Scene(name="locale", line="/locale language:pt-BR", voices=("Waze", "Gemini")),
        ),
    ),
)
SCENES: Final = tuple(scene for section in SECTIONS for scene in section.scenes)
