"""Problems with the public web shop: orders, payments, pictures, deliveries."""

from .scenario import Exchange, Filing, Report, Scenario

SHOP = Filing("webshop", "applications.webshop", "applications", 2, 2)
SHOP_DOWN = Filing("webshop", "applications.webshop", "applications", 1, 1)
CUSTOMER = Filing("webshop", "applications.webshop", "applications", 3, 2)

SCENARIOS = (
    Scenario(
        "payment-webhook-401",
        SHOP_DOWN,
        (
            Report(
                "Paid web orders stay at 'waiting for payment'",
                """Since about seven all web orders stay at "waiting for payment" although the payment provider
                shows them as paid. 31 so far, {order} is one.""",
            ),
            Report(
                "Web shop: payment notifications refused",
                """The provider's dashboard says that our shop answers their notifications with 401 Unauthorized
                since last night. Orders are not released to the ERP.""",
            ),
        ),
        cause="""The secret that signs the payment webhook had been exchanged by the provider as announced, but
        the shop still checked with the old one and answered 401.""",
        fixes=(
            """Entered the new signing secret (Shop admin > Payments > Notifications), kept the old one valid
            for 24 hours, had the provider resend the failed notifications of the night. All 31 orders released,
            none paid twice. Reminder set two weeks before the next exchange.""",
        ),
        who="office",
        weight=3,
        notes=("Provider log: 88 attempts with 401 since 23:04. They keep retrying for 72 hours, so nothing is lost.",),
        jobs=(
            "Web shop editor",
            "Customer care",
        ),
    ),
    Scenario(
        "customer-charged-no-order",
        CUSTOMER,
        (
            Report(
                "Charged twice for my order",
                """I ordered the Kelmouth bench yesterday. The page showed an error after paying, I tried again,
                and now my bank shows two payments of 389.00. I have only one confirmation ({order}).""",
            ),
            Report(
                "Commande payée deux fois",
                """Ma banque indique deux paiements pour la même commande {order}. Pouvez-vous rembourser le
                second ?""",
                "fr",
            ),
        ),
        cause="""The browser lost the connection on the way back from the bank, and the second attempt made a
        new payment for the same basket.""",
        fixes=(
            """Second payment found in the provider's list, refunded in full (three to five bank days), customer
            told with the reference. The order itself was complete and goes out on the planned date.""",
        ),
        who="customer",
        weight=4,
    ),
    Scenario(
        "customer-confirmation-bounced",
        CUSTOMER,
        (
            Report("No confirmation", "I paid but never got a confirmation mail. Has my order been received?"),
            Report(
                "Bestellung bezahlt, keine Bestätigung",
                """Ich habe am Wochenende einen Hocker bestellt und bezahlt, aber keine Bestätigung erhalten.
                Ist die Bestellung angekommen?""",
                "de",
            ),
            Report(
                "Pago realizado, pedido sin confirmar",
                """He pagado un pedido en su tienda en línea y no he recibido la confirmación. ¿Pueden
                comprobarlo?""",
                "es",
            ),
        ),
        cause="""The mail address in the order had a typing error, so the confirmation bounced (550 5.1.1 user
        unknown).""",
        fixes=(
            """Order was there, its confirmation had bounced because of a typing error in the address. Address
            corrected with the customer, confirmation sent again.""",
            """Found the order by name and postcode. Corrected the address together with the customer and sent
            the confirmation again; it was delivered.""",
        ),
        who="customer",
        weight=4,
    ),
    Scenario(
        "customer-password-link",
        CUSTOMER,
        (
            Report(
                "Password link says expired",
                "The link to set my password says that it is no longer valid, at once after it arrives.",
            ),
            Report(
                "I can't sign in to my account",
                """I can't sign in to your shop. The new password is refused although I have just set it.""",
            ),
        ),
        cause="""The customer's mail scanner opens each link before the customer does, which used up the
        single-use link.""",
        fixes=(
            """The link now opens a page with a button and is used up only by the button. Customer asked for a
            new link and signed in.""",
        ),
        who="customer",
        weight=3,
    ),
    Scenario(
        "delivery-slot-past",
        CUSTOMER,
        (
            Report(
                "Delivery date in the past",
                """My confirmation for {order} says delivery on a day that has already passed. When will the
                table come?""",
            ),
            Report("Where is my order?", "Order {order}: the day you confirmed has passed and nothing has arrived."),
            Report(
                "Wo bleibt die Lieferung?",
                """Für meine Bestellung {order} war die Lieferung letzte Woche zugesagt. Bisher kam weder Ware
                noch Nachricht.""",
                "de",
            ),
        ),
        cause="""The transport plan had been exported before the order was moved to the next tour, and the shop
        took the old date.""",
        fixes=(
            """Took the new tour date from the ERP into the order, sent a new confirmation, and set the export
            to run after each change of plan instead of once a night.""",
        ),
        who="customer",
        weight=4,
        waits_for="the transport planner to confirm the next tour",
    ),
    Scenario(
        "shop-slow-image",
        SHOP,
        (
            Report(
                "Web shop very slow since the new pictures",
                """The page of the spring range needs ten seconds. We put the new pictures in on {day}.""",
            ),
            Report("Shop pages time out", "504 Gateway Time-out on the category pages, not on single articles."),
        ),
        cause="""The new pictures had been put in as 40 MB originals, and the shop calculated the small sizes
        anew at every visit because its picture cache was full.""",
        fixes=(
            """Calculated all sizes once ("media:thumbnails --missing"), raised the cache from 2 to 20 GB,
            limited uploads to 8 MB. Category page in 1.1 seconds.""",
        ),
        who="office",
        weight=2,
        jobs=(
            "Web shop editor",
            "Marketing",
        ),
    ),
    Scenario(
        "stock-negative-web",
        SHOP,
        (
            Report(
                "Sold-out chairs can still be ordered",
                """The Ropewalk chair in green can be ordered on the web although the ERP shows none in stock
                and none planned. Seven orders since {day}.""",
            ),
            Report("Stock on web wrong", "web shop shows stock 12, real stock is 0, article in several colours"),
        ),
        cause="""Stock is sent for each variant, but the variant's number had been changed in the ERP, so the
        shop kept the last value.""",
        fixes=(
            """Mapped the new variant numbers (Shop admin > Stock > Mapping), started a full stock transfer,
            wrote to the seven customers with Customer care. A nightly list now shows variants without a
            partner.""",
        ),
        who="office",
        weight=3,
        jobs=(
            "Customer care",
            "Web shop editor",
            "Marketing",
        ),
    ),
    Scenario(
        "voucher-not-accepted",
        Filing("webshop", "applications.webshop", "applications", 3, 3),
        (
            Report(
                "Newsletter voucher refused",
                "Customers write that the code SPRING10 is refused: 'not valid for this basket'.",
            ),
            Report(
                "Voucher code from the newsletter",
                "Three customers rang: the newsletter voucher does nothing in their basket.",
            ),
        ),
        cause="""The voucher's rule excluded articles with a reduced price, and the whole garden range is
        reduced at the moment.""",
        fixes=(
            """Rule changed with Marketing: the voucher counts for the articles at full price in a mixed basket,
            and the basket now says which. Tested with three baskets.""",
        ),
        who="office",
        weight=2,
        exchanges=(
            Exchange(
                "Can you send me one basket that was refused, with the articles in it?",
                "Two garden chairs, one bench, one side table. Only the side table is at full price.",
            ),
        ),
        jobs=(
            "Customer care",
            "Web shop editor",
            "Marketing",
        ),
    ),
)
