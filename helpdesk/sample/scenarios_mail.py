"""Problems with e-mail and calendar."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

CLIENT = Filing("email", "mail.client", "workplace", 3, 2)
DELIVERY = Filing("email", "mail.delivery", "workplace", 2, 2)

SCENARIOS = (
    Scenario(
        "outlook-profile-0x8004010f",
        CLIENT,
        (
            Report(
                "Outlook error 0x8004010F since the new laptop",
                """I was given a new laptop ({host}) yesterday. Outlook opens, but every send/receive ends with
                "0x8004010F: Outlook data file cannot be accessed". I can read old mails, new ones only arrive
                in the browser. I have restarted twice.""",
            ),
            Report(
                "Mails stuck in the outbox",
                """Nothing leaves my outbox since this morning. There is a yellow triangle at the bottom and the
                message says something about a data file that can't be accessed (0x8004010F).""",
            ),
            Report(
                "outlook wont send",
                """outlook wont send or recieve, error 8004010F, need it for a quote
            today""",
            ),
            Report(
                "Outlook empfängt keine E-Mails mehr (0x8004010F)",
                """Seit dem Tausch meines Rechners empfängt Outlook keine neuen E-Mails. Beim Senden/Empfangen
                kommt die Meldung "0x8004010F: Auf die Outlook-Datendatei kann nicht zugegriffen werden". Im
                Browser sehe ich alle Nachrichten.""",
                "de",
            ),
        ),
        cause="""The Outlook profile still pointed at the data file of the old laptop. The path in the profile
        no longer existed, so every synchronisation ended with 0x8004010F.""",
        fixes=(
            """Closed Outlook. Control Panel > Mail > Show Profiles > Add, new profile "Work" with automatic
            account set-up, chosen as "Always use this profile". Removed the old profile. Outlook rebuilt its
            data file in about ten minutes; test mail went out and came in.""",
            """Made a new mail profile (Control Panel > Mail > Show Profiles > Add), set it as default and
            deleted the old one. First start took a while because the mailbox was loaded again. No more
            0x8004010F.""",
        ),
        weight=6,
        exchanges=(
            Exchange(
                "Can you tell me whether mail works at https://mail.harbourandpine.example in the browser?",
                "Yes, in the browser everything is there, also the mails from today.",
            ),
        ),
        notes=("Third one after a laptop swap this month. The swap checklist should say: make a new mail profile.",),
    ),
    Scenario(
        "outlook-ost-corrupt",
        CLIENT,
        (
            Report(
                "Outlook searches forever and folders are out of date",
                """Outlook on {host} shows mails in the inbox that I deleted last week and the search never
                finishes. On my phone everything is right.""",
            ),
            Report(
                "Errors have been detected in the file .ost",
                """When I start Outlook I get "Errors have been detected in the file ... .ost. Quit all
                mail-enabled programs and use the Inbox Repair Tool". Then it closes.""",
            ),
            Report("Outlook crashes at start", "Outlook opens for five seconds and closes again, every time."),
        ),
        cause="""The offline data file (.ost) was damaged when the laptop lost power while Outlook was
        compacting it.""",
        fixes=(
            """Closed Outlook, renamed %localappdata% > Outlook > *.ost to *.ost.old and started Outlook again.
            It loaded the mailbox anew (6 GB, 40 minutes). Checked the folder list against the browser, then
            removed the old file.""",
            """Ran SCANPST on the .ost: 112 errors, not all mended. Renamed the file so that Outlook wrote a new
            one, and set "Download e-mail for the past: 12 months" to keep it small.""",
        ),
        weight=4,
        relapse=Relapse(
            """I'm sorry, Outlook has closed by itself again this morning, with the same message about the file.""",
            """The new .ost was damaged too: the disk of the laptop reports 14 reallocated sectors. Exchanged
            the disk from stock, set the laptop up again and let Outlook load the mailbox. No more errors since.""",
        ),
    ),
    Scenario(
        "shared-mailbox-missing",
        CLIENT,
        (
            Report(
                "Can't see the orders@ mailbox any more",
                """The shared mailbox orders@harbourandpine.example has gone from the left side of my Outlook.
                {colleague} still has it.""",
            ),
            Report(
                "Access to customer care mailbox",
                """I am covering for {colleague} from {day} and need to read and answer the customer care
                mailbox. I can add it but it says "The set of folders cannot be opened".""",
            ),
            Report(
                "Boîte partagée introuvable",
                """La boîte partagée de la boutique n'apparaît plus dans mon Outlook depuis lundi. Je ne peux
                plus répondre aux clients avec cette adresse.""",
                "fr",
            ),
        ),
        cause="""The person had been taken out of the group that grants the shared mailbox when the shop and
        office groups were tidied up.""",
        fixes=(
            """Added the account to the group MBX-SHARED-ORDERS (full access and send as). Rights take up to an
            hour; restarted Outlook afterwards and the mailbox was back in the folder list.""",
            """Put the account back into the mailbox's access group and asked the requester to restart Outlook
            after one hour. Sending as the shared address tested with a mail to the desk.""",
        ),
        weight=4,
        exchanges=(
            Exchange(
                "Who owns this mailbox at the moment? I need their yes before I give access.",
                "That is {colleague}, who said yes when I asked. Shall they write to you as well?",
            ),
        ),
    ),
    Scenario(
        "mail-quarantined-supplier",
        DELIVERY,
        (
            Report(
                "Mails from a supplier do not arrive",
                """Fellside Timber say they have sent the delivery note three times. I have nothing, also not in
                junk. Could you look whether something holds them back?""",
            ),
            Report(
                "Delivery notes of a supplier are missing",
                """A supplier sends a delivery note by mail for each lorry. The last five never came, although
                their system shows them as handed over to our mail server (250 queued).""",
            ),
            Report(
                "Missing order confirmations",
                """Order confirmations from two timber suppliers have stopped arriving. They have copies showing
                they were sent on {day}.""",
            ),
        ),
        cause="""The supplier's new mail system sent the delivery notes as macro-enabled workbooks (.xlsm). Our
        filter quarantines those without telling the recipient.""",
        fixes=(
            """Released the held messages from quarantine after scanning them. Asked the supplier to send PDF,
            which they do now. Switched on the daily quarantine summary for Purchasing and Accounts so that held
            mail is seen the same day.""",
            """Found the mails in quarantine (reason: macro-enabled attachment), released them, and agreed PDF
            with the supplier. No exception was made in the filter.""",
        ),
        who="office",
        weight=3,
        waits_for="the supplier to switch the export of their delivery notes to PDF",
        exchanges=(
            Exchange(
                "Could you give me the sender's address and the time of one of the missing mails?",
                "orders@fellsidetimber.example, they say on {day} at about 10:20.",
            ),
        ),
        jobs=(
            "Purchasing",
            "Accounts payable",
        ),
    ),
    Scenario(
        "mail-spf-newsletter",
        Filing("email", "mail.delivery", "network", 2, 2),
        (
            Report(
                "Our newsletter ends up in junk",
                """Several customers told us that the spring newsletter was in their junk folder. The sending
                tool shows "DMARC: fail (SPF not aligned)" for a third of the addresses.""",
            ),
            Report(
                "Newsletter tool: domain not verified",
                """The newsletter tool shows a red mark at our domain: "SPF record does not include our
                servers". It was green last month. We want to send on {day}.""",
            ),
        ),
        cause="""The newsletter provider moved to new sending servers. Their include was missing in our SPF
        record and the DKIM key in our DNS was still the old one, so DMARC failed.""",
        fixes=(
            """Added the provider's new include to the SPF record (now 8 of 10 lookups), published the new DKIM
            selector np2026 and waited for the hour of TTL. Test to four outside mailboxes: SPF, DKIM and DMARC
            pass.""",
        ),
        who="office",
        weight=1,
        waits_for="the newsletter provider to confirm the new DKIM selector",
        jobs=(
            "Marketing",
            "Web shop editor",
        ),
    ),
    Scenario(
        "phone-mail-after-password",
        Filing("email", "mail.client", "service-desk", 3, 3),
        (
            Report(
                "No mail on my phone since I changed my password",
                """I changed my password on {day} as asked. The laptop is fine but my phone says "Cannot get
                mail" and asks for the password again and again.""",
            ),
            Report("phone mail", "Phone asks for password every 5 min, laptop ok. Changed it yesterday"),
            Report(
                "Kein E-Mail auf dem Handy",
                """Nach der Passwortänderung kommen auf dem Handy keine E-Mails mehr an. Das neue Passwort nimmt
                es nicht an.""",
                "de",
            ),
        ),
        cause="""The phone's built-in mail program kept the old password and an old kind of sign-in that can't
        do the second factor.""",
        fixes=(
            """Removed the account on the phone (Settings > Mail > Accounts > Delete) and set it up again in the
            Outlook app with the second factor. Calendar and contacts came back after a few minutes.""",
            """Deleted the account from the phone's own mail program, installed the Outlook app from the company
            portal and signed in with number matching. Mail arrives.""",
        ),
        code="user_education",
        weight=5,
    ),
    Scenario(
        "calendar-room-double",
        CLIENT,
        (
            Report(
                "Meeting room Saltmarsh booked twice",
                """We arrived at Saltmarsh and another group was already sitting there, both with an accepted
                booking. This is the second time this month.""",
            ),
            Report(
                "Room bookings are not answered",
                """I invited the room "Tideway" three days ago and it is still tentative. Nobody accepts it.""",
            ),
        ),
        cause="""Automatic acceptance had been switched off for the room when its mailbox was renamed, so
        bookings stayed tentative and showed as free.""",
        fixes=(
            """Set the room mailbox back to "accept automatically, no conflicts, no recurring meetings beyond 12
            months". Went through the tentative bookings of the next four weeks and told the organisers of the
            three overlapping ones.""",
        ),
        who="office",
        weight=2,
        relapse=Relapse(
            "It has happened again with the same room today, two accepted bookings for 14:00.",
            """Both bookings came from delegates with editor rights who can write past the booking rules.
            Reduced the two delegates to reviewer rights and checked the room with a test conflict: declined as
            it should be.""",
        ),
    ),
    Scenario(
        "phishing-parcel",
        Filing("email", "mail.delivery", "service-desk", 2, 1),
        (
            Report(
                "Strange mail about a parcel fee, I clicked on it",
                """I clicked on a link in a mail about a parcel fee and typed in my work password before I
                noticed. I closed the page at once. What should I do now?""",
            ),
            Report(
                "Suspicious mail asking to confirm mailbox storage",
                """This came to four of us: "Your mailbox is 98% full, confirm your account within 24 hours".
                The link goes to mailbox-upgrade.example. I have not clicked. Forwarding it as attachment.""",
            ),
            Report(
                "Correo sospechoso",
                """He recibido un correo que pide confirmar mi cuenta. No he pulsado el enlace. ¿Lo borro?""",
                "es",
            ),
        ),
        cause="""A phishing wave to 23 of our addresses, with a copied sign-in page. One person typed in a
        password; the second factor stopped the sign-in attempt from abroad.""",
        fixes=(
            """Reset the password and ended all sessions, checked sign-in log and mailbox rules: one refused
            attempt, no rule added. Removed the mail from all 23 mailboxes and blocked the address of the page.
            Thanked the people who reported it.""",
            """Took the message out of every mailbox it had reached, blocked the link at the web filter and
            checked the sign-in log of all recipients. Nobody else had typed anything in.""",
        ),
        weight=3,
        notes=("Checked mailbox rules and forwarding for the account: nothing new. Sign-in log exported.",),
    ),
)
