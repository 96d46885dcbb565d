"""What the bot says to messages in other languages than that of the articles, in their own."""

from typing import Final

from bot.adapters import wording
from bot.adapters.translation import translatable, translated
from bot.answering import RefusalReason
from bot.replies import Reply

_OTHER_LANGUAGES: Final = {
    "de": (
        "Meine Artikel sind auf Englisch, und ich verstehe leider nur Englisch. Bitte stell die Frage auf Englisch."
    ),
    "fr": (
        "Mes articles sont en anglais, et je ne comprends malheureusement que l’anglais. "
        "Posez votre question en anglais, s’il vous plaît."
    ),
    "es": (
        "Mis artículos están en inglés y, por desgracia, solo entiendo inglés. Por favor, haga la pregunta en inglés."
    ),
    "it": (
        "I miei articoli sono in inglese e purtroppo capisco solo l’inglese. Per favore, faccia la domanda in inglese."
    ),
    "ru": (
        "Мои статьи на английском языке, и, к сожалению, я понимаю только английский. "
        "Пожалуйста, задайте вопрос по-английски."
    ),
    "pt": (
        "Os meus artigos estão em inglês e, infelizmente, só compreendo inglês. Por favor, faça a pergunta em inglês."
    ),
    "nl": (
        "Mijn artikelen zijn in het Engels en ik begrijp helaas alleen Engels. Stel uw vraag alstublieft in het Engels."
    ),
    "pl": ("Moje artykuły są po angielsku i niestety rozumiem tylko angielski. Proszę zadać pytanie po angielsku."),
    "uk": (
        "Мої статті англійською мовою, і, на жаль, я розумію лише англійську. "
        "Будь ласка, поставте запитання англійською."
    ),
    "tr": ("Haberlerim İngilizce ve ne yazık ki yalnızca İngilizce anlıyorum. Lütfen sorunuzu İngilizce sorun."),
}
"""Said in the language of the message, whatever language is being spoken."""
_ANY_LANGUAGE: Final = translatable("My articles are in English, and so must the questions be. Please ask in English.")
_SEARCHED: Final = {
    "de": "Meine Artikel sind auf Englisch. Gesucht habe ich: ",
    "fr": "Mes articles sont en anglais. J’ai cherché : ",
    "es": "Mis artículos están en inglés. He buscado: ",
    "it": "I miei articoli sono in inglese. Ho cercato: ",
    "ru": "Мои статьи на английском языке. Я искал: ",
    "pt": "Os meus artigos estão em inglês. Procurei: ",
    "nl": "Mijn artikelen zijn in het Engels. Ik heb gezocht naar: ",
    "pl": "Moje artykuły są po angielsku. Szukam: ",
}
"""Above the reply to a message that was put into English word by word."""
_NOT_ANSWERED: Final = {
    "de": "Ich habe keinen Satz gefunden, der darauf antwortet. Auf Englisch gefragt, finde ich oft mehr.",
    "fr": "Je n’ai trouvé aucune phrase qui y réponde. En anglais, je trouve souvent davantage.",
    "es": "No he encontrado ninguna frase que lo responda. En inglés suelo encontrar más.",
    "it": "Non ho trovato nessuna frase che risponda. In inglese trovo spesso di più.",
    "ru": "Я не нашёл предложения, которое отвечает на это. На английском я часто нахожу больше.",
    "pt": "Não encontrei nenhuma frase que responda. Em inglês encontro muitas vezes mais.",
    "nl": "Ik heb geen zin gevonden die daarop antwoordt. In het Engels vind ik vaak meer.",
    "pl": "Nie znalazłem zdania, które na to odpowiada. Po angielsku często znajduję więcej.",
}


def ask_in_english(language: str | None) -> str:
    """Return, in this language, that articles and questions are in English."""
    return _OTHER_LANGUAGES.get(language or "") or translated(_ANY_LANGUAGE)


def every_request_for_english() -> list[str]:
    """Return all that `ask_in_english` may say."""
    return [*_OTHER_LANGUAGES.values(), translated(_ANY_LANGUAGE)]


def searched_in_english(reply: Reply) -> str:
    """Return, in the language of a message, what was searched for it; empty for one in English."""
    return f"{_SEARCHED[reply.language]}{reply.resolved_question}" if reply.language else ""


def refused(language: str | None, reason: RefusalReason) -> str:
    """Return why there is no answer, in the language of the message."""
    return _NOT_ANSWERED[language] if language else wording.refusal(reason)
