"""How mail programs in some thirty languages introduce the mail they quote. Data for quotes.py and quote_marks.py."""

import re

_I = re.IGNORECASE


def _any(words: str) -> str:
    return "(?:" + "|".join(word.strip() for word in words.split("|")) + ")"


# Words with which an introduction begins: a preposition of date, a weekday, a month, or the date itself.
_BEGINNINGS = _any(
    r"on|at|am|um|le|el|il|in data|il giorno|em|no dia|op|den|på|w dniu|dnia|dne|dňa|dana|v|la|pada|vào|op|a\(z\)"
    r"|στις|на|в|у|το|tarihinde|בתאריך|ב-|في|在|於|于|el dia|el día|à|às|a|il|ons|tor|fre|lør|søn|man|tir|tis"
    r"|tors|lör|sön|mån"
)
_CALENDAR = (
    r"(?:mon|tue|wed|thu|fri|sat|sun|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie"
    r"|sáb|dom|gio|seg|ter|qua|qui|sex|die|don|mit|mon|son|sam|fre|di|do|mo|mi|fr|sa|so|ma|wo|vr|za|zo|pon|wt|śr|czw|pt|sob|nie"
    r"|пн|вт|ср|чт|пт|сб|вс|нд|пон|втор|сре|чет|пят|суб|вос|янв|фев|мар|апр|май|мая|июн|июл|авг|сен|окт|ноя|дек|mand|tirs|onsd)"
    r"[^\W\d_]{0,9}"
)
# Beginning of a line that may open an introduction; decides cheaply which lines are looked at closely.
INTRO_START = re.compile(
    rf"[ \t]*(?:[-*]+[ \t]*)?(?:{_BEGINNINGS}[ \t]+\S|{_CALENDAR}[.,]?[ \t]|\d|[\"“„<]|[^\n]{{1,80}}(?:<|\[mailto:|"
    rf"wrote|writes|schrieb|écrit|skrev|kirjoitti|ezt írta|написал|пише|scrib|写道|寫道))",
    _I,
)
_DATE = r"(?:\d{1,4}[./年 -]{1,2}(?:\d{1,2}|[^\W\d_]{2,12})|\d{1,2}[:.h]\d{2}|[^\W\d_]{3,12}[. ]{1,2}\d{1,2}\b)"
DATE = re.compile(_DATE, _I)
ADDRESS = re.compile(r"[^\s<>@]{1,64}@[^\s<>@.]{1,63}\.[^\s<>@]")

