"""Words of both languages that are numbers or units, or tell a direction. Reading them belongs to others."""

from __future__ import annotations

from typing import Final


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_ONES: Final = """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen
    seventeen eighteen nineteen
"""
_UNS: Final = """
    zero um dois três quatro cinco seis sete oito nove dez onze doze treze quatorze quinze dezesseis dezessete
    dezoito dezenove
"""
_TENS: Final = "twenty thirty forty fifty sixty seventy eighty ninety"
_DEZENAS: Final = "vinte trinta quarenta cinquenta sessenta setenta oitenta noventa"
_CENTENAS: Final = """
    cento duzentos trezentos quatrocentos quinhentos seiscentos setecentos oitocentos novecentos
"""
VALUES: Final[dict[str, int]] = {
    **{word: at for at, word in enumerate(_ONES.split())},
    **{word: at for at, word in enumerate(_UNS.split())},
    **{word: 10 * at for at, word in enumerate(_TENS.split(), 2)},
    **{word: 10 * at for at, word in enumerate(_DEZENAS.split(), 2)},
    **{word: 100 * at for at, word in enumerate(_CENTENAS.split(), 1)},
    **{f"{word[:-2]}as": 100 * at for at, word in enumerate(_CENTENAS.split(), 1) if word.endswith("os")},
    "uma": 1,
    "duas": 2,
    "tres": 3,
    "catorze": 14,
    "dezasseis": 16,
    "dezassete": 17,
    "dezanove": 19,
    "cem": 100,
    "fourty": 40,
    "lakh": 10**5,
    "crore": 10**7,
    "nil": 0,
}
"""What a word adds."""
SCALES: Final[dict[str, int]] = {
    **dict.fromkeys(("thousand", "mil", "grand", "k"), 3),
    **dict.fromkeys(
        ("million", "millions", "milhão", "milhao", "milhões", "milhoes", "mi", "mn", "m", "mm"), 6
    ),
    **dict.fromkeys(("billion", "billions", "bilhão", "bilhao", "bilhões", "bilhoes", "bi", "bn", "b"), 9),
    **dict.fromkeys(("trillion", "trillions", "trilhão", "trilhao", "trilhões", "trilhoes", "tri", "t"), 12),
}
"""The power of ten by which a word multiplies what stands before it."""
SPOKEN_SCALES: Final = {word: power for word, power in SCALES.items() if len(word) > len("mi")}
POINTS: Final = frozenset({"point", "vírgula", "virgula", "ponto"})
LINKS: Final = frozenset({"and", "e"})
AMOUNTS: Final = frozenset(
    _words("""
    half halves twice thrice quarter quarters thirds fifths tenths dozen dozens hundreds thousands couple
    double doubled doubles triple tripled triples quadruple quadrupled tenfold twofold threefold hundredth
    fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth
    seventeenth eighteenth nineteenth twentieth thirtieth fortieth fiftieth sixtieth seventieth eightieth
    ninetieth thousandth millionth sixths sevenths eighths ninths twenties thirties forties fifties sixties
    seventies eighties nineties tens halved quintuple quintupled metade dobro dobrou dobra dobrar dobrando
    duplicou duplicar triplicar quadruplicou quadruplicar vigésimo trigésimo quadragésimo quinquagésimo
    centésimo milésimo triplo triplicou quádruplo quadruplo terço terços terco tercos
    quartos quintos dúzia dúzias duzia duzias dezena dezenas centena centenas milhar milhares quinto sexto
    sétimo setimo oitavo nono décimo decimo
    """)
)
"""What states an amount or a place and is no plain number: it must be said in a look-up in the same word."""
HALVES: Final = frozenset({"meio", "meia"})
"""Half, before a unit or behind a number; otherwise words like others."""
SHAPES: Final = frozenset({"top", "tops", "bottom", "bottoms", "topo", "topos", "fundo", "fundos", "check"})
"""Behind double and triple they name a pattern, or the phrase double-check."""
SMALL: Final = frozenset({"one", "two", "three", "um", "uma", "dois", "duas", "três", "tres"})
"""Numbers that may count what nobody measures."""
ARTICLES: Final = frozenset({"one", "um", "uma"})
IN_SHARES: Final = {"half": 50, "metade": 50}
"""Hundredths that a word stands for, so that a look-up may give them in digits."""
ALL_OF: Final = frozenset(_words("all the these those both os as ambos ambas esses essas todos todas"))
"""Behind them a small number only says again how many things were named before."""
ONES_BEFORE: Final = frozenset(
    _words("this that the no which each every any another old new good right wrong last next other only")
)
"""Behind them `one` is a pronoun."""
FUNCTION: Final = frozenset(
    _words("""
    a an and are as at be before but by can did do does for from had has have he her his how if in into is
    it its may more most not now of on or over per she so than that the then there they this to today
    under until up was we were when where which who will with yet you ao aos as até até com como da das de
    do dos e ela ele em então era está estão foi hoje mais mas na não nas no nos o os ou para pela pelo
    por porque que quando se sem ser são sobre também à às é
    """)
)
"""What is no noun, so that a number before it stands alone."""
TIMES: Final[dict[str, str]] = {
    **dict.fromkeys(_words("s sec secs second seconds seg segs segundo segundos"), "s"),
    **dict.fromkeys(_words("m min mins minute minutes minuto minutos"), "min"),
    **dict.fromkeys(_words("h hr hrs hour hours hourly hora horas"), "h"),
    **dict.fromkeys(_words("d day days dia dias"), "d"),
    **dict.fromkeys(_words("w wk week weeks semana semanas sem"), "w"),
    **dict.fromkeys(_words("mo month months mês mes meses"), "mo"),
    **dict.fromkeys(_words("y yr yrs year years ano anos"), "y"),
}
SHARES: Final[dict[str, str]] = {
    **dict.fromkeys(("%", "percent", "per cent", "por cento", "pct", "pp", "p.p.", "percentage points"), "%"),
    **dict.fromkeys(("bps", "bp", "basis points", "pontos-base", "pontos base"), "bps"),
    **dict.fromkeys(("x",), "x"),
    **dict.fromkeys(("times", "vezes"), "times"),
    **dict.fromkeys(("figure", "figures", "digit", "digits", "dígitos", "digitos", "zeros"), "digits"),
    **dict.fromkeys(("°", "º", "deg", "degrees", "graus"), "deg"),
}
MONEY: Final = frozenset(
    _words("""
    usd usdt usdc brl eur btc eth sol dollar dollars bucks buck cent cents euro euros dólar dólares dolar
    dolares real reais centavo centavos satoshi satoshis sats coin coins bitcoin bitcoins ether token
    tokens moeda moedas
    """)
)
CURRENCIES: Final = frozenset(
    _words("usd usdt usdc brl eur dollar dollars bucks euro euros dólar dólares dolar dolares real reais")
)
"""Those of them in which prices are told."""
COUNTED: Final = frozenset(
    _words("""
    percent pct point points pip pips tick ticks times touch touches candle candles bar bars trade trades
    order orders position positions win wins loss losses contract contracts lot lots alert alerts signal
    signals test tests retest retests figure digit digits percentage level levels pattern patterns wallet
    wallets user users traders holders row rows attempt attempts por cento ponto pontos vezes toque toques
    vela velas operação operações operacoes ordem ordens posição posições posicoes vitória vitórias
    derrota derrotas ganhos perdas contrato contratos lote lotes alerta alertas sinal sinais teste testes
    nível níveis niveis padrão padrões padroes carteiras usuários seguidas seguidos
    """)
)
"""What is measured, beside times, shares and money."""
STRICT: Final = (
    frozenset(TIMES) | MONEY | frozenset(SPOKEN_SCALES) | {"percent", "pct", "per", "por", "hundred"}
)
"""Before these an article is a number, too."""
MEASURED: Final = STRICT | COUNTED
UP: Final = frozenset(
    _words("""
    up rose rise rises risen rising gain gains gained gaining higher climb climbs climbed climbing plus
    increase increased increases jumped jump added grew above advanced rallied positive subiu subiram
    subindo sobe subir alta ganhou ganho ganhos avançou avanço valorizou valorização lucro positivo
    positiva cresceu ▲ ↑ ⬆
    """)
)
DOWN: Final = frozenset(
    _words("""
    down fell fall falls fallen falling drop drops dropped dropping lost loss losing loses lower decline
    declined declines declining minus slid slipped sank decrease decreased decreases shed negative dipped
    dip caiu caíram caindo cai cair queda baixa perdeu perda perdas prejuízo recuou recuo desceu
    desvalorizou menos negativo negativa ▼ ↓ ⬇
    """)
)
BELOW: Final = frozenset({"below", "under", "beneath", "abaixo"})
"""Right behind a figure they say that it leads down."""
SCORES: Final = frozenset(_words("rsi adx mfi cci stochastic estocástico strength força"))
"""What is measured on a scale of its own, so that its figures are no prices."""
PRICED: Final = frozenset(
    _words("price preço preco bitcoin btc ethereum eth solana sol trades trading cotação costs custa")
)
"""What has a price."""
AVERAGES: Final = frozenset({"ema", "sma", "wma", "hma"})
"""Right before a whole number they say over how many candles."""
MEASURES: Final = AVERAGES | frozenset(_words("rsi adx mfi cci atr macd bbands candles velas"))
"""Right before a whole number, which is then no price."""
JOINTS: Final = frozenset(
    _words("""
    is are was at of on to now reads stands sits near about around roughly está esta em de a fica marca vale
    agora com uns cerca quase negociado negociada
    """)
)
"""Between a thing and its figure."""
NO_NUMERALS: Final = frozenset({"CCI", "CD", "MIX", "MXC", "CIX", "LIV", "DIM", "MDI"})
"""Indicators, coins and other words that are written like one."""
NAMES: Final = frozenset({"web3", "l1", "l2", "erc20", "1inch", "c98", "x2y2", "24/7"})
"""Names with digits in them that everybody knows."""
