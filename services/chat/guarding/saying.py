"""What a model may not say in a persona's name: advice, promises, and deeds that it cannot have done.

A small lexicon of both languages, made to be right where it speaks up. What is said about trading in answer
to a wish belongs to the persona's own lines.
"""

from __future__ import annotations

import re
from typing import Final

from services.chat.guarding.letters import bare as _bare

_NOW: Final = (
    r"(?:now|it\b|this|here|today|tomorrow|immediately|asap|right away|more|some|the dip|before|at\b"
    r"|everything|all\b"
    r"|your|while|bitcoin|ethereum|solana|\$?(?-i:[A-Z]{3,10})\b|!|\.?$)"
)
_LEAD: Final = (
    r"(?:^|[.!?:;,\u2014\u2013-]\s*|\b(?:and|then|so|just|please|go ahead and|now|always|never hesitate"
    r" to)\s+)[\"'*_(]*"
)
_MUST: Final = (
    r"\b(?:you (?:should|must|have to|need to|ought to|gotta|had better|can safely|will want to)|you'd"
    r" better|time to"
    r"|i(?:'d| would)? (?:strongly |highly )?(?:recommend|suggest|advise|urge)(?: (?:you|that you"
    r"|everyone))?(?: to)?"
    r"|my (?:advice|recommendation|tip)(?: is)?:?(?: to)?|moment to|don't hesitate to|let's|let us)\s+"
    r"(?:now |all |just )?"
)
_TRADE: Final = (
    r"(?:buy|sell|buying|selling|go (?:all[- ]in|long|short)|going (?:long|short)|long|short|ape in|hodl"
    r"|dump|load up"
    r"|enter|exit|open (?:a |your )?(?:long|short|position)|close (?:your |the )?(?:long|short|position)"
    r"|take profits?"
    r"|double down|cash out|invest)\b"
)
_SURE: Final = (
    r"\b(?:guaranteed?|guarantees|risk[- ]?free|sure (?:profits?|wins?|thing|bet)|easy money|free money"
    r"|100\s?(?:%|percent) (?:sure|certain|safe|guaranteed|win(?:ning)?)|absolutely certain|no[- ]brainer"
    r"|can(?:not|'?t) (?:lose|fail|go wrong)|you(?:'ll| will) (?:make (?:money|a profit)|get rich|profit)"
    r"|(?:it|price|btc|bitcoin) (?:can only"
    r"|is (?:bound|sure) to|(?:will|is going to) (?:surely |certainly |definitely )?)(?: ?go (?:up|down"
    r"|to the moon)| ?rise| ?fall)"
    r"|going to the moon|so pode (?:subir|cair)|vai (?:lucrar|ficar rico)|(?:will|going to"
    r"|gonna) (?:surely |certainly |definitely "
    r"|absolutely "
    r"|for sure )?(?:moon|double|triple|explode|skyrocket|pump|10x|100x|rise|fall|crash)\b"
    r"|(?:cem|100)\s?(?:%|por cento) (?:de certeza|cert[oa]|segur[oa]|garantid[oa])|certeza absoluta|com"
    r" certeza vai"
    r"|garant(?:id[oa]s?|o que|imos|e lucro)|sem risco|risco zero|lucros? cert[oa]s?|dinheiro facil"
    r"|nao tem como (?:perder|errar|dar errado)|impossivel perder|tiro certo"
    r"|vai (?:com certeza )?(?:subir|cair|dobrar|bombar|explodir|decolar|disparar|despencar))\b"
)
_NOT_SAID: Final = re.compile(
    r"\b(?:nobody|no one|nothing|not|cannot|whether|ninguem|nao|nada|nem)\b[^.!?;,]{0,60}?"
    r"\b(?:will|going to|gonna|vai)\b[^.!?;,]*|n't\b[^.!?;,]{0,60}?\b(?:will|going to)\b[^.!?;,]*"
)
"""What nobody knows, or what does not follow, is no promise."""
_NOT_SURE: Final = re.compile(
    r"\b(?:no|not|never|nothing is|nothing here is|isn't|aren't|without(?: any)?|nao (?:e|ha|existe|tem)"
    r"|nada (?:e|aqui e)"
    r"|nunca e|nenhum[a]?|nem|sem) (?:\w+ )?(?:guaranteed?|guarantees|risk[- ]?free|sure (?:profits?|thing"
    r"|bet)"
    r"|garanti\w+|lucros? cert[oa]s?|sem risco|risco zero|certeza absoluta)"
)
_PT_NOW: Final = (
    r"(?:agora|ja\b|logo|hoje|amanha|tudo|mais|isso|aqui|antes|enquanto|na (?:queda|baixa|alta)|no (?:fundo"
    r"|topo)"
    r"|(?:o |a |seus? |suas? )?(?:bitcoin|ethereum|solana|moedas?|posic\w+)|\$?(?-i:[A-Z]{3,10})\b|!|\.?$)"
)
_PT_LEAD: Final = r"(?:^|[.!?:;,\u2014\u2013-]\s*|\b(?:e|entao|so|por favor|agora|pode)\s+)[\"'*_(]*"
_PT_ORDER: Final = (
    r"(?:compre|comprem|venda|vendam|compra|vende|entre (?:comprad|vendid|n[oa] (?:compra|venda))\w*|aposte"
    r"|invista"
    r"|zere|feche (?:a |sua )?posic\w+|abra (?:um |uma )?(?:long|short|posic\w+|compra|venda)|realize (?:o"
    r" )?lucro"
    r"|segure|coloque tudo)"
)
_PT_MUST: Final = (
    r"(?:\b(?:voce|vc|tu|voces) (?:deve(?:ria)?|devem|precisa|tem que|tem de|pode)"
    r"|\b(?:eu )?(?:recomendo|sugiro|aconselho)(?: que (?:voce|vc))?|\bmeu conselho(?: e)?:?|\b(?:hora"
    r"|momento) (?:certa |certo )?de"
    r"|\bbora|\bvamos|\bnao perca a chance de|\bvale (?:muito )?a pena"
    r"|\bmelhor(?= \w+r\b))\s+(?:ja |agora |logo )?"
)
_PT_TRADE: Final = (
    r"(?:comprar|vender|entrar|sair|zerar|apostar|investir|shortear|operar comprado|operar vendido|realizar"
    r" (?:o )?lucro"
    r"|compre|venda|entre|a compra|a venda|fechar (?:a |sua )?posic\w+|abrir (?:um |uma )?(?:long|short"
    r"|posic\w+))\b"
)
_HINT: Final = (
    r"\b(?:i(?:'d| would) (?:just |rather |definitely )?|you (?:might|may) want to |if i were you,? (?:i'd "
    r"|i would )?"
    r"|consider |(?:^|[.!] )keep |it(?:'s| is) (?:wise|smart|best|better|time|a good (?:idea|moment"
    r"|time)) to |better )"
    r"(?:buy|buying|sell|selling|hold|holding|go (?:long|short)|accumulate|accumulating|hodl)\b(?! (?:in"
    r"|your own|off)\b)"
)
_PT_HINT: Final = (
    r"\b(?:(?:eu )?(?:compraria|venderia|seguraria)|(?:considere|continue|melhor|bom) "
    r"(?:comprar|vender|segurar|comprando|vendendo|segurando)|(?:^|[.!]\s*)pode (?:comprar|vender)(?=[.!]|$))"
)
_HOLD: Final = (
    r"(?:^|[.!]\s*)(?:(?:don't|do not|never) (?:buy|sell|panic[- ]sell)|hold (?:on|tight|your \w+)"
    r"|get (?:in|out)"
    r"|accumulate|load the boat|nao (?:venda|compre|vendam|comprem)|nunca (?:venda|compre))\s*"
    r"(?:now|here|yet|anything|it|agora|ainda|nada)?\s*(?=[.!]|$)"
)
_ADVICE: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            rf"{_LEAD}(?:buy|sell|hodl|dump|load up|ape in|go all[- ]in|go long|go short|all in|long"
            rf"|short)\s*{_NOW}"
        ),
        rf"{_MUST}{_TRADE}",
        rf"{_PT_LEAD}{_PT_ORDER}\s*{_PT_NOW}",
        rf"{_PT_MUST}{_PT_TRADE}",
        *(_HINT, _PT_HINT, _HOLD),
    )
)
_PROMISE: Final = re.compile(_SURE, re.IGNORECASE)
_SPLIT: Final = re.compile(r"(?<=[.!?])")