# The verb that ends an introduction.
VERB_AT_END = re.compile(
    r"(?:\b|\s|님이 ?|さんは ?)"
    + _any(
        r"wrote|writes|schrieb|schrieben|geschrieben|hat geschrieben|schreef|geschreven|a écrit|a ecrit|écrit"
        r"|escribió|escribio"
        r"|escribía|ha escrit|va escriure|ha scritto|scrisse|scrive|escreveu|escreveram|skrev|skrev följande"
        r"|skrifaði|kirjoitti"
        r"|pisze|napisał|napisała|napisał\(a\)|napisała\(a\)|napsal|napsala|napsal\(a\)|napísal|napísala"
        r"|napísal\(a\)|je napisao"
        r"|je napisala|je napisao/la|napisao|написал|написала|написал\(а\)|пишет|пише|написав|написала"
        r"|написав\(ла\)|a scris|ezt írta"
        r"|írta|έγραψε|yazdı|şunu yazdı|şunları yazdı|menulis|đã viết|כתב|כתבה|כתב/ה|מאת|كتب|写道|寫道|写到"
        r"|作成|書きました|のメッセージ|작성|작성함|썼습니다"
    )
    + r"(?: the following| het volgende| folgendes| ce qui suit| lo siguiente| quanto segue| o seguinte| följande)?"
    r"[ \t]*(?:\([^()]{0,60}\))?[ \t]*(?::|：)?[ \t]*-{0,6}[ \t]*\Z",
    _I,
)
# The verb stands before the writer's name, and a colon ends the line.
VERB_INSIDE = re.compile(
    r"(?<![^\W_])"
    + _any(
        r"schrieb|schreef|skrev|heeft|kirjoitti|ezt írta|napsal|napsala|napsal\(a\)|napísal|napísal\(a\)"
        r"|wrote|escribió|a écrit|écrit"
        r"|написал|написала|написал\(а\)|пользователь|пише|yazdı|pisze|napisał|gesendet von|geschrieben von|has written"
    )
    + r"(?![^\W_])[^\n]{0,200}(?::|：)[ \t]*\Z",
    _I,
)
# Only a preposition before the writer: believed when an address stands there as well.
PREPOSITION_INSIDE = re.compile(
    r"(?<![^\W_])(?:from|von|od|från|fra|van|par|por|da|de|del|από|от|від)(?![^\W_])[^\n]{0,200}(?::|：)[ \t]*\Z", _I
)
# "On 3 May I wrote:" tells a story, it quotes no mail.
FIRST_PERSON = re.compile(
    r"(?<![^\W_])(?:I|we|ich|wir|je|nous|j.ai|nous avons|yo|ho|abbiamo|eu|ik|wij|jag|jeg|vi|ja|я"
    r"|мы)[ \t]+(?:[^\W\d_]+[ \t]+)?"
    r"(?:wrote|schrieb|schrieben|geschrieben|écrit|escrito|scritto|escrevi|schreef|schreven|skrev|написал|писал)(?![^\W_])"
    r"|(?:schrieb|schrieben|skrev|schreef)[ \t]+(?:ich|wir|jag|jeg|vi|ik|wij)(?![^\W_])",
    _I,
)
FULL_DATE = re.compile(r"\b\d{4}\b|\b\d{1,2}[:.h]\d{2}\b")
VERBLESS = re.compile(
    r"(?:"
    r"(?=[^\n]*\d{1,2}[:.h]\d{2})(?=[^\n]*\b\d{4}\b"
    r"|[^\n]*\d{1,2}[./]\d{1,2}[./]\d{2})[^\n]*<[^<>\s]+@[^<>]+>[ \t]*(?::|：)"
    r"|\d{4}[-/]\d{1,2}[-/]\d{1,2}[ \t,]+(?:\d{1,2}:\d{2}[^\n]{0,20}?[ \t]+)?[^\n<>]{1,80}<[^<>\s]+@[^<>]+>"
    r"|\d{4}-\d{2}-\d{2}[ \t]+\d{1,2}:\d{2}[ \t]+(?:GMT|UTC)[+-]\d{1,2}:?\d{2}[ \t]+[^\n:]{1,80}"
    r"|\d{4}年\d{1,2}月\d{1,2}日[^\n]{0,60}(?:<[^<>\s]+@[^<>]+>|さん)[^\n]{0,20}(?::|：)"
    r")[ \t]*\Z",
    _I,
)

