"""How mail systems say in prose that a mail did not arrive. Data for bounce.py and bounce_prose.py."""

import re

_I = re.IGNORECASE

# Who sends delivery reports, and under which subjects.
DAEMON = re.compile(r"mailer-?daemon|post[-_]?master|mail-?admin|mail delivery|mail system|mta@|bounce|daemon@", _I)
SUBJECT = re.compile(
    r"undeliver|un-deliver|not (?:be )?deliver|deliver\w* (?:has )?fail|fail\w* (?:notice|delivery)|failure notice"
    r"|returned (?:e-?)?mail|return(?:ed|ing) (?:message )?to sender|mail (?:system )?error|delivery (?:status|report"
    r"|problem|notification|failure|error|delay)|mail delivery|could not be (?:sent|delivered)|message (?:delay|status)"
    r"|warning: (?:message|could not)|delayed (?:mail|message|delivery)|delivery delayed|nondeliverable|bounce"
    r"|message (?:has )?(?:bounced|blocked|rejected)|permanent (?:delivery )?failure|loop alert|mail fail"
    r"|unzustellbar|nicht zugestellt|zustell|non remis|non distribu|echec|échec|não entreg|no se puede entregar"
    r"|no entreg|mancat[oa] (?:consegna|recapito)|niet (?:worden )?(?:bezorgd|afgeleverd)|недостав|не достав"
    r"|配信|送信できません|届けられません|エラー|退信|系统退信|无法送达|反송|반송",
    _I,
)
BODY = re.compile(
    r"(?:could ?n.t|could not|can ?not|unable to|was not|were not|not be|been unable to|failed to|did not|"
    r"(?:error|problem)s? (?:occurred )?(?:while )?(?:trying to )?)[^.\n]{0,40}?(?:be )?(?:deliver|reach|sent|send)"
    r"|delivery (?:to [^.\n]{0,80})?(?:has |have )?fail|undeliverable|permanent(?:ly)? (?:fatal )?(?:error"
    r"|failure|failed)"
    r"|delivery (?:problems|errors)|returned to sender|following (?:recipients?|address(?:es)?|users?)"
    r"|mailbox (?:is )?full|user unknown|unknown user|no such user|over quota|returned mail|rejected"
    r"|still (?:been )?undelivered|delivery (?:temporarily|has been) (?:suspended|delayed)|message headers follow"
    r"|duplicated message-id|送信できません|配信できません|届けられ|存在しない|nicht zugestellt|недостав"
    r"|не может быть доставлено",
    _I,
)

FORWARDED_SUBJECT = re.compile(
    r"\s*(?:re|aw|fwd?|wg|tr|rv|i|vs|sv|ynt|odp|пересл|转发|回复)\s*(?:\[\d+\])?\s*[:：]", _I
)
RETURNED_HEADER = re.compile(r"^[ \t>]*(?:received|return-path|message-id)[ \t]*:", _I | re.MULTILINE)

# Where the returned mail begins: nothing behind these lines says anything about the delivery.
RETURNED = re.compile(
    r"^[ \t>]*(?:-{2,}[ \t]*(?:this is a copy of|the header of the original|original message|below this line is a copy"
    r"|forwarded message|your original message|unsent message|message header|body of message|original mail"
    r"|transcript of message|undelivered message|copy of (?:the )?message|returned message|the headers of"
    r"|message text follows|オリジナル|original)"
    r"|message headers follow|included is a copy|original mail as follows|original message (?:follows|headers?)"
    r"|header of (?:the )?original|the (?:original )?message (?:headers )?follows|received:[ \t]*(?:from|by|\()"
    r"|return-path:[ \t]*<|-{4,}[ \t]*unsent|copy of the original message"
    r"|first .{0,20}lines of the (?:original )?message"
    r"|message contents follow|the original message was included|reason:[^\n]*\n\nreceived:"
    r"|your original message headers)",
    _I | re.MULTILINE,
)

ADDRESS = r"[^\s<>()\[\],;:\"'|*]{1,80}@[\w.-]{1,200}[\w-]"
_QUOTED = r"[<\"'\[(]?(?:smtp:|mailto:)?(" + ADDRESS + r")[>\"'\])]?"

