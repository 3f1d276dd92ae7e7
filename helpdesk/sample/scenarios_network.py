"""Problems with Wi-Fi, wired network and VPN."""

from .scenario import Exchange, Filing, Relapse, Report, Scenario

WIFI = Filing("network", "network.wifi", "network", 3, 2)
VPN = Filing("vpn", "network.vpn", "network", 3, 2)

SCENARIOS = (
    Scenario(
        "wifi-8021x-certificate",
        Filing("network", "network.wifi", "network", 2, 2),
        (
            Report(
                "Wi-Fi 'Pine-Staff' can't be joined",
                """My laptop {host} does not join the staff Wi-Fi any more: "Can't connect to this network".
                Guest Wi-Fi works. It started after the laptop had been switched off for several weeks.""",
            ),
            Report(
                "WiFi asks for a sign-in it never asked before",
                """On {day} the staff Wi-Fi suddenly wanted a user name and a certificate. I pressed cancel. The
                cable works.""",
            ),
            Report("no wifi", "No staff wifi on {host}, guest works"),
            Report(
                "WLAN: Anmeldung nicht möglich",
                """Der Laptop verbindet sich nicht mehr mit dem Firmen-WLAN, nur noch mit dem Gäste-WLAN. Mit
                Kabel funktioniert alles.""",
                "de",
            ),
        ),
        cause="""The laptop's device certificate for 802.1X had expired. It is renewed over the network, and the
        laptop had not seen the network in time. The RADIUS log shows "EAP-TLS failed: certificate has expired".""",
        fixes=(
            """Connected by cable, ran "gpupdate /force" and "certutil -pulse", checked in certlm.msc that a new
            certificate from Pine-Device-CA is there (valid one year), then joined Wi-Fi: EAP-TLS accepted.""",
            """New device certificate enrolled over a cable ("certutil -pulse"), the expired one deleted from
            the computer store, Wi-Fi profile forgotten and pushed again. RADIUS log: Access-Accept.""",
        ),
        weight=5,
        exchanges=(
            Exchange(
                "Is there a network cable at your desk? Please plug the laptop in and leave it on for ten minutes.",
                "Cable is in, the network works that way. Wi-Fi still says it can't connect.",
            ),
        ),
    ),
    Scenario(
        "dhcp-scope-exhausted",
        Filing("network", "network.wifi", "network", 2, 1),
        (
            Report(
                "No internet in the shop, 169.254 address",
                """Three tablets and my phone are connected to the Wi-Fi, but have no internet. The tablet shows
                an address that starts with 169.254. The tills on cable are fine.""",
            ),
            Report(
                "Scanners do not connect in the warehouse",
                """Half of the hand scanners say "no IP address" since the early shift. If one is switched off
                another one comes in.""",
            ),
            Report(
                "Pas d'adresse IP pour les tablettes",
                """Les tablettes de la boutique se connectent au Wi-Fi mais n'ont pas d'accès à Internet ce
                matin.""",
                "fr",
            ),
        ),
        cause="""The address range of the wireless network was used up: 254 leases with a lease time of eight
        days, most of them for visitors' phones that had gone long ago.""",
        fixes=(
            """Shortened the DHCP lease time on the guest scope from 8 days to 4 hours, deleted the stale
            leases, and moved the scanners into a range of their own (10.24.8.0/23). 61 of 510 addresses used
            now. Alert at 85 % set.""",
            """Cleared expired leases and cut the lease time of the guest range to four hours. Devices received
            an address within a minute after being switched off and on.""",
        ),
        who="shop",
        weight=3,
    ),
    Scenario(
        "wifi-dead-spot",
        WIFI,
        (
            Report(
                "Wi-Fi drops at the upholstery tables",
                """Since the new racks stand in the hall the tablets lose the Wi-Fi at the last two upholstery
                tables. Near the door it is fine.""",
            ),
            Report(
                "Slow wifi near the loading bay", "Scanner takes 10 seconds per item near loading bay 3, elsewhere ok."
            ),
        ),
        cause="""The new steel racks shade the access point; at the far end the signal is -81 dBm and devices
        cling to an access point two halls away.""",
        fixes=(
            """Measured the hall, moved access point AP-ALD-06 to the cross beam and added AP-ALD-07. Weakest
            place now -64 dBm. Switched off the 1 and 2 Mbit/s rates so that scanners change over earlier.""",
        ),
        who="workshop",
        weight=2,
        waits_for="the electrician to run a cable for the additional access point",
    ),
    Scenario(
        "vpn-mtu",
        VPN,
        (
            Report(
                "VPN connects but the ERP stays white",
                """At home the VPN connects and I can ping the server, but the ERP page stays white and drives
                open only after minutes. Mail is fine. New router from my provider since {day}.""",
            ),
            Report(
                "Remote desktop freezes over VPN",
                """Small things work over VPN, but as soon as I open a drawing or a long list everything hangs.
                Over my phone's hotspot it works.""",
            ),
            Report("vpn slow", "vpn connected but nothing opens. hotspot ok"),
        ),
        cause="""The new line at home (DS-Lite) carries smaller packets than the tunnel assumed. Packets above
        1,420 bytes were dropped without notice, so small requests worked and large ones hung.""",
        fixes=(
            """Found the largest packet that passes with "ping -f -l": 1,372. Set the tunnel's MTU to 1,380 and
            switched MSS clamping on at the gateway for everybody. ERP and drives open at once.""",
            """Lowered the MTU of the VPN adapter to 1,380 ("netsh interface ipv4 set subinterface ... mtu=1380
            store=persistent"). Large drawings open. The gateway now clamps MSS as well.""",
        ),
        who="office",
        weight=4,
        exchanges=(
            Exchange(
                "Could you try once over your phone's hotspot, and tell me whether the router at home is new?",
                "Over the hotspot everything works. The router came last week, the provider changed the line.",
            ),
        ),
        relapse=Relapse(
            "Since this morning it is white again over VPN, after the VPN program updated itself.",
            """The update of the VPN client had set the MTU back to 1,500. Put the value into the client's
            managed profile so that updates keep it, and checked after a forced update.""",
        ),
    ),
    Scenario(
        "vpn-certificate-gateway",
        Filing("vpn", "network.vpn", "network", 1, 1),
        (
            Report(
                "VPN: certificate not trusted",
                """The VPN program stops with "The server certificate is invalid or has expired (error
                0x800B0101)". My two colleagues at home have the same.""",
            ),
            Report("VPN down?", "Nobody in contract sales can connect to VPN this morning. Certificate warning."),
            Report(
                "VPN-Fehler 0x800B0101",
                """Seit heute früh bricht das VPN mit einem Zertifikatsfehler (0x800B0101) ab. Ich bin auf
                Reisen und brauche die Preislisten.""",
                "de",
            ),
        ),
        cause="""The certificate of the VPN gateway had run out at midnight. The renewal had worked, but the
        gateway was not reloaded and still showed the old one.""",
        fixes=(
            """Reloaded the gateway with the renewed certificate (valid until next autumn) and checked the chain
            from outside with "openssl s_client". The renewal now ends with a reload, and monitoring warns 21
            days before expiry.""",
        ),
        who="office",
        weight=2,
    ),
    Scenario(
        "vpn-split-dns",
        VPN,
        (
            Report(
                "Drives by name don't open over VPN",
                r"""Over VPN I can't open \\files\projects, "network path not found". With the number 10.20.4.11
                it opens.""",
            ),
            Report(
                "Intranet not found from home",
                """portal.harbourandpine.example opens in the office but not at home with the VPN on:
                DNS_PROBE_FINISHED_NXDOMAIN.""",
            ),
        ),
        cause="""The browser's own encrypted DNS asked an outside server, which does not know our inside names.""",
        fixes=(
            """Set the policy "DnsOverHttpsMode: off" for managed browsers and added harbourandpine.example to
            the tunnel's DNS suffixes. "ipconfig /flushdns", then both names resolve to 10.20.4.11.""",
        ),
        who="office",
        weight=3,
    ),
    Scenario(
        "vpn-hotel-portal",
        Filing("vpn", "network.vpn", "service-desk", 3, 2),
        (
            Report(
                "VPN does not connect in the hotel",
                """I am at the trade fair, the hotel Wi-Fi is connected, but the VPN stays at "contacting
                gateway".""",
            ),
            Report("No VPN at customer site", "VPN times out at the customer, error 809. Guest wifi there."),
        ),
        cause="""The guest network lets nothing through before its welcome page has been accepted, and blocks
        UDP 500 and 4500 (error 809).""",
        fixes=(
            """Opened a plain page so that the welcome page appeared and accepted it. As UDP stays blocked
            there, switched the VPN profile to "Pine-VPN over TLS (443)". Connected at once.""",
        ),
        code="workaround",
        who="office",
        weight=3,
        jobs=(
            "Contract sales, travelling",
            "Furniture designer",
            "Managing director",
        ),
    ),
    Scenario(
        "line-shop-down",
        Filing("network", "network.wired", "network", 1, 1),
        (
            Report(
                "Whole shop offline",
                """Since opening nothing works here: tills show "offline mode", card terminals do not connect,
                phone dead. The box from the provider blinks red.""",
            ),
            Report(
                "Boutique hors ligne",
                """Plus d'Internet depuis 9 h, les caisses sont en mode hors ligne et le terminal de paiement ne
                répond pas. La box clignote en rouge.""",
                "fr",
            ),
            Report(
                "Tienda sin conexión",
                """Desde las diez no hay Internet en la tienda. Las cajas funcionan sin conexión y no podemos
                cobrar con tarjeta.""",
                "es",
            ),
        ),
        cause="""The provider's line was cut by road works in front of the shop. The mobile backup did not take
        over because its SIM had used up its monthly data.""",
        fixes=(
            """Booked data for the backup SIM and switched the router to mobile: tills and card terminals online
            after 25 minutes. Provider repaired the line in the afternoon, router fell back by itself. SIM moved
            to the pool tariff so that it can't run out.""",
        ),
        code="external",
        who="shop",
        weight=2,
        waits_for="the line provider to repair the cable in front of the shop",
        notes=("Provider fault number noted, repair announced for this afternoon. Shop told to keep paper slips.",),
    ),
    Scenario(
        "network-socket-dead",
        Filing("network", "network.wired", "network", 3, 3),
        (
            Report(
                "Network socket at the new desk has no link",
                """We moved two desks to the window. Socket {room}-14 has no light when I plug the dock in,
                {room}-12 works.""",
            ),
            Report("dead socket", "socket 2 in room {room} is dead since the move"),
        ),
        cause="""The socket had never been patched through to the switch in the cabinet.""",
        fixes=(
            """Patched the socket to a free port of SW-KEL-03, set it to the office network with 802.1X and
            labelled it. Link with 1 Gbit/s.""",
        ),
        who="office",
        weight=3,
    ),
)

