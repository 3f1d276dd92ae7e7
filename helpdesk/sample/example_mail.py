"""The two mails the demo is tried with: the first resembles a resolved incident, the second resembles the first."""

from .company import DOMAIN

EXAMPLE_MAIL_FROM = f"Hanna Lindqvist <hanna.lindqvist@{DOMAIN}>"
EXAMPLE_MAIL_SUBJECT = "Outlook does not send, error 0x8004010F"
EXAMPLE_MAIL_BODY = """Hello,

I got a new laptop yesterday. Outlook opens, but send/receive always stops with error 0x8004010F,
"Outlook data file cannot be accessed". In the browser I can see my new mails.
Could somebody have a look today? I have to send the drawings for the oak range.

Thanks
Hanna
"""

SECOND_MAIL_FROM = f"Daniel Oyelaran <daniel.oyelaran@{DOMAIN}>"
SECOND_MAIL_SUBJECT = "Mails stay in the outbox since my laptop was exchanged"
SECOND_MAIL_BODY = """Hi,

my laptop was exchanged this morning and since then nothing leaves the outbox in Outlook. At the
bottom it says that the data file can't be accessed (0x8004010F). Mail in the browser works.

Daniel Oyelaran
Purchasing
"""
