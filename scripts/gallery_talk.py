"""What docs/gallery.md shows of talking: with and without a language model, and what is remembered."""

from __future__ import annotations

from typing import Final

from gallery_scene import BTC, Scene, Section

TALKING: Final = Section(
    title="Talking",
    text="A bot that is mentioned answers in the language of the question, from what the commands look up. "
    "Here without a language model.",
    scenes=(
        Scene(
            name="talk-chart",
            line="@Xyko show me BTC on the 4h chart",
            in_portuguese="@Xyko me mostra o gráfico do BTC em 4h",
            voices=("Xyko", "Xyko"),
            is_talk=True,
        ),
        Scene(
            name="talk-glossary",
            line="@Biel what is a liquidation price?",
            in_portuguese="@Biel o que é preço de liquidação?",
            voices=("Biel", "Biel"),
            is_talk=True,
        ),
        Scene(
            name="talk-private",
            line="@Waze how much money do I have in my account?",
            in_portuguese="@Waze qual é o meu saldo?",
            voices=("Waze", "Waze"),
            is_talk=True,
            press=0,
            brings=1,
        ),
        Scene(
            name="talk-alert",
            line="@Waze tell me when BTC goes above 120000",
            in_portuguese="@Waze me avisa quando o BTC passar de 120000",
            voices=("Waze", "Waze"),
            is_talk=True,
        ),
        Scene(
            name="ask",
            line="/ask question:How is BTC doing?",
            in_portuguese="/ask question:Como está o BTC?",
            voices=("F", "Gemini"),
        ),
        # Of the answer right above.
        Scene(
            name="why-this-answer",
            line="Why this answer?",
            in_portuguese="Por que esta resposta?",
            voices=("Waze", "Waze"),
            is_app=True,
        ),
    ),
)
MODELLED: Final = Section(
    title="With a language model",
    text="The words are then a model's, and every figure in them was looked up. Here it is the local model, "
    "a script that repeats what it finds.",
    scenes=(
        Scene(
            name="talk-model",
            line="@Xyko how is BTC doing?",
            in_portuguese="@Xyko qual o preço do BTC?",
            voices=("Xyko", "Xyko"),
            is_talk=True,
            has_model=True,
            press=-1,
            brings=1,
        ),
        Scene(
            name="panel-debate",
            line=f"/panel {BTC} timeframe:4h",
            voices=("Gemini", "Gemini"),
            has_model=True,
            replies=6,
        ),
        Scene(name="usage", line="/usage", voices=("Xyko", "Xyko"), has_model=True),
    ),
)
MEMORY: Final = (
    Scene(name="memory-on", line="/memory on", voices=("Biel", "Biel")),
    Scene(
        name="memory-remember",
        line="/memory remember text:I trade BTC on the 4h chart",
        in_portuguese="/memory remember text:Opero BTC no gráfico de 4h",
        voices=("Biel", "Biel"),
    ),
    Scene(name="memory-show", line="/memory show", voices=("Biel", "Biel")),
    Scene(
        name="memory-edit",
        line="/memory edit text:I trade ETH now",
        in_portuguese="/memory edit text:Agora opero ETH",
        voices=("Biel", "Biel"),
        picks="fact",
    ),
    Scene(name="memory-forget", line="/memory forget", voices=("Biel", "Biel"), picks="fact"),
    Scene(name="memory-off", line="/memory off", voices=("Biel", "Biel")),
)
