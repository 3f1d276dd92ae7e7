"""Problems with signing in: passwords, second factor, rights, starters and leavers."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

PASSWORD = Filing("sign-in", "access.password", "service-desk", 3, 2)
SECOND_FACTOR = Filing("sign-in", "access.mfa", "service-desk", 3, 2)
RIGHTS = Filing("files", "access.permission", "service-desk", 3, 3)

SCENARIOS = (
    Scenario(
        "mfa-new-phone",
        SECOND_FACTOR,
        (
            Report(
                "New phone, authenticator has no account any more",
                """I have a new phone since the weekend. The authenticator app is installed, but it is empty,
                and the laptop keeps asking me to type the number into the app. The old phone has been traded
                in.""",
            ),
            Report(
                "Can't sign in, code goes to the old phone",
                """I can't sign in because the number request is sent to my old phone, which is broken. I can be
                reached on extension {ext}.""",
            ),
            Report("locked out new mobile", "new mobile, authenticater app empty, cant get into anything"),
            Report(
                "Nuevo móvil: no puedo aprobar el acceso",
                """He cambiado de móvil y la aplicación de autenticación está vacía. No puedo entrar en el
                correo ni en el ERP.""",
                "es",
            ),
        ),
        cause="""The second factor was bound to the old phone. Authenticator accounts do not move with a phone
        backup when number matching is on.""",
        fixes=(
            """Called back on the number held by People, checked identity, removed the old phone under Security
            info and issued a temporary access pass (60 minutes). The requester signed in with it and registered
            the new phone: Security info > Add sign-in method > Authenticator app.""",
            """Identity checked by video with the shop manager present. Deleted the old method, gave a one-hour
            access pass, registered the new phone together and tested number matching twice.""",
        ),
        weight=7,
        exchanges=(
            Exchange(
                "I will ring you to check that it is you. Which number may I use: the shop or your private number that People hold?",
                "Please ring the private one, I am here until five.",
            ),
        ),
    ),
    Scenario(
        "account-locked-old-session",
        PASSWORD,
        (
            Report(
                "Account locked again and again",
                """My account has been locked four times since this morning. I type the right password, it works
                for a quarter of an hour, then "The referenced account is currently locked out".""",
            ),
            Report("Locked out", "Locked out again. {host}. Third time today."),
            Report(
                "Konto ständig gesperrt",
                """Mein Konto wird seit gestern alle paar Minuten gesperrt, obwohl ich das Kennwort richtig
                eingebe. Ich kann so nicht kassieren.""",
                "de",
            ),
        ),
        cause="""A second computer still held a session with the old password (mapped drive) and tried it every
        few minutes: event 4740 named the workshop terminal as the source.""",
        fixes=(
            """Event 4740 on the domain controller named the caller computer. Signed the forgotten session out
            there, removed the saved password in Credential Manager and unlocked the account. No lock since.""",
            """Found the source in the security log (4740, caller WKS-ROPE-07), signed that session out and
            cleared its stored credentials with "cmdkey /list" and "cmdkey /delete". Account unlocked once more
            and stayed open.""",
        ),
        weight=5,
        relapse=Relapse(
            "It was quiet for a day, but my account has just been locked again.",
            """A tablet in the meeting room also held the old password for the office Wi-Fi. Removed the network
            there, put it on the device certificate and unlocked the account. Log quiet since then.""",
        ),
    ),
    Scenario(
        "password-expired-away",
        PASSWORD,
        (
            Report(
                "Password expired while I was on leave",
                """I am back from three weeks of leave and the laptop says my password has expired. I am at
                home, so the laptop does not see the office and can't change it.""",
            ),
            Report("password expired, working from home", "pw expired on holiday, vpn wont let me in to change it"),
        ),
        cause="""The password ran out during leave. Changing it at the sign-in screen needs a domain controller,
        which is behind the VPN that needs the password.""",
        fixes=(
            """Password changed at https://password.harbourandpine.example with the second factor, then signed
            in to the VPN and locked and unlocked the laptop once (Windows+L) so that it learnt the new
            password.""",
        ),
        code="user_education",
        who="office",
        weight=4,
    ),
    Scenario(
        "temporary-folder-rights",
        RIGHTS,
        (
            Report(
                "Access to the Kelmouth Quay project folder",
                """Could I have write access to P: > Projects > Kelmouth Quay refit? I take over the drawings
                from {colleague} on {day}.""",
            ),
            Report(
                "Access denied on the purchasing drive",
                """I can open the purchasing folder but when I save it says "You need permission to perform this
                action". Until last week it worked.""",
            ),
            Report("folder access", "pls give me access to same folders as {colleague}, starting monday"),
        ),
        cause="""Access to project folders comes from groups. The person was in the reading group only.""",
        fixes=(
            """Owner of the folder agreed by mail. Added the account to the folder's writing group and asked for
            a sign-out and sign-in so that the new group counts. Saving tested.""",
            """With the folder owner's approval moved the account from the -R to the -RW group; active after
            signing in again. Access ends with the project on the last day of the quarter.""",
        ),
        weight=4,
        exchanges=(
            Exchange(
                "Who is responsible for that folder? I need their agreement, a short mail is enough.",
                "That is Owen Pritchard for the projects. He has just written to you.",
            ),
        ),
    ),
    Scenario(
        "starter-not-ready",
        Filing("sign-in", "access.password", "service-desk", 3, 1),
        (
            Report(
                "New colleague starts on Monday, account?",
                """Our new sales adviser starts on Monday. I filled in the starter form two weeks ago but have
                not received the sign-in letter. Till number and e-mail are needed from the first day.""",
            ),
            Report(
                "Starter without sign-in",
                """The new joiner is sitting here since eight and has no account. The contract was signed late,
                maybe the form never reached you?""",
            ),
        ),
        cause="""The starter form waited for the cost centre, which People had not yet entered, so the account
        was not created by the nightly run.""",
        fixes=(
            """Cost centre entered with People, account run started by hand, laptop and second factor handed
            over, till number 2{ext} created. The form now refuses to be sent without a cost centre.""",
        ),
        weight=3,
        notes=("People confirmed the cost centre by phone. Account run started by hand.",),
        jobs=(
            "Shop manager",
            "Workshop foreman",
            "Warehouse lead",
            "People adviser",
        ),
    ),
    Scenario(
        "leaver-access",
        RIGHTS,
        (
            Report(
                "Mailbox of a colleague who has left",
                """A colleague in contract sales left at the end of the month. Customers still write to that
                address. Could the mails come to me, and could somebody look at the files on that laptop?""",
            ),
            Report(
                "Files of a leaver needed",
                """We need the quotation folder from the personal drive of someone who left in spring. Is it
                still there?""",
            ),
        ),
        cause="""The leaver's account had been closed as planned; nobody had named who takes over the mailbox.""",
        fixes=(
            """With the line manager's written yes: automatic reply with the new contact for 90 days, mailbox
            delegated for 30 days for reading, quotation folder moved to the department drive. Personal mails
            were not touched.""",
        ),
        who="office",
        weight=2,
        waits_for="the line manager and People to agree who may read the mailbox",
        jobs=(
            "Finance manager",
            "Office manager",
            "Contract sales, travelling",
            "Customer care",
        ),
    ),
    Scenario(
        "sso-clock-skew",
        Filing("sign-in", "access.password", "service-desk", 2, 2),
        (
            Report(
                "Sign-in page says the request has expired",
                """Each time I sign in to the ERP in the browser I get "error AUTH-1007: assertion is not within
                its valid time range". On my colleague's computer it works with my name.""",
            ),
            Report(
                "Clock of the workshop computer is wrong",
                """The computer at the saw shows a time eleven minutes ahead, and since this morning nobody can
                sign in to the job list on it.""",
            ),
        ),
        cause="""The computer's clock was eleven minutes ahead: its time service had lost the source after the
        move to the machine network, and sign-in tokens allow five minutes.""",
        fixes=(
            """Pointed the time service at the gateway: "w32tm /config
            /manualpeerlist:ntp.harbourandpine.example /syncfromflags:manual /update", restarted it, "w32tm
            /resync". Offset now 0.02 s. Opened UDP 123 from the machine network.""",
        ),
        who="workshop",
        weight=2,
    ),
    Scenario(
        "mfa-prompt-not-mine",
        Filing("sign-in", "access.mfa", "service-desk", 2, 1),
        (
            Report(
                "Authenticator asks me for a number at night",
                """At 02:40 my phone asked me twice to type in a number for a sign-in. I was asleep and did not
                approve it. Is somebody trying my account?""",
            ),
            Report("unknown sign in request", "app asks to approve a sign in from another country. i pressed no. ok?"),
        ),
        cause="""Somebody had the password, most likely from another site where it was used as well. The second
        factor held.""",
        fixes=(
            """Ended all sessions, had a new password set (not used elsewhere), checked the sign-in log: eleven
            attempts from one address, none successful. Blocked the address and explained the password manager.""",
        ),
        weight=2,
    ),
)
