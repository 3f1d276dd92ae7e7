"""Problems with pay, time recording and leave: filed to the private team."""

from .scenario import Exchange, Filing, Report, Scenario

PAY = Filing("payroll", "people.pay", "people", 3, 2)
TIME = Filing("payroll", "people.time", "people", 3, 3)

SCENARIOS = (
    Scenario(
        "payslip-portal-login",
        PAY,
        (
            Report(
                "Can't open my payslip",
                """The payslip portal says "No document available" for last month. The money has arrived. I need
                the slip for my bank.""",
            ),
            Report("Payslip missing", "no payslip for last month in the portal"),
            Report(
                "Gehaltsabrechnung nicht sichtbar",
                "Die Abrechnung vom letzten Monat ist im Portal nicht zu sehen. Ich brauche sie für die Bank.",
                "de",
            ),
            Report(
                "Bulletin de paie manquant",
                "Je ne trouve pas mon bulletin de paie du mois dernier dans le portail.",
                "fr",
            ),
        ),
        cause="""The slip was stored under the old personnel number after the change of contract.""",
        fixes=(
            """Linked the old and the new personnel number in payroll and published the slip again. It can be
            opened in the portal under Documents > Pay.""",
        ),
        weight=4,
    ),
    Scenario(
        "overtime-not-paid",
        PAY,
        (
            Report(
                "Overtime of two Saturdays missing",
                """My pay does not include the two Saturdays at the trade fair. {colleague} approved them.""",
            ),
            Report("Overtime", "Saturday hours from last month not in pay, approved by foreman"),
        ),
        cause="""The approval came after the cut-off on the 18th, so the hours were left for the next run
        without a note to the person.""",
        fixes=(
            """Checked the approval date, paid the hours as an advance and cleared them with the next run. The
            time system now tells both people when an approval comes after the cut-off.""",
        ),
        who="workshop",
        weight=3,
        exchanges=(
            Exchange(
                "Which two dates were they, and do you see them as approved in your time sheet?",
                "The first and second Saturday. Both are green.",
            ),
        ),
    ),
    Scenario(
        "time-clock-badge",
        TIME,
        (
            Report(
                "Badge not read at the gate clock",
                "The time clock at the gate beeps three times and says 'unknown badge'. New badge.",
            ),
            Report("badge", "new badge does not clock in, door works"),
            Report(
                "El reloj no lee mi tarjeta",
                "El reloj de fichar dice que la tarjeta es desconocida desde que me dieron la nueva.",
                "es",
            ),
        ),
        cause="""The new badge was entered for the doors, but not in time recording, which keeps a list of its
        own.""",
        fixes=(
            """Entered the badge number in time recording (People > Badges > Add), sent the list to the clock,
            clocked in as a test. Missing times of two days entered with the foreman's agreement.""",
        ),
        who="workshop",
        weight=4,
    ),
    Scenario(
        "leave-balance-wrong",
        TIME,
        (
            Report(
                "Leave balance shows 9 days too few",
                """My leave balance says 4 days, by my own list it should be 13. I think the carry-over from
                last year is missing.""",
            ),
            Report(
                "Leave request stuck",
                "My leave request for August is 'waiting' for three weeks, my manager sees nothing.",
            ),
        ),
        cause="""The manager entered in the system had moved to another shop, so carry-over and requests waited
        with nobody.""",
        fixes=(
            """Entered the right manager (People > Organisation), had the carry-over of nine days approved and
            sent the waiting request on. Balance compared with the requester's list: the same.""",
        ),
        weight=3,
    ),
    Scenario(
        "bank-details-change",
        PAY,
        (
            Report(
                "Change of my bank account",
                """Please pay my salary to a new account from next month. Can I write the number here or is
                there a form?""",
            ),
            Report("new bank account", "changed bank, where do i enter it"),
        ),
        cause="""Bank details must not be changed by mail, since mails asking for this are a common fraud.""",
        fixes=(
            """Explained the way: Portal > My data > Bank account, confirmed with the second factor; People then
            rings back on the known number. Change seen in time for the pay run.""",
        ),
        code="user_education",
        weight=3,
    ),
    Scenario(
        "expense-app-receipt",
        Filing("payroll", "people.pay", "people", 3, 3),
        (
            Report(
                "Expense claim returned without reason",
                """My expense claim from the trade fair was returned twice: "receipt not readable". The pictures
                are sharp.""",
            ),
            Report("Expenses", "expense app closes when I add a photo of the receipt"),
        ),
        cause="""Photos in the phone's HEIC format were shown as grey squares to the approver.""",
        fixes=(
            """Set the phone to "Most compatible" (Settings > Camera > Formats), photos taken again, claim
            approved. The app's version 3.8 converts them by itself; installed from the company portal.""",
        ),
        who="office",
        weight=3,
    ),
)