# A line of its own that says: the earlier mail follows.
_ORIGINAL = _any(
    r"original (?:message|mail|e-?mail|appointment)|ursprüngliche (?:nachricht|mail|e-mail)"
    r"|original-?nachricht|originalnachricht"
    r"|weitergeleitete (?:nachricht|mail)|message (?:d.origine|original|transféré|transmis|initial)"
    r"|courriel original|mensaje original"
    r"|mensaje reenviado|mensagem (?:original|encaminhada)|messaggio (?:originale|inoltrato)"
    r"|oorspronkelijk(?:e)? bericht"
    r"|doorgestuurd bericht|ursprungligt meddelande|vidarebefordrat (?:meddelande|brev)|originalmeddelande"
    r"|oprindelig (?:meddelelse|besked)"
    r"|videresendt (?:meddelelse|besked|melding)|opprinnelig melding|alkuperäinen viesti|välitetty viesti"
    r"|wiadomość oryginalna|oryginalna wiadomość"
    r"|treść przekazanej wiadomości|wiadomość przekazana|původní (?:zpráva|e-mail)|přeposlaná zpráva"
    r"|pôvodná správa|preposlaná správa"
    r"|eredeti üzenet|továbbított (?:üzenet|levél)|mesaj original|mesaj redirecționat|исходное сообщение"
    r"|оригинальное сообщение|пересылаемое сообщение"
    r"|перенаправленное сообщение|пересланное сообщение|вихідне повідомлення|оригінальне повідомлення"
    r"|переслане повідомлення|αρχικό μήνυμα"
    r"|προωθημένο μήνυμα|özgün ileti|orijinal mesaj|iletilen mesaj|missatge original|missatge reenviat"
    r"|原始邮件|原始郵件|转发的邮件|轉寄的郵件|转发邮件信息"
    r"|元のメッセージ|転送(?:された)?メッセージ|원본 메시지|원본 메세지|전달된 메시지|forwarded message"
    r"|forwarded by [^\n]{1,80}|הודעה מקורית|الرسالة الأصلية"
    r"|pesan asli|tin nhắn gốc|reply message|reply separator|weitergeleitet von [^\n]{1,80}"
)
ORIGINAL = re.compile(rf"{_ORIGINAL}[^\n]{{0,20}}\Z|original message processed by [^\n]{{1,40}}\Z", _I)
BEGIN_FORWARD = re.compile(
    _any(
        r"begin forwarded message|start of forwarded message|anfang der weitergeleiteten (?:nachricht|e-mail)"
        r"|début du message (?:réexpédié|transféré)"
        r"|inizio messaggio inoltrato|inicio del mensaje reenviado|início da mensagem encaminhada"
        r"|begin doorgestuurd bericht"
        r"|vidarebefordrat brev|start på videresendt besked|videresendt melding|välitetty viesti alkaa"
        r"|początek przekazywanej wiadomości"
        r"|начало переадресованного сообщения|下面是被转发的邮件|開始轉寄郵件|転送されたメッセージ"
        r"|original message processed by [^\n]{1,40}"
    ),
    _I,
)
FORWARD = re.compile(
    r"forward|weitergeleitet|transf|réexp|reenvia|encaminha|inoltra|doorgestuurd|vidarebe|videresend|välitet|przekaz|пере|转发|轉寄|転送|전달",
    _I,
)
FORWARD_SUBJECT = re.compile(
    r"\s*(?:(?:re|aw|sv|antw|rif|réf)\s*:\s*)?(?:fwd?|wg|tr|rv|i|doorst|enc|vs|vb|videresendt|pd|továbbítás|ynt)\s*:",
    _I,
)
# The note above answers that are written into the quoted mail itself, in colour perhaps.
ANSWERS_BELOW = re.compile(
    r"(?<![^\W_])(?:"
    r"(?:my |our )?(?:answers?|comments?|repl(?:y|ies)|responses?|notes?) (?:are |is )?"
    r"(?:in[ -]?line|below(?!\s+(?:the|an?|this|that|my|your|our)\b)"
    r""
    r"|in (?:red|blue|green|bold|caps)|between the lines|in (?:your|the) (?:text|e?-?mail))"
    r"|(?:see|please see|answered|replied|commented|responded)[\w ]{0,25} (?:in[ -]?line|in (?:red|blue|green|bold))"
    r"|(?:see|find) (?:my|our) (?:answers?|comments?|repl(?:y|ies)|responses?)"
    r"|(?:meine |unsere )?(?:antwort(?:en)?|anmerkung(?:en)?|kommentare?) (?:[\w]{1,12} ){0,3}?(?:unten|im text|inline"
    r"|in (?:rot|blau|grün|fett)|zwischen den zeilen)"
    r"|(?:mes |nos )?(?:réponses?|commentaires?) (?:[\w]{1,12} ){0,2}?(?:ci-dessous|en (?:rouge|bleu|vert|gras)"
    r"|dans le (?:texte|mail)|entre les lignes)"
    r"|(?:mis |nuestras )?(?:respuestas?|comentarios?) (?:[\w]{1,12} ){0,2}?(?:abajo|más abajo|a continuación"
    r"|en (?:rojo|azul|verde|negrita)|entre líneas)"
    r"|(?:le mie |le nostre )?(?:risposte|commenti) (?:[\w]{1,12} ){0,2}?(?:sotto|di seguito|in (?:rosso|blu|verde"
    r"|grassetto)|tra le righe|nel testo)"
    r"|(?:mijn |onze )?(?:antwoord(?:en)?|opmerkingen|reacties) (?:[\w]{1,12} ){0,2}?(?:hieronder|onder"
    r"|in (?:rood|blauw|groen|vet)|tussen de regels|in de tekst)"
    r")(?![^\W_])",
    _I,
)
REPLY_ABOVE_WORD = re.compile(
    r"line|zeile|ligne|línea|riga|linha|regel|lijn|rad|linje|linii|строки|линии|reply above", _I
)
REPLY_ABOVE = re.compile(
    r"[ \t]*(?:[-–—=#*_~]{2,}[^\n]{0,40})?(?:please )?(?:type|write|enter|schreiben|répond\w*|responda"
    r"|antworten)?[^\n]{0,30}"
    r"(?:reply (?:above|on top of) this line|your reply above|antwort(?:en)?[^\n]{0,20}(?:über|oberhalb) dieser zeile"
    r"|au-dessus de cette ligne|(?:encima|por encima) de esta línea|sopra questa (?:linea|riga)|acima desta linha"
    r"|boven deze (?:regel|lijn)|ovanför denna rad|over denne linje|powyżej tej linii|выше этой (?:строки"
    r"|линии))[^\n]{0,40}\Z",
    _I,
)

