"""Problems with printers, labels, desk phones and headsets."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

PRINTER = Filing("printing", "devices.printer", "workplace", 3, 2)
PHONE = Filing("telephony", "devices.phone", "network", 3, 2)

SCENARIOS = (
    Scenario(
        "printer-type4-driver",
        PRINTER,
        (
            Report(
                "Printing from the design program: no A3, no duplex",
                """Since the new queue {printer} I can only choose A4 in the drawing program. In other programs
                A3 is offered.""",
            ),
            Report(
                "Printer {printer} prints grey instead of colour",
                """Everything I send to {printer} comes out in grey. The preview is in colour. My old queue is
                gone.""",
            ),
            Report(
                "Drucker druckt nur noch einseitig",
                """Seit der Umstellung druckt {printer} nur noch einseitig und in A4, die Einstellung lässt sich
                nicht ändern.""",
                "de",
            ),
        ),
        cause="""The new queue was set up with the general type 4 driver, which does not offer the finisher's
        options to older programs.""",
        fixes=(
            """Put the queue on the maker's type 3 driver 61.310 (Print Management > Drivers > x64), entered
            tray 3 = A3 and the duplex unit under Device Settings, removed and added the queue on the laptop.
            A3, duplex and colour are offered.""",
            """Exchanged the type 4 driver of the queue for the full type 3 one and set the installed options.
            Test page A3 duplex in colour printed from the drawing program.""",
        ),
        weight=4,
    ),
    Scenario(
        "printer-0x0000011b",
        PRINTER,
        (
            Report(
                "Can't connect to printer, 0x0000011b",
                """When I add {printer} I get "Windows cannot connect to the printer, operation failed with
                error 0x0000011b".""",
            ),
            Report("printer error 11b", "cant add the printer on my new laptop, 0x0000011b"),
        ),
        cause="""The old print server did not encrypt its connections, which current updates require
        (0x0000011b).""",
        fixes=(
            """Updated the print server and moved the queue to the new one (print2). Laptop connects without the
            error. No change to the registry was made on the laptops, as that would weaken all of them.""",
        ),
        weight=3,
    ),
    Scenario(
        "spooler-stuck-job",
        Filing("printing", "devices.printer", "service-desk", 3, 2),
        (
            Report(
                "Nothing prints on {printer}",
                "There are eleven jobs waiting on {printer}, the first one says 'deleting' forever.",
            ),
            Report(
                "Print queue blocked",
                """One document blocks {printer}. I can't delete it. Everybody on this floor waits, including
                the delivery notes.""",
            ),
            Report("printer stuck", "{printer} stuck again"),
            Report(
                "L'imprimante n'imprime plus",
                """L'imprimante {printer} n'imprime plus rien, la file d'attente est bloquée par un document.""",
                "fr",
            ),
        ),
        cause="""A damaged PDF of 400 MB hung in the queue and stopped every job behind it.""",
        fixes=(
            r"""Stopped the spooler, emptied C:\Windows\System32\spool\PRINTERS, started it again; the waiting
            jobs were sent once more. The PDF was printed as an image (PDF reader > Print > Advanced > Print as
            image).""",
            """Restarted the Print Spooler after removing the damaged job's two files (.SPL and .SHD). The
            others came out by themselves.""",
        ),
        weight=6,
    ),
    Scenario(
        "scan-to-mail-tls",
        Filing("printing", "devices.printer", "workplace", 2, 2),
        (
            Report(
                "Scan to e-mail does not work",
                """Scanning to e-mail on {printer} ends with "SMTP server connection failed (code 535)".
                Scanning to a folder works.""",
            ),
            Report("scan to mail", "scan to email broken since monday, accounts needs it for invoices"),
        ),
        cause="""The mail relay no longer accepts TLS 1.0, and the copier's firmware knew nothing newer.""",
        fixes=(
            """Updated the copier to firmware 4.18, switched on TLS 1.2 (Network > SMTP > Security: STARTTLS,
            verify certificate) and entered the scanner account's new app password. Scan of two pages arrived
            after ten seconds.""",
        ),
        who="office",
        weight=3,
        waits_for="the copier service to send the firmware for this model",
    ),
    Scenario(
        "label-printer-calibration",
        Filing("printing", "devices.printer", "workplace", 2, 2),
        (
            Report(
                "Labels printed half on the next one",
                """The label printer in dispatch prints each label two centimetres too low, so the barcode is
                cut. It began with the new rolls.""",
            ),
            Report("label printer blinks red", "red light after every third label, new roll from today"),
            Report(
                "Etiquetas desplazadas",
                "La impresora de etiquetas imprime a mitad de la etiqueta siguiente desde que cambiamos el rollo.",
                "es",
            ),
        ),
        cause="""The new rolls have a gap between the labels; the printer was still set to black-mark sensing.""",
        fixes=(
            """Set media type to "gap" (label width 100 mm, height 150 mm), cleaned the sensor and calibrated:
            hold Pause and Feed until it blinks twice, then Feed. Ten labels printed straight, barcodes scan.""",
            """Changed the sensor setting from mark to gap and ran the calibration with four empty labels.
            Purchasing told which roll is the right one.""",
        ),
        who="warehouse",
        weight=4,
        jobs=(
            "Dispatch",
            "Packing",
            "Goods in",
            "Warehouse lead",
        ),
    ),
    Scenario(
        "desk-phone-not-registered",
        PHONE,
        (
            Report(
                "Desk phone says 'not registered'",
                "My desk phone {ext} shows 'not registered' since the desk was moved.",
            ),
            Report(
                "Phone has no dial tone after the power cut",
                """After the short power cut yesterday four phones in our room stay at "requesting address".
                Computers behind them work.""",
            ),
        ),
        cause="""The switch port had been set up without the voice network, so the phone asked for an address in
        the wrong one.""",
        fixes=(
            """Set voice VLAN 40 on the port, LLDP-MED on, restarted the phone (Settings > Admin > Restart). It
            registered with its extension and the firmware 12.8 that it had missed.""",
        ),
        weight=3,
        exchanges=(
            Exchange(
                "Which number is on the wall socket the phone is plugged into?",
                "It says {room}-07.",
            ),
        ),
    ),
    Scenario(
        "call-group-hours",
        Filing("telephony", "devices.phone", "network", 2, 2),
        (
            Report(
                "Customers hear 'we are closed' during the day",
                """Customers tell us that they hear the closed message at ten in the morning. It concerns the
                customer care number.""",
            ),
            Report("Calls don't reach us", "No calls since the clocks changed until nine o'clock, then all at once."),
        ),
        cause="""The opening hours of the call group were kept in UTC, so they were an hour off after the clocks
        changed.""",
        fixes=(
            """Set the time zone of the call group to Europe/London (Telephony > Groups > Customer care >
            Hours), checked the holiday list and rang the number at five past eight: it rings.""",
        ),
        who="office",
        weight=2,
        jobs=(
            "Customer care",
            "Office manager",
        ),
    ),
    Scenario(
        "calls-one-way-audio",
        PHONE,
        (
            Report(
                "Callers can't hear me", "When I call out from the shop they pick up but hear nothing. I hear them."
            ),
            Report(
                "One-way sound on phone calls",
                """Since the new router in the shop about every second call has sound in one direction only.""",
            ),
        ),
        cause="""The new shop router rewrites SIP messages (SIP ALG), which sends the sound to the wrong
        address.""",
        fixes=(
            """Switched SIP ALG off on the router and opened the sound ports (UDP 16384 to 32766) towards the
            telephony service. Ten test calls, all with sound both ways.""",
        ),
        who="shop",
        weight=2,
        relapse=Relapse(
            "It is back: two customers this morning said again that they couldn't hear me.",
            """The router had restarted with its old configuration, since the change had not been saved. Set it
            again, saved it, restarted the router once on purpose: SIP ALG stays off.""",
        ),
    ),
    Scenario(
        "voicemail-full",
        Filing("telephony", "devices.phone", "service-desk", 3, 3),
        (
            Report("Voicemail box full", "Callers hear that my mailbox is full. How do I empty it? Extension {ext}."),
            Report("Voicemail to e-mail stopped", "Voice messages no longer come by mail, last one three weeks ago."),
        ),
        cause="""The mailbox held its limit of 60 messages because delivered ones were not set to be deleted.""",
        fixes=(
            """Showed how to delete (dial *97, 7 after each message) and set "delete after sending by e-mail"
            for the extension. Test message arrived as an attachment within a minute.""",
        ),
        code="user_education",
        weight=2,
    ),
)
