"""Problems with laptops, docks, screens, programs and file shares."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

LAPTOP = Filing("workplace", "devices.laptop", "workplace", 3, 2)
PROGRAM = Filing("workplace", "applications.office", "workplace", 3, 3)
FILES = Filing("files", "applications.files", "workplace", 3, 2)

SCENARIOS = (
    Scenario(
        "dock-firmware-screens",
        LAPTOP,
        (
            Report(
                "Both screens go black for a few seconds",
                """Both screens at my dock go black every few minutes and come back. Without the dock the laptop
                is fine. {host}.""",
            ),
            Report(
                "Second screen not found after update",
                """Since the update on {day} only one of my two screens is found at the dock. I changed the
                cables, no difference.""",
            ),
            Report("docking station", "dock only charges, no screens no network, was fine yesterday"),
        ),
        cause="""The dock's firmware 1.0.4 does not work with the graphics driver that came with the monthly
        update.""",
        fixes=(
            """Updated the dock's firmware from 1.0.4 to 1.2.1 (Company Portal > Dock firmware; power plugged
            in, laptop left alone for ten minutes), unplugged the dock's power for 30 seconds. Both screens
            steady at 60 Hz.""",
            """Firmware 1.2.1 put on the dock and graphics driver updated. Afterwards pulled the dock's power
            once: both screens and the network are there.""",
        ),
        weight=5,
        exchanges=(
            Exchange(
                "Which number is printed under the dock, and do the screens work with a cable straight to the laptop?",
                "It says WD-22. Straight to the laptop the screen works.",
            ),
        ),
        relapse=Relapse(
            "The screens were fine for two days, now they go black again.",
            """Firmware was still right. The cable between dock and laptop was a charging cable without full
            data rate; exchanged for a 40 Gbit/s cable of 0.8 m. No dropouts since.""",
        ),
    ),
    Scenario(
        "bitlocker-recovery",
        Filing("workplace", "devices.laptop", "service-desk", 3, 1),
        (
            Report(
                "Laptop wants a recovery key",
                """After the update my laptop starts with a blue screen "BitLocker recovery: enter the recovery
                key". Key ID starts with 7F3A. I have a customer meeting at eleven.""",
            ),
            Report("blue screen bitlocker", "Blue screen asks for 48 digits?? What is that. Phone {ext}"),
            Report(
                "Écran bleu BitLocker",
                """Mon ordinateur demande une clé de récupération BitLocker au démarrage depuis la mise à jour
                d'hier.""",
                "fr",
            ),
        ),
        cause="""A firmware update changed the measured start-up values, so the disk's protection asked for its
        key once.""",
        fixes=(
            """Identity checked by phone, recovery key read out by Key ID. After the start: suspended
            protection, let the firmware update finish, resumed ("manage-bde -protectors -enable C:"). Restarted
            twice without question.""",
            """Gave the 48-digit key for the Key ID after checking identity. Protection suspended for one
            restart and resumed so that the new firmware values are taken over.""",
        ),
        weight=4,
    ),
    Scenario(
        "laptop-battery-swollen",
        Filing("workplace", "devices.laptop", "workplace", 3, 1),
        (
            Report(
                "Touchpad bulges, laptop does not close",
                """The touchpad of my laptop stands up on one side and the lid does not close flat any more. It
                gets warm. Is that dangerous?""",
            ),
            Report("Laptop battery", "Battery lasts 20 minutes and the case is bent at the bottom."),
        ),
        cause="""Swollen battery after four years at the dock at 100 % charge.""",
        fixes=(
            """Asked to switch off and unplug at once. Laptop collected, battery put into the fireproof box for
            the recycler, replacement laptop from stock handed over with the same profile. Charge limit of 80 %
            set for all laptops on docks.""",
        ),
        weight=2,
        waits_for="the repair company to fit the new battery",
    ),
    Scenario(
        "disk-full-render-cache",
        LAPTOP,
        (
            Report(
                "Disk C: is full",
                """Windows says there is no space left on C:. I have deleted everything from my downloads, still
                only 400 MB free. I can't save anything.""",
            ),
            Report("laptop very slow, disk full", "very slow, disk red in explorer, 237 of 238 GB"),
        ),
        cause="""The render cache of the drawing program had grown to 96 GB; its size limit had been switched
        off by the last version.""",
        fixes=(
            """Emptied the render cache (Options > Files > Render cache > Clear), set its limit to 20 GB and
            moved it to D:. Storage Sense switched on. 104 GB free.""",
        ),
        weight=3,
    ),
    Scenario(
        "excel-link-protected-view",
        PROGRAM,
        (
            Report(
                "Excel opens price list read only with yellow bar",
                """The price list opens in Protected View and the formulas show #BLOCKED!. Since I moved the
                file from the old to the new drive.""",
            ),
            Report(
                "Macros blocked in cutting list",
                """A red bar says that macros have been blocked because the source of this file is untrusted.
                The cutting list needs them.""",
            ),
        ),
        cause="""The new file server's address was not in the trusted places, so files from it counted as coming
        from the internet.""",
        fixes=(
            """Added the new server name to the trusted locations and to the local intranet zone by policy,
            "gpupdate /force", Excel restarted. Formulas calculate, macros of signed workbooks run.""",
        ),
        weight=2,
    ),
    Scenario(
        "drawing-licence",
        Filing("workplace", "applications.office", "applications", 2, 2),
        (
            Report(
                "No licence for the drawing program",
                """The drawing program says "No licence available (error -15, cannot connect to licence server)"
                for the two of us in design. We have to hand in the drawings on {day}.""",
            ),
            Report("CAD licence", "All CAD licences in use, but only 3 of us are here and we have 6."),
        ),
        cause="""Three licences were held by sessions that had ended without sign-out when the laptops went to
        sleep on the VPN.""",
        fixes=(
            """Released the stale licences on the licence server (lmtools > Server Status > remove) and set
            TIMEOUTALL to 7,200 seconds so that forgotten ones come back by themselves. All six usable.""",
        ),
        who="office",
        weight=3,
        jobs=("Furniture designer",),
    ),
    Scenario(
        "drive-not-mapped",
        FILES,
        (
            Report(
                "Drive P: has disappeared",
                """My P: drive is not there any more since this morning. {colleague} has it. I need the drawings
                for the workshop.""",
            ),
            Report("P drive red cross", "red cross on P, says 'the local device name is already in use'"),
            Report(
                "Laufwerk P: fehlt",
                """Das Laufwerk P: ist seit heute nicht mehr verbunden. Neustart hat nichts geändert.""",
                "de",
            ),
        ),
        cause="""The drive was connected by hand to the old server name, which was switched off with the move.
        The policy could not map P: because the letter was taken.""",
        fixes=(
            r"""Removed the old connection ("net use P: /delete"), ran "gpupdate /force" and signed in again. P:
            now points at \\files.harbourandpine.example\projects.""",
            """Deleted the hand-made mapping and signed out and in; the policy mapped P: to the new server.""",
        ),
        weight=5,
    ),
    Scenario(
        "file-deleted-restore",
        FILES,
        (
            Report(
                "Folder deleted by mistake",
                """I have deleted (or moved?) the folder "Oak range 2026" on the project drive. It was there
                yesterday evening. Please can you get it back, there are forty drawings in it.""",
            ),
            Report(
                "old version of a price list needed", "I saved over the price list. Can I have the version from {day}?"
            ),
        ),
        cause="""Moved or overwritten by mistake with the mouse; the nightly snapshot still held the right
        state.""",
        fixes=(
            """Restored the folder from the 18:00 snapshot (Properties > Previous Versions > Restore to...)
            beside the original, compared with the requester, moved it back. Nothing lost but forty minutes of
            work.""",
            """Brought back the file from the evening's snapshot and showed the requester Previous Versions for
            next time.""",
        ),
        weight=4,
        exchanges=(
            Exchange(
                "What was the full name of the folder, and when did you see it last?",
                "P: > Design > Ranges > Oak range 2026, last seen yesterday at about six.",
            ),
        ),
    ),
    Scenario(
        "file-locked-by-other",
        FILES,
        (
            Report(
                "Planning sheet locked for editing",
                """The planning sheet is "locked for editing by another user", but that colleague is on holiday.
                We can't enter next week.""",
            ),
            Report("locked file", "file is locked by {colleague}, pc is off"),
        ),
        cause="""The file was left open in a session on the meeting-room computer, which never sleeps.""",
        fixes=(
            """Closed the open file on the server (Computer Management > Shared Folders > Open Files) after
            making sure that nothing was unsaved there. Meeting-room computers now sign out at 20:00.""",
        ),
        weight=3,
    ),
    Scenario(
        "update-loop-0x800f0922",
        LAPTOP,
        (
            Report(
                "Update fails every morning and undoes changes",
                """Every morning my laptop says "We couldn't complete the updates, undoing changes" and needs
                twenty minutes. The history shows 0x800f0922.""",
            ),
            Report("windows update error", "0x800f0922 since 3 days, laptop takes ages to start"),
        ),
        cause="""The system partition had only 12 MB left because an old firmware tool had stored backups there.
        The update needs space on it (0x800f0922).""",
        fixes=(
            """Mounted the EFI partition, removed the old firmware backups (EFI > Fw > Old), ran "DISM /Online
            /Cleanup-Image /RestoreHealth", installed the update by hand. Start takes 40 seconds again.""",
        ),
        weight=3,
    ),
    Scenario(
        "headset-muted-driver",
        Filing("workplace", "devices.laptop", "service-desk", 3, 3),
        (
            Report("Nobody hears me in video calls", "I hear everybody, they don't hear me. Headset worked on {day}."),
            Report(
                "Webcam black in meetings",
                """My camera stays black in meetings. The light doesn't come on. It works on a colleague's
                computer.""",
            ),
        ),
        cause="""The privacy settings denied camera and microphone to desktop programs after the version
        upgrade.""",
        fixes=(
            """Settings > Privacy & security > Microphone (and Camera) > "Let desktop apps access" on. Chosen
            the headset under the meeting program's devices; test call fine.""",
        ),
        code="user_education",
        weight=4,
    ),
)
