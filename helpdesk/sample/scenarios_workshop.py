"""Problems in the workshops: CNC routers, nesting, terminals, and what suppliers send."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

MACHINE = Filing("workshop", "devices.workshop", "workplace", 2, 1)
TERMINAL = Filing("workshop", "devices.workshop", "workplace", 3, 2)

SCENARIOS = (
    Scenario(
        "cnc-usb-fat32",
        MACHINE,
        (
            Report(
                "{machine} does not read the USB stick",
                """{machine} shows "USB device not supported" for the new stick with the post-processed
                programs. On the office computer the stick is fine.""",
            ),
            Report("usb stick cnc", "new stick not read on {machine}, 64 GB"),
            Report(
                "USB-Stick wird an der CNC nicht erkannt",
                """Der neue USB-Stick (64 GB) wird an {machine} nicht erkannt, der alte mit 8 GB schon. Das
                Programm für den Auftrag muss heute auf die Maschine.""",
                "de",
            ),
            Report(
                "La CNC no lee la memoria USB",
                "La {machine} no reconoce la memoria nueva. En el ordenador se ven los programas.",
                "es",
            ),
        ),
        cause="""The control reads FAT32 only, up to 32 GB. The new stick came as exFAT with 64 GB.""",
        fixes=(
            """Formatted a 16 GB stick as FAT32 (allocation unit 4,096), file names with at most eight
            characters and .NC, copied the post-processor's output. {machine} loads the program. Two prepared
            sticks now hang at the machine.""",
            """Made a FAT32 partition of 16 GB on the stick ("diskpart > create partition primary size=16000 >
            format fs=fat32 quick"). The control finds the programs.""",
        ),
        who="workshop",
        weight=5,
        exchanges=(
            Exchange(
                "What does the computer show under Properties of the stick: exFAT, NTFS or FAT32?",
                "It says exFAT, 58 GB free.",
            ),
        ),
    ),
    Scenario(
        "cnc-postprocessor-units",
        MACHINE,
        (
            Report(
                "CNC program is far too large",
                """The program for the drawer fronts wants to mill 25 times as large on {machine}. We stopped
                before it cut. The drawing is right.""",
            ),
            Report("wrong scale on cnc", "{machine}: axis limit X on line 12, part should be 600 mm wide"),
        ),
        cause="""After the update of the drawing program the post-processor wrote G20 (inches) instead of G21
        (millimetres).""",
        fixes=(
            """Put our own post-processor file PINE-ROUTER v14 back (it had been replaced by the delivered one),
            checked that each program begins with G21 G90, ran the first part in air. The update guide now says
            to copy the file.""",
        ),
        who="workshop",
        weight=3,
        notes=("Bill has stopped all programs written since Thursday until they are posted again.",),
        jobs=(
            "CNC operator",
            "Workshop foreman",
        ),
    ),
    Scenario(
        "nesting-licence-dongle",
        TERMINAL,
        (
            Report(
                "Nesting: dongle not found",
                "Nesting says 'H0007 dongle not found' since the computer was moved to the other side.",
            ),
            Report(
                "Nesting does not start",
                """The nesting program does not start, licence error H0007. We have sheets for twelve kitchens
                waiting.""",
            ),
        ),
        cause="""The dongle was in a USB hub that goes to sleep; Windows had switched the hub off to save
        energy.""",
        fixes=(
            """Dongle moved to a port at the back, "Allow the computer to turn off this device" unticked for the
            USB root hubs (Device Manager > Power Management), licence service restarted. Starts.""",
        ),
        who="workshop",
        weight=3,
        relapse=Relapse(
            "Nesting lost the dongle again after the night.",
            """The energy plan of the workshop computers put the setting back every night. Changed it in the
            policy (USB selective suspend: disabled) and looked on the next morning: dongle found.""",
        ),
        jobs=(
            "CNC operator",
            "CNC lead",
            "Production planner",
        ),
    ),
    Scenario(
        "cnc-network-share-smb1",
        MACHINE,
        (
            Report(
                "{machine} can't open the program folder",
                """{machine} can't open the program folder on the server: "The specified network name is no
                longer available". The office computers can.""",
            ),
            Report("cnc network drive", "{machine} no programs from server since weekend, stick works"),
        ),
        cause="""The control speaks SMB 1 only, which was switched off on the new file server at the weekend, as
        it should be.""",
        fixes=(
            """Put a small transfer computer into the machine network that fetches the programs from the server
            every minute and offers them to the control alone. SMB 1 stays off everywhere else.""",
        ),
        code="workaround",
        who="workshop",
        weight=2,
        waits_for="the machine maker's quotation for the newer control",
        jobs=(
            "CNC operator",
            "Maintenance",
            "Workshop foreman",
        ),
    ),
    Scenario(
        "terminal-touch-dust",
        TERMINAL,
        (
            Report(
                "Touch screen reacts beside the finger", "Terminal at the sander: touch reacts 3 cm beside the finger."
            ),
            Report("job terminal", "terminal {room} touch dead in the lower corner"),
        ),
        cause="""Fine dust under the edge of the frame kept pressing one corner of the touch screen.""",
        fixes=(
            """Frame taken off and cleaned with Maintenance, sealed with tape, touch calibrated (Control Panel >
            Tablet PC Settings > Calibrate). Points meet within 2 mm.""",
        ),
        who="workshop",
        weight=3,
    ),
    Scenario(
        "lacquer-booth-sensor",
        Filing("workshop", "devices.workshop", "network", 3, 2),
        (
            Report(
                "No climate values from the lacquer booth",
                """The booth's temperature and humidity are missing in the log since {day}. Quality needs them
                for the hotel order.""",
            ),
            Report("booth sensor", "sensor in booth 2 grey in the display"),
        ),
        cause="""The sensor's gateway had received another address after a restart, and the logger asked the old
        one.""",
        fixes=(
            """Reserved 10.30.2.40 for the gateway in DHCP, entered the name instead of the number in the
            logger, read the gateway's memory: the gap of two days is filled.""",
        ),
        who="workshop",
        weight=2,
        jobs=(
            "Finishing and lacquer",
            "Quality inspection",
        ),
    ),
    Scenario(
        "drawing-old-revision",
        Filing("workshop", "applications.files", "applications", 2, 2),
        (
            Report(
                "Workshop has the old revision of a drawing",
                """The terminal shows revision B of the drawing for {order}, the office has released D. We have
                cut four sides by B.""",
            ),
            Report("old drawing on terminal", "terminal shows rev B, paper says D, which one counts?"),
        ),
        cause="""The job for the terminal's drawings had stopped at a file name with 260 characters, so later
        drawings were not copied.""",
        fixes=(
            """Shortened the folder name, started the copy job again (1,904 drawings, eleven minutes), switched
            on long paths for the job and an alert if it ends early. Terminal shows revision D.""",
        ),
        who="workshop",
        weight=3,
        jobs=(
            "Workshop foreman",
            "Production planner",
            "Quality inspection",
            "CNC operator",
        ),
    ),
    Scenario(
        "edge-bander-no-fault",
        TERMINAL,
        (
            Report(
                "Edge bander computer restarts",
                "The computer at the edge bander has restarted twice this week, no message.",
            ),
            Report("pc restarts by itself", "pc at edgebander off and on again, twice"),
        ),
        cause="""No cause found: event 41 (power) both times, memory and disk tests clean, nothing else in the log. The heavy extraction had been switched on at the same minute once.""",
        fixes=(
            """Memory test (8 hours) and disk check without a finding, power supply measured, battery back-up put in
            between. Logging stays on. To be opened again with date and time if it happens.""",
        ),
        code="no_fault_found",
        who="workshop",
        weight=2,
    ),
    Scenario(
        "supplier-portal-upload",
        Filing("erp", "applications.erp", "applications", 3, 3),
        (
            Report(
                "Supplier portal refuses our certificates",
                """We can't upload the timber certificates to your portal: "file type not allowed". They are PDF
                files from our scanner.""",
            ),
            Report(
                "Lieferantenportal: Hochladen nicht möglich",
                """Beim Hochladen unserer Prüfzeugnisse erscheint "Dateityp nicht erlaubt". Es sind PDF-Dateien.""",
                "de",
            ),
        ),
        cause="""The portal looks at the end of the file name in small letters only; the scanner writes .PDF.""",
        fixes=(
            """Portal setting changed so that capital letters do not matter (Portal > Uploads > Types), supplier
            told, upload of two files seen.""",
        ),
        who="supplier",
        weight=3,
    ),
    Scenario(
        "supplier-remittance",
        Filing("erp", "applications.erp", "applications", 3, 3),
        (
            Report(
                "No remittance advice since last month",
                """We receive your payments but no advice which invoices they are for. Last one was for
                {invoice}. Could you send them again?""",
            ),
            Report(
                "Remittance advice",
                "Please send remittance advice to our accounts department in future, not to the yard.",
            ),
        ),
        cause="""The address for the advice is a field of its own since the ERP's version 9.4 and was empty for
        suppliers entered before.""",
        fixes=(
            """Address entered (Suppliers > Payment > Advice by mail), the advices of the last two payment runs
            sent again. List of 31 further suppliers without address handed to Accounts.""",
        ),
        who="supplier",
        weight=2,
    ),
)