# Ordered from certain to likely; group 1 is the address that could not be reached.
RECIPIENTS = tuple(
    re.compile(pattern, _I | re.MULTILINE)
    for pattern in (
        r"^[ \t]*(?:original|final)-recipient:[ \t]*(?:[\w-]+[ \t]*;)?[ \t]*" + _QUOTED,
        r"(?:undeliverable|could not be delivered|unable to deliver(?: message| your message| mail)?|not delivered"
        r"|delivering your (?:mail|message)|delivery failed|sending your message|failed recipients?|recipients?"
        r"|intended for|could not deliver (?:mail|message)|unknown (?:local )?(?:user|recipient|address)|no such user"
        r"|invalid recipient|user not found|errors? (?:for|to)|duplicated message-id)"
        r"(?: address)?(?:\(s\))?[ \t]*(?:to|for|in|is|was)?[ \t]*:?[ \t]*" + _QUOTED,
        r"rcpt to:[ \t]*<?(?:" + ADDRESS + r":)?" + _QUOTED,
        r"^[ \t>*]*" + _QUOTED + r"[ \t]*(?::|\.\.\.|\[|\(reason|\(expanded|on (?:\w{3}, |\d))",
        r"^[ \t>*]*" + _QUOTED + r"(?:[ \t]*<[^<>\n]*>)?[ \t]*[;,.]?[ \t]*$",
        r"\b[45]\d\d[ -][^\n]{0,40}?<(" + ADDRESS + r")>",
        r"^[ \t]*[a-z][^\n:@]{4,80}:[ \t]*" + _QUOTED + r"[ \t.]*$",
        r"\b(?:to|for)[ \t]+" + _QUOTED,
        r"<(" + ADDRESS + r")>",
    )
)
NOT_A_RECIPIENT = re.compile(
    r"(?:mail from:[ \t]*<?|from:[ \t]*|(?:message|content)-id:[ \t]*"
    r"|contact[^\n]{0,30}|from <|e-?mail[ \t]+to[ \t]*|please (?:send|write"
    r"|reply)[^\n]{0,40}"
    r"|postmaster at[ \t]*|f=\[)[ \t\"'<]*\Z",
    _I,
)

ENHANCED = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.]*\d)")
REPLY = re.compile(r"(?:^|[\s:>(\"'#=])([45][0-5]\d)(?=[ \t:;,)-]|$)", re.MULTILINE)
DELAYED = re.compile(
    r"delayed|delay(?:ed)? (?:notification|delivery)|will (?:keep|continue) (?:on )?(?:trying|to (?:try|retry"
    r"|be retried))"
    r"|warning message only|still undelivered|no action is required on your part|not yet (?:been )?delivered",
    _I,
)
GAVE_UP = re.compile(
    r"giv(?:e|en|ing) up|no longer|permanent|bounc|fail(?:ed|ure)|returned|has been (?:removed|deleted)", _I
)

# Prose to RFC 3463 code, where no code stands in the mail. The first that fits.
REASONS = tuple(
    (re.compile(pattern, _I), status)
    for pattern, status in (
        (r"retry (?:timeout|time not reached)", "4.4.7"),
        (r"too long in (?:the )?queue|(?:message|mail|delivery|queue)[^.\n]{0,30}expired"
         r"|delivery time expired|in queue too long|undelivered (?:for|after) \d|for (?:more than )?\d+ (?:hours|days)"
         r"|maximum (?:retry|queue) |for the last \d+ seconds", "5.4.7"),
        (r"mailbox (?:is |was )?full|(?:over|exceed\w*|exceeds)[^.\n]{0,30}(?:quota|limit|space|storage|size)"
        r"|quota (?:exceeded|full)"
         r"|not enough (?:disk )?space|容量|is full|mail ?box .{0,20}exceed", "5.2.2"),
        (r"(?:user|recipient|address|account|mailbox|addressee|name)(?:[^.\n]|\.(?=\S)){0,60}?"
         r"(?:unknown|not (?:exist|found"
        r"|listed|recognized"
         r"|valid)|does ?n.t exist|doesn.t have|invalid|undefined|no longer)|unknown (?:user|recipient"
         r"|address|local|account|mailbox)"
         r"|no (?:such|mailbox)|not a valid (?:user|mailbox|recipient)|invalid (?:recipient|address|user)"
         r"|存在しない|unknown", "5.1.1"),
        (r"(?:account|mailbox|user)[^.\n]{0,40}(?:disabled|inactive|suspended|closed|unavailable"
        r"|not available)|利用できません", "5.2.1"),
        (r"host (?:unknown|not found)|(?:no such|unknown|cannot find|unable to find) (?:host|domain)"
        r"|name or service not known"
         r"|host or domain name|dns (?:lookup )?(?:error|failure)|domain[^.\n]{0,30}(?:not (?:exist|found)"
         r"|unknown)", "5.1.2"),
        (r"connection (?:timed out|refused|reset)|timed? ?out|could not connect|did not accept our requests to connect"
         r"|no route to host|network (?:is )?unreachable", "5.4.1"),
        (r"(?:message|size|mail)[^.\n]{0,30}(?:too (?:large|big|long)|exceed)|size limit", "5.3.4"),
        (r"loop|too many hops|duplicated message-id", "5.4.6"),
        (r"spam|blocked|blacklist|black ?list|denied|reject|policy|prohibited|refused|not (?:allowed"
        r"|permitted)|virus|content", "5.7.1"),
    )
)  # fmt: skip