# The bad Friday: one switch dies, and everybody sees something else. `history` uses these once, in this order.
SWITCH_FAILURE = Scenario(
    "switch-stack-ropewalk",
    Filing("network", "network.wired", "network", 1, 1),
    (
        Report(
            "Nothing works at Ropewalk",
            """Since about 08:40 no computer in the Ropewalk workshop has a network, nor have the job terminals.
            The CNC routers finish what they have loaded, then they stand.""",
        ),
        Report("ERP down?", "ERP does not load for any of us in planning. Is it down for everybody?"),
        Report(
            "Wi-Fi gone in the workshop", "All tablets lost the staff Wi-Fi a few minutes ago. Restarting doesn't help."
        ),
        Report("Phones dead", "Desk phones in the foreman's office show 'no service'. Writing from my mobile."),
        Report(
            "CNC 2 can't load programs",
            """CNC-2 says "network path not found" when I open the program folder. I have sheets on the table
            and can't go on.""",
        ),
        Report("label printer offline", "label printer offline, orders piling up at dispatch"),
        Report("No network", "no network at all, Alder Mill warehouse"),
        Report(
            "Kein Netz in der Fräserei",
            "Alle Rechner in der Fräserei sind seit 8:45 Uhr ohne Netz, auch das WLAN. Die Maschinen stehen bald.",
            "de",
        ),
        Report(
            "Order status not updated in shop",
            """Delivery dates in the till have not been updated since a quarter to nine. Two customers are
            waiting for an answer.""",
        ),
        Report("Drive P: disconnected", "Drive P: has a red cross and I can't save the drawing I've been working on."),
        Report(
            "Sin red en el taller",
            "No hay red en el taller, ni terminales ni tabletas. ¿Sabéis cuándo vuelve?",
            "es",
        ),
        Report(
            "Time clock does not take badges",
            "The time clock at the Ropewalk gate shows 'offline, please try again'. People who come now write on paper.",
        ),
        Report(
            "Video call dropped, no internet", "My customer call dropped and the internet is gone on the whole floor."
        ),
        Report(
            "Goods in: scanners without connection",
            "Two lorries are at the ramp and the scanners do not book anything. We write the pallets down by hand.",
        ),
    ),
    cause="""Switch 2 of the core stack in the Ropewalk cabinet lost its power supply at 08:41. Its uplink to
    Alder Mill and half of the access points hung on it alone; the second uplink was plugged in but never
    configured.""",
    fixes=(
        """Moved the uplink and the twelve access-point cables to switch 1 (network back at 10:32), exchanged
        the power supply of switch 2 from stock and put it back into the stack. Both uplinks now run as one link
        group over two switches; tested by pulling one.""",
    ),
    weight=0,
)