_THING: Final = (
    r"(?:(?<!in )orders?|trades?|positions?|alerts?|alarms?|stops?|stop[- ]loss(?:es)?|take[- ]profits?"
    r"|limits?|leverage|settings?"
    r"|thresholds?|risk|accounts?|wallets?|funds?|money|balance|payments?|transfers?|withdrawals?|deposits?"
    r"|reminders?"
    r"|subscriptions?|roles?|keys?|kill ?switch|strateg(?:y|ies)|bots?|longs?|shorts?|usdt|btc|eth|bitcoin"
    r"|coins?|language"
    r"|timezone|time zone|configuration|config|preferences?|permissions?|schedules?)"
)
_DID: Final = (
    r"(?:placed|opened|closed|cancell?ed|set(?: up)?|changed|updated|created|deleted|removed|enabled"
    r"|disabled|switched"
    r"|turned|transferred|sent|moved|executed|submitted|activated|deactivated|increased|decreased|raised"
    r"|lowered|saved"
    r"|adjusted|reset|scheduled|added|wired|withdrawn|withdrew|put|filled|confirmed|granted|paid|approved"
    r"|done)"
)
_DOING: Final = (
    r"(?:placing|opening|closing|cancell?ing|setting|changing|updating|creating|deleting|removing|enabling"
    r"|disabling"
    r"|transferring|sending|executing|submitting|activating|withdrawing|place|open|close|cancel|set|change"
    r"|update|create"
    r"|delete|remove|enable|disable|transfer|send|execute|submit|activate|withdraw)"
)
_WHO: Final = r"\b(?:i|we|the bot|the farm|the desk|the system|your bot)"
_ADVERBS: Final = (
    r"(?:(?:'ve|'s| have| has| had| just| already| now| successfully| also| then| went ahead and|"
    r" even)\b){0,4}"
)
_COSA: Final = (
    r"(?:orde(?:m|ns)|trades?|operac(?:ao|oes)|posic(?:ao|oes)|alertas?|alarmes?|stops?|stop[- ]loss"
    r"|limites?|alavancagem"
    r"|configurac(?:ao|oes)|ajustes?|risco|contas?|carteiras?|fundos|dinheiro|saldo|pagamentos?"
    r"|transferencias?|saques?"
    r"|depositos?|lembretes?|assinaturas?|cargos?|chaves?|estrategias?|bots?|compras?|vendas?|usdt|btc|eth"
    r"|bitcoin|moedas?"
    r"|longs?|shorts?|idioma|fuso|preferencias?|permiss(?:ao|oes)|agendamentos?)"
)
_FIZ: Final = (
    r"(?:coloquei|abri|fechei|cancelei|criei|configurei|alterei|mudei|atualizei|ativei|desativei|enviei"
    r"|executei"
    r"|transferi|apaguei|removi|ajustei|aumentei|reduzi|programei|agendei|adicionei|salvei|defini|zerei"
    r"|mandei|liguei"
    r"|desliguei|saquei|confirmei|aprovei)"
)
_FAZER: Final = (
    r"(?:colocar|abrir|fechar|cancelar|criar|configurar|alterar|mudar|atualizar|ativar|desativar|enviar"
    r"|executar"
    r"|transferir|apagar|remover|ajustar|programar|definir|zerar|mandar|sacar|colocando|abrindo|fechando"
    r"|cancelando"
    r"|criando|configurando|alterando|mudando|enviando|executando|transferindo)"
)
_FEITO: Final = (
    r"(?:enviad|executad|criad|abert|fechad|cancelad|alterad|configurad|ativad|desativad|colocad|salv"
    r"|atualizad|feit"
    r"|definid|mudad|concluid|confirmad|programad|agendad|transferid|realizad|efetuad|registrad)[oa]s?\b"
)
_TOLD: Final = (
    r"\b(?:i|we)(?:'ll| will| shall)(?: also)? (?:ping|notify|remind|alert|warn|message|dm|let you know"
    r"|keep you posted)\b"
    r"|\b(?:i|we)(?:'ve| have| just)? (?:notified|pinged|messaged|dmed|reminded|alerted|taken care of"
    r"|put in an?)\b"
    r"|\b(?:vou|vamos) (?:te |lhe |ja te )?(?:avisar|lembrar|notificar|alertar)\b|\b(?:te|lhe) (?:aviso"
    r"|avisarei|lembro) (?:quando|se|assim)"
    r"|\bavisarei\b|\b(?:avisei|notifiquei) (?:o|a|os|as|todo)"
)
_NOT_BY_COMMAND: Final = (
    r"(?! (?:with|by|via|using|through|com|pelo|por) (?:(?:o|the|its|a|um) )?(?:/|comm?and))"
)
_DEED: Final = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_WHO}{_ADVERBS} (?:bought|sold|purchased|longed|shorted|liquidated)\b",
        rf"{_WHO}{_ADVERBS} {_DID}\b[^.!?\n]{{0,60}}\b{_THING}\b",
        (
            rf"{_WHO}(?:'m| am|'re| are|'ll| will| shall)(?: now| just| going to)? "
            rf"(?:{_DOING}\b[^.!?\n]{{0,60}}\b{_THING}"
            r"|buy(?:ing)?|sell(?:ing)?)\b"
        ),
        (
            rf"(?<!\bno )(?<!\bany )\b{_THING}(?: \S{{1,20}}){{0,3}}?(?: (?:has been|have been|was|were|is"
            rf"|are))"
            rf"(?: now| already| successfully| all)? (?:{_DID}|live|active|in place|on)\b{_NOT_BY_COMMAND}"
        ),
        rf"(?:^|[.!?:;\u2014-]\s*|\b(?:your|the) ){_THING} (?:successfully )?{_DID}\b",
        (
            rf"(?<!\bno )(?<!\bany )(?<!\ban )(?<!\bwithout )(?<!\bevery )\b{_THING} {_DID}"
            r"(?=\s*(?:[.!]|$))"
        ),
        rf"(?<!nenhuma )(?<!nenhum )(?<!sem )(?<!cada )(?<!uma )(?<!um )\b{_COSA} {_FEITO}(?=\s*(?:[.!]|$))",
        (
            r"(?:^|[.!]\s*)(?:done|(?:you(?:'re| are) )?all set|order in|consider it (?:done|handled)|bought"
            r"|sold)[.!,:]"
        ),
        _TOLD,
        (
            r"(?<!nao )(?<!nunca )(?<!nem )\b(?:comprei|vendi|acabei de (?:comprar|vender)|estou "
            r"(?:comprando|vendendo)|vou (?:comprar|vender))\b"
        ),
        rf"(?<!nao )(?<!nunca )(?<!nem )\b{_FIZ}\b[^.!?\n]{{0,60}}\b{_COSA}\b",
        rf"(?<!nao )\b(?:acabei de|estou|vou|vamos) {_FAZER}\b[^.!?\n]{{0,60}}\b{_COSA}\b",
        (
            rf"(?<!nenhum )(?<!nenhuma )(?<!nem )\b{_COSA}(?: \S{{1,20}}){{0,3}}? (?:foi|foram|esta|estao"
            rf"|sao|ja|acaba de ser)"
            rf"(?: ja| agora| todas?| todos?)? {_FEITO}{_NOT_BY_COMMAND}"
        ),
        (
            rf"(?:^|[.!?:;\u2014-]\s*|\b(?:sua?|minha|a|o) ){_COSA}(?: \S{{1,20}})?? {_FEITO}(?=\s*[.!,:;]|"
            rf" com sucesso|\s*$)"
        ),
        r"(?:^|[.!]\s*)(?:feito|pronto|prontinho)[.!,:]",
    )
)


def is_advice(sentence: str) -> bool:
    """Return whether a sentence tells somebody to trade, or promises what a price or a trade will do."""
    bare = _bare(sentence)
    certain = _NOT_SURE.sub(" ", _NOT_SAID.sub(" ", bare.casefold()))
    return _PROMISE.search(certain) is not None or any(kind.search(_told(bare)) for kind in _ADVICE)


def claims_a_deed(sentence: str) -> bool:
    """Return whether a sentence says that something was or will be done: an order, an alert, a setting."""
    bare = _bare(sentence).casefold()
    return any(kind.search(bare) for kind in _DEED)


def _told(text: str) -> str:
    """Return a text without its questions: to ask whether to buy is no advice."""
    return "".join(part for part in _SPLIT.split(text) if not part.endswith("?"))