# Labels of a pasted header block, by what they name.
FROM = _any(
    r"from|von|de|da|van|från|fra|od|odesílatel|odosielateľ|от|від|от кого|отправитель|lähettäjä|expéditeur"
    r"|remitente|mittente|afzender|absender|avsändare"
    r"|feladó|από|kimden|gönderen|de la|발신|보낸사람|보낸 사람|发件人|寄件者|寄件人|差出人|送信者|מאת|من|dari|từ"
)
TO = _any(
    r"to|an|à|pour|a|para|til|till|aan|do|pro|pre|komu|кому|vastaanottaja|destinataire|destinatario|destinatário"
    r"|empfänger|címzett|προς|kime|către|받는사람|받는 사람"
    r"|收件人|收件者|宛先|אל|إلى|kepada|đến|cc|kopie|kopia|kopi|copie|copie à|copia|cópia|bcc|másolatot kap"
    r"|копия|копія|抄送|副本|참조|reply-to|antwort an|répondre à|risposta"
)
DATE_LABEL = _any(
    r"sent|date|datum|gesendet|am|zeit|envoyé|envoyé le|enviado|enviado el|enviada|enviada em|inviato|data"
    r"|data/ora|fecha|verzonden|skickat|sendt|dato|lähetetty|päiväys"
    r"|wysłano|wysłane|data wysłania|odesláno|odoslané|dátum|elküldve|ημερομηνία|στάλθηκε|tarih|gönderildi"
    r"|trimis|отправлено|дата|надіслано|보낸날짜|보낸 날짜|날짜|日期|发送时间"
    r"|發送時間|时间|寄件日期|送信日時|日時|日付|תאריך|نשלח|نشر|تاريخ|tanggal|ngày|message du"
)
SUBJECT = _any(
    r"subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|aihe|temat|předmět|predmet|tárgy|θέμα|konu|subiect|тема|assumpte|제목|主题|主題|主旨|件名|נושא|الموضوع"
    r"|perihal|chủ đề|sujet"
)
HEADER_LINE = re.compile(
    rf"[ \t*_|>]{{0,6}}(?:(?P<sender>{FROM})|(?P<date>{DATE_LABEL})|(?P<subject>{SUBJECT})"
    rf"|(?P<recipient>{TO}))[ \t*_]{{0,4}}(?::|：)[*_]{{0,2}}(?P<value>[^\n]*)",
    _I,
)
