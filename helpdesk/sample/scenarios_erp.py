"""Problems with the ERP: orders, stock, invoices, reports, interfaces."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

ERP = Filing("erp", "applications.erp", "applications", 3, 2)
ERP_WIDE = Filing("erp", "applications.erp", "applications", 1, 2)

SCENARIOS = (
    Scenario(
        "erp-record-locked",
        ERP,
        (
            Report(
                "Order {order} is locked",
                """Order {order} says "locked by {colleague}", but that session was closed an hour ago. The
                lorry leaves at two.""",
            ),
            Report("order locked in erp", "order {order} locked, cant change delivery date"),
            Report(
                "Auftrag gesperrt",
                "Der Auftrag {order} ist seit heute Morgen gesperrt, obwohl ihn niemand offen hat.",
                "de",
            ),
        ),
        cause="""The session ended when the laptop went to sleep; its lock stays for eight hours unless it is
        released.""",
        fixes=(
            """Released the lock (ERP > Administration > Sessions > Locks, session 3{ext}) after checking that
            nothing unsaved hung on it. Order can be changed. Lock time cut to 30 minutes.""",
            """Ended the orphaned session in the ERP's session list, which freed the order. No unsaved lines.""",
        ),
        who="office",
        weight=5,
    ),
    Scenario(
        "erp-slow-statistics",
        ERP_WIDE,
        (
            Report(
                "ERP very slow since this morning",
                """Every order line takes ten seconds to save. The whole office complains. Yesterday it was
                fine.""",
            ),
            Report("erp slow", "ERP so slow we can't work, planning list takes 4 min instead of 10 sec"),
        ),
        cause="""After the weekend's archive run the database used out-of-date statistics and read the whole
        order table for each line.""",
        fixes=(
            """Updated the statistics of the order tables and dropped the bad plan; saving a line takes 0.3 s
            again. The archive job now ends with a statistics run.""",
        ),
        who="office",
        weight=2,
        notes=("Longest query: order lines by article, 11.4 s, full scan. Statistics dated before the archive run.",),
    ),
    Scenario(
        "erp-invoice-pdf-empty",
        ERP,
        (
            Report(
                "Invoices go out as empty PDF",
                """Customers tell us that the PDF of invoice {invoice} is empty. On my screen it is right.""",
            ),
            Report("blank invoices", "Invoice mails have a blank page attached since the update on {day}"),
        ),
        cause="""The report server lost the company typeface with the update and wrote text in a typeface that
        does not exist.""",
        fixes=(
            """Installed the typeface for the report service's account, restarted it, printed invoice {invoice}
            again and sent corrected mails for the 42 of that day. Update checklist extended.""",
        ),
        who="office",
        weight=2,
        jobs=(
            "Finance manager",
            "Accounts payable",
            "Customer care",
        ),
    ),
    Scenario(
        "erp-edi-order-stopped",
        Filing("erp", "applications.erp", "applications", 2, 2),
        (
            Report(
                "No EDI orders from the hotel group",
                """We normally have five to ten orders a day from the hotel group by EDI. Since {day} there is
                nothing, and they say they have sent them.""",
            ),
            Report(
                "EDI partner gets no answer from us",
                """The hotel group's EDI desk writes that our side answers each of their messages with an error
                since {day}. Could somebody look at the gateway?""",
            ),
        ),
        cause="""The partner's certificate for AS2 had been renewed. Our gateway refused their messages with
        "decryption failed: unknown certificate".""",
        fixes=(
            """Imported the partner's new certificate (valid two years), restarted the AS2 channel, asked for
            the messages of three days again: 24 orders imported, no duplicates.""",
        ),
        who="office",
        weight=2,
        waits_for="the trading partner to send their new certificate",
        jobs=(
            "Customer care",
            "Purchasing",
        ),
    ),
    Scenario(
        "erp-unit-of-measure",
        Filing("erp", "applications.erp", "applications", 3, 3),
        (
            Report(
                "Purchase order with 1,200 sheets instead of 12",
                """The proposal list ordered 1,200 sheets of birch ply, 18 mm. Twelve would be right. I stopped
                it before it went out.""",
            ),
            Report("wrong quantity", "stock of oak board doubled after goods in, pieces vs square metres?"),
        ),
        cause="""The article's purchase unit had been changed from sheet to square metre without the conversion
        factor.""",
        fixes=(
            """Entered the factor (1 sheet = 3.125 m²) in ERP > Articles > Units, corrected the stock with a
            count, and ran the proposal list again: 12 sheets. A missing factor is now a hard error.""",
        ),
        who="warehouse",
        weight=3,
    ),
    Scenario(
        "erp-right-approve",
        Filing("erp", "access.permission", "applications", 3, 2),
        (
            Report(
                "Can't approve invoices above 5,000",
                """I took over approvals from {colleague}, but invoices above 5,000 stay grey. It is month end.""",
            ),
            Report("ERP right missing", "need right to change delivery addresses, menu is greyed out"),
        ),
        cause="""The approval limit hangs on the role, and the change of role had been entered from the first of
        next month.""",
        fixes=(
            """Finance manager agreed by mail. Set the start date of role FI-APPROVE-25K to today (ERP >
            Administration > Roles), signed out and in. Invoice approved as a test.""",
        ),
        who="office",
        weight=3,
        jobs=(
            "Finance manager",
            "Accounts payable",
            "Purchasing",
            "Office manager",
        ),
    ),
    Scenario(
        "erp-stocktake-scanner",
        ERP,
        (
            Report(
                "Counted lines missing after stocktake",
                """We counted aisle 4 with two scanners. The lines of one scanner are not in the count sheet,
                about 180.""",
            ),
            Report("scanner upload fails", "scanner says 'upload failed 409' when we finish the aisle"),
        ),
        cause="""Both scanners had the same device number after one was exchanged, so the second upload was
        refused as a repeat (409).""",
        fixes=(
            """Gave the exchanged scanner its own number (Settings > Device > ID 14), uploaded its lines from
            memory: 183 booked, totals compared with the paper of two shelves.""",
        ),
        who="warehouse",
        weight=3,
        relapse=Relapse(
            "Aisle 6 today: again 'upload failed 409' on the same scanner.",
            """The scanner had taken its old number back from the set-up profile when it was charged. Corrected
            the profile itself, charged and started the scanner three times: the number stays 14.""",
        ),
    ),
    Scenario(
        "erp-report-schedule",
        Filing("erp", "applications.erp", "applications", 3, 3),
        (
            Report("Monday sales report did not come", "The sales report by mail did not arrive this Monday."),
            Report(
                "Weekly report is empty",
                """The weekly list of open orders arrived but holds only the headings.""",
            ),
        ),
        cause="""The schedule ran under the account of somebody who had left and whose rights had ended.""",
        fixes=(
            """Moved all 14 schedules to the service account svc-reports, ran the two missing reports by hand
            and mailed them. Schedules no longer hang on persons.""",
        ),
        who="office",
        weight=2,
        exchanges=(
            Exchange(
                "Which report is it, and who received it as well?",
                "Open orders by customer, the list goes to {colleague} and me.",
            ),
        ),
    ),
)
