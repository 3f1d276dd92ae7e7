"""Problems in the shops: tills, receipt printers, card terminals, scanners."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

TILL = Filing("tills", "devices.till", "applications", 2, 1)
TILL_SMALL = Filing("tills", "devices.till", "applications", 3, 2)

SCENARIOS = (
    Scenario(
        "receipt-cutter-jam",
        TILL,
        (
            Report(
                "Till {till}: receipt printer blinks, no receipts",
                """The receipt printer of {till} shows a red and a green light in turn and the till says
                "Printer error E-07". We have changed the roll. Customers are waiting.""",
            ),
            Report("receipt printer", "{till} printer doesn't cut any more and then stops. E07"),
            Report(
                "Bondrucker an Kasse 2 streikt",
                """Der Bondrucker an {till} blinkt und schneidet nicht mehr. Fehler E-07. Papier ist neu
                eingelegt.""",
                "de",
            ),
        ),
        cause="""Cutter jam: a label had been drawn into the cutter, which stopped half way (E-07).""",
        fixes=(
            """By phone: printer off, front cover off, turned the small white wheel until the blade was back in
            its home position, removed the piece of label, cover on, printer on. Test receipt printed and cut.""",
            """Turned the cutter's wheel by hand with the power off (arrow to the line), took out the paper
            scrap, cleaned the rail. E-07 gone; ten receipts cut.""",
        ),
        who="shop",
        weight=5,
        relapse=Relapse(
            "It worked for the morning, now {till} shows E-07 once more.",
            """The cutter's blade is worn after 1.4 million cuts. Sent the spare receipt printer from Kelmouth
            by courier, exchanged by the shop with us on the phone, IP address set to the old one.""",
        ),
    ),
    Scenario(
        "till-offline-sync",
        TILL,
        (
            Report(
                "Till {till} stays in offline mode",
                """{till} shows "offline mode, 43 sales not sent" although the internet works. The other till is
                online.""",
            ),
            Report(
                "Caisse hors ligne",
                """La caisse {till} reste en mode hors ligne depuis hier soir, 27 ventes ne sont pas envoyées.
                L'autre caisse fonctionne.""",
                "fr",
            ),
            Report("till offline", "{till} offline since yesterday eve, 43 sales not sent"),
        ),
        cause="""One sale held an article that had been deleted in the ERP meanwhile. The queue stops at the
        first sale it can't send, so all later ones waited.""",
        fixes=(
            """Looked into the till's send queue (Back office > Transfer > Details: "4711 unknown article"),
            reactivated the article in the ERP, pressed "Send again". All waiting sales went through and the
            day's total matches.""",
            """Sale stuck on an article blocked in the ERP. Unblocked it, resent the queue: 0 waiting. Asked the
            range team to block articles only after the shops have closed.""",
        ),
        who="shop",
        weight=4,
        notes=("Totals compared with the till report: no sale lost, none twice.",),
    ),
    Scenario(
        "card-terminal-pairing",
        Filing("tills", "devices.till", "applications", 2, 1),
        (
            Report(
                "Card terminal does not get the amount",
                """We type the amount by hand into the card terminal because {till} says "terminal not
                connected". Since the terminal was exchanged on {day}.""",
            ),
            Report(
                "Card payments fail", "Terminal at {till}: 'Z3 communication error' on every payment. Cash only now!"
            ),
            Report(
                "El datáfono no conecta con la caja",
                """El datáfono nuevo no recibe el importe de la caja {till}; hay que teclearlo a mano.""",
                "es",
            ),
        ),
        cause="""The exchanged terminal had another serial number and address; the till still looked for the old
        one.""",
        fixes=(
            """Gave the terminal its fixed address by DHCP reservation, entered the new terminal ID in the till
            (Set-up > Payment > Terminal), ran a diagnosis and a payment of 1.00 with refund. Paired.""",
        ),
        who="shop",
        weight=4,
        waits_for="the payment provider to activate the new terminal ID",
    ),
    Scenario(
        "till-day-end-difference",
        Filing("tills", "devices.till", "applications", 3, 2),
        (
            Report(
                "Day end shows a difference of 240.00",
                """The day end of {till} shows 240.00 more by card than the terminal's slip. We counted twice.""",
            ),
            Report("day end wrong", "day end {till} doesnt match card slip, 3 payments difference"),
        ),
        cause="""The terminal had timed out during a payment which the till booked as paid; the bank had
        declined it a moment later.""",
        fixes=(
            """Compared till journal and provider report: payment at 16:52 declined (code 05) but booked.
            Corrected with a reversal (Back office > Journal > Correct payment), customer rung by the shop.
            Timeout raised from 30 to 90 seconds.""",
        ),
        who="shop",
        weight=3,
        exchanges=(
            Exchange(
                "Please send me a photo of the terminal's slip and the time of the sale you suspect.",
                "Photo is attached to this mail. I think it was the armchair shortly before five.",
            ),
        ),
    ),
    Scenario(
        "price-label-old-price",
        TILL_SMALL,
        (
            Report(
                "Till shows old prices",
                "Till still has the prices from before the sale for the Oak range. Labels are right.",
            ),
            Report(
                "Preise an der Kasse falsch",
                "An der Kasse stehen noch die alten Preise der Aktion, obwohl sie gestern zu Ende war.",
                "de",
            ),
            Report("wrong price at till", "chair 20{ext} scans at old price"),
        ),
        cause="""The nightly price file had stopped at a line with a comma as decimal sign, so the later
        articles kept the old price.""",
        fixes=(
            """Corrected the line in the price list (decimal point), started the price transfer by hand (ERP >
            Prices > Send to tills) and checked five articles at the till. The import now reports the line it
            stops at.""",
        ),
        who="shop",
        weight=3,
    ),
    Scenario(
        "barcode-scanner-keyboard",
        TILL_SMALL,
        (
            Report(
                "Scanner types wrong characters",
                "The hand scanner types 'ß' and '´' instead of dashes, articles not found.",
            ),
            Report("scanner beeps but nothing happens", "scanner at {till} beeps 3 times, nothing on screen"),
        ),
        cause="""The scanner had read a set-up code from a supplier's carton and had switched to another
        keyboard layout.""",
        fixes=(
            """Had the shop scan the codes "Factory default" and "Keyboard UK" from page 3 of the till sheet,
            then "Suffix Enter". Three articles scanned correctly.""",
        ),
        who="shop",
        weight=3,
    ),
    Scenario(
        "cash-drawer-cable",
        TILL_SMALL,
        (
            Report("Cash drawer does not open", "Cash drawer of {till} doesn't open by itself, we use the key."),
            Report("drawer {till}", "drawer needs key since cleaning"),
        ),
        cause="""The drawer's cable had been pulled out of the receipt printer (socket "DK") during cleaning.""",
        fixes=(
            """Cable plugged back into the DK socket under the receipt printer and fixed with a tie. Opens with
            every cash sale.""",
        ),
        who="shop",
        weight=3,
    ),
    Scenario(
        "gift-card-balance",
        Filing("tills", "devices.till", "applications", 3, 3),
        (
            Report(
                "Gift card has no balance",
                """A customer's gift card of 150.00 bought last week shows 0.00. The receipt is here, the
                customer comes back on {day}.""",
            ),
            Report("gift card", "gift card sold here on {day}, {till} now says 'not active'"),
        ),
        cause="""Cards sold while the till is offline are activated only when its sales have been sent, and that
        transfer had failed.""",
        fixes=(
            """Found the sale in the offline queue, sent it again and checked the card: 150.00. Told the shop
            that the receipt shows "activation pending" in such a case.""",
        ),
        who="shop",
        weight=2,
    ),
    Scenario(
        "footfall-camera-withdrawn",
        Filing("tills", "devices.till", "service-desk", 3, 3),
        (
            Report(
                "Visitor counter stands still",
                "The visitor counter in the entrance shows the same number since yesterday.",
            ),
            Report("display in window", "screen in the shop window is black, plug is in"),
        ),
        cause="""The socket in the entrance is switched together with the window lights, which had been turned
        off.""",
        fixes=(
            """The shop found the switch before we did anything; it now carries a label. Closed at the shop's
            wish.""",
        ),
        code="withdrawn",
        who="shop",
        weight=2,
    ),
)
