"""Harbour & Pine, an invented furniture maker of about 180 people: what its service desk supports, and for whom.

Every key used elsewhere in the sample (service, category, team, address) is defined here.
"""

from dataclasses import dataclass
from typing import Literal

Criticality = Literal["critical", "high", "normal", "low"]
Role = Literal["administrator", "lead", "agent"]
Area = Literal["office", "workshop", "shop", "warehouse", "customer", "supplier"]
Language = Literal["en", "de", "fr", "es"]

COMPANY_NAME = "Harbour & Pine"
DOMAIN = "harbourandpine.example"
DESK_ADDRESS = f"servicedesk@{DOMAIN}"


@dataclass(frozen=True, slots=True)
class Service:
    """Something the desk keeps running; `owner` is an agent's address, `team` the team that mends it."""

    key: str
    name: str
    description: str
    owner: str
    team: str
    criticality: Criticality


@dataclass(frozen=True, slots=True)
class Category:
    """A branch or leaf of the category tree; `parent` is a key, None at the top. Incidents use leaves only."""

    key: str
    name: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Team:
    """A team of agents. The incidents of a private team are seen by its members only."""

    key: str
    name: str
    private: bool
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who works incidents."""

    name: str
    address: str
    role: Role

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


@dataclass(frozen=True, slots=True)
class Requester:
    """Somebody who reports incidents: staff, or a customer or supplier with an address elsewhere."""

    name: str
    address: str
    job: str
    place: str
    area: Area
    language: Language = "en"

    @property
    def first_name(self) -> str:
        return self.name.split()[0]


INGRID = f"ingrid.solheim@{DOMAIN}"
TOMASZ = f"tomasz.wrona@{DOMAIN}"
AMARA = f"amara.okafor@{DOMAIN}"
RAHUL = f"rahul.deshpande@{DOMAIN}"
LEILA = f"leila.haddad@{DOMAIN}"
KENJI = f"kenji.morita@{DOMAIN}"

AGENTS = (
    Agent("Ingrid Solheim", INGRID, "lead"),
    Agent("Tomasz Wrona", TOMASZ, "administrator"),
    Agent("Amara Okafor", AMARA, "agent"),
    Agent("Rahul Deshpande", RAHUL, "agent"),
    Agent("Leila Haddad", LEILA, "agent"),
    Agent("Kenji Morita", KENJI, "agent"),
)

TEAMS = (
    Team("service-desk", "Service Desk", False, (AMARA, INGRID, LEILA, KENJI)),
    Team("network", "Network", False, (TOMASZ, KENJI)),
    Team("workplace", "Workplace", False, (KENJI, AMARA, INGRID)),
    Team("applications", "Business applications", False, (RAHUL, AMARA)),
    Team("people", "People & payroll", True, (LEILA, RAHUL)),
)

SERVICES = (
    Service("email", "E-mail and calendar", "Mailboxes, shared mailboxes, rooms.", AMARA, "workplace", "critical"),
    Service("sign-in", "Sign-in and passwords", "Accounts, second factor.", INGRID, "service-desk", "critical"),
    Service("network", "Wi-Fi and network", "Wireless, wired, internet lines.", TOMASZ, "network", "critical"),
    Service("vpn", "VPN", "Working from home and on the road.", TOMASZ, "network", "high"),
    Service("files", "File shares", "Department and project drives.", KENJI, "workplace", "high"),
    Service("workplace", "Laptops and workplace", "Laptops, docks, programs.", KENJI, "workplace", "normal"),
    Service("printing", "Printing", "Office printers and label printers.", KENJI, "workplace", "normal"),
    Service("telephony", "Telephony", "Desk phones, headsets, call groups.", TOMASZ, "network", "high"),
    Service("tills", "Till system", "Tills and card terminals in the shops.", RAHUL, "applications", "critical"),
    Service("erp", "ERP", "Orders, stock, purchasing, invoices.", RAHUL, "applications", "critical"),
    Service("webshop", "Web shop", "The public shop and its payments.", RAHUL, "applications", "critical"),
    Service("workshop", "Workshop computers", "CNC routers, nesting, drawings.", KENJI, "workplace", "high"),
    Service("payroll", "Payroll and time recording", "Payslips, clocking in, leave.", LEILA, "people", "high"),
)

CATEGORIES = (
    Category("mail", "E-mail and calendar", None),
    Category("mail.client", "Outlook and phone mail", "mail"),
    Category("mail.delivery", "Delivery and junk mail", "mail"),
    Category("access", "Access", None),
    Category("access.password", "Password and account", "access"),
    Category("access.mfa", "Second factor", "access"),
    Category("access.permission", "Rights and sharing", "access"),
    Category("network", "Network", None),
    Category("network.wifi", "Wi-Fi", "network"),
    Category("network.wired", "Wired network and lines", "network"),
    Category("network.vpn", "VPN", "network"),
    Category("devices", "Devices", None),
    Category("devices.laptop", "Laptop, dock and screen", "devices"),
    Category("devices.printer", "Printer", "devices"),
    Category("devices.phone", "Phone and headset", "devices"),
    Category("devices.till", "Till and card terminal", "devices"),
    Category("devices.workshop", "Workshop machine", "devices"),
    Category("applications", "Applications", None),
    Category("applications.erp", "ERP", "applications"),
    Category("applications.webshop", "Web shop", "applications"),
    Category("applications.files", "Files and shares", "applications"),
    Category("applications.office", "Office programs", "applications"),
    Category("people", "People and pay", None),
    Category("people.pay", "Pay and payslips", "people"),
    Category("people.time", "Time and leave", "people"),
)


def _staff(name: str, login: str, job: str, place: str, area: Area, language: Language = "en") -> Requester:
    return Requester(name, f"{login}@{DOMAIN}", job, place, area, language)


REQUESTERS = (
    _staff("Eleanor Whitcombe", "eleanor.whitcombe", "Managing director", "Kelmouth office", "office"),
    _staff("Femi Adeyemi", "femi.adeyemi", "Finance manager", "Kelmouth office", "office"),
    _staff("Siobhán Keane", "siobhan.keane", "Accounts payable", "Kelmouth office", "office"),
    _staff("Katrin Vogel", "katrin.vogel", "Export sales", "Kelmouth office", "office", "de"),
    _staff("Daniel Oyelaran", "daniel.oyelaran", "Purchasing", "Kelmouth office", "office"),
    _staff("Priya Raman", "priya.raman", "Web shop editor", "Kelmouth office", "office"),
    _staff("Margaret Tolland", "margaret.tolland", "Office manager", "Kelmouth office", "office"),
    _staff("Owen Pritchard", "owen.pritchard", "Furniture designer", "Kelmouth office", "office"),
    _staff("Hanna Lindqvist", "hanna.lindqvist", "Furniture designer", "Kelmouth office", "office"),
    _staff("Chidi Eze", "chidi.eze", "Customer care", "Kelmouth office", "office"),
    _staff("Rosalind Achterberg", "rosalind.achterberg", "Customer care", "Kelmouth office", "office"),
    _staff("Mei-Ling Chua", "meiling.chua", "Marketing", "Kelmouth office", "office"),
    _staff("Gareth Bevan", "gareth.bevan", "Contract sales, travelling", "Cardiff, home office", "office"),
    _staff("Aisha Rahmani", "aisha.rahmani", "People adviser", "Kelmouth office", "office"),
    _staff("Lucie Marchetti", "lucie.marchetti", "Export sales", "Kelmouth office", "office", "fr"),
    _staff("Stefan Krüger", "stefan.krueger", "CNC lead", "Ropewalk workshop", "workshop", "de"),
    _staff("Bill Hathersage", "bill.hathersage", "Workshop foreman", "Ropewalk workshop", "workshop"),
    _staff("Joaquín Salas", "joaquin.salas", "Joiner", "Ropewalk workshop", "workshop", "es"),
    _staff("Nkechi Obi", "nkechi.obi", "CNC operator", "Ropewalk workshop", "workshop"),
    _staff("Tamsin Rudge", "tamsin.rudge", "CNC operator", "Alder Mill workshop", "workshop"),
    _staff("Viktor Hrynko", "viktor.hrynko", "Finishing and lacquer", "Alder Mill workshop", "workshop"),
    _staff("Declan Farr", "declan.farr", "Upholstery lead", "Alder Mill workshop", "workshop"),
    _staff("Agnieszka Zaręba", "agnieszka.zareba", "Production planner", "Ropewalk workshop", "workshop"),
    _staff("Harpreet Gill", "harpreet.gill", "Maintenance", "Ropewalk workshop", "workshop"),
    _staff("Ama Boateng", "ama.boateng", "Quality inspection", "Alder Mill workshop", "workshop"),
    _staff("Jill Marsden", "jill.marsden", "Warehouse lead", "Alder Mill warehouse", "warehouse"),
    _staff("Kofi Mensah", "kofi.mensah", "Dispatch", "Alder Mill warehouse", "warehouse"),
    _staff("Radu Ionescu", "radu.ionescu", "Goods in", "Alder Mill warehouse", "warehouse"),
    _staff("Lucía Romero", "lucia.romero", "Packing", "Alder Mill warehouse", "warehouse", "es"),
    _staff("Pauline Crewe", "pauline.crewe", "Transport planner", "Alder Mill warehouse", "warehouse"),
    _staff("Beatrice Holloway", "beatrice.holloway", "Shop manager", "Kelmouth Quay shop", "shop"),
    _staff("Samir Nasser", "samir.nasser", "Sales adviser", "Kelmouth Quay shop", "shop"),
    _staff("Fiona Mackay", "fiona.mackay", "Shop manager", "Edinburgh shop", "shop"),
    _staff("Callum Reid", "callum.reid", "Sales adviser", "Edinburgh shop", "shop"),
    _staff("Yasmin Sharif", "yasmin.sharif", "Shop manager", "York shop", "shop"),
    _staff("Peter Nwosu", "peter.nwosu", "Sales adviser", "York shop", "shop"),
    _staff("Joanna Birtles", "joanna.birtles", "Shop manager", "Bristol shop", "shop"),
    _staff("Tuan Nguyen", "tuan.nguyen", "Sales adviser", "Bristol shop", "shop"),
    _staff("Anke Petersen", "anke.petersen", "Shop manager", "Hamburg shop", "shop", "de"),
    _staff("Jonas Brandt", "jonas.brandt", "Sales adviser", "Hamburg shop", "shop", "de"),
    _staff("Camille Roussel", "camille.roussel", "Shop manager", "Lyon shop", "shop", "fr"),
    _staff("Mathis Garnier", "mathis.garnier", "Sales adviser", "Lyon shop", "shop", "fr"),
    _staff("Nerea Etxeberria", "nerea.etxeberria", "Shop manager", "Bilbao shop", "shop", "es"),
    _staff("Iker Aguirre", "iker.aguirre", "Sales adviser", "Bilbao shop", "shop", "es"),
    Requester("Catherine Moyle", "c.moyle@homepost.example", "Customer", "Truro", "customer"),
    Requester("Adebayo Collins", "adebayo@collinsfamily.example", "Customer", "Leeds", "customer"),
    Requester("Ruth Feldman", "ruth.feldman@inkwell.example", "Customer", "London", "customer"),
    Requester("Sabine Ostermann", "sabine.ostermann@briefpost.example", "Customer", "Bremen", "customer", "de"),
    Requester("Hélène Dufour", "helene.dufour@courrier.example", "Customer", "Grenoble", "customer", "fr"),
    Requester("Marcos Ibarra", "marcos@estudioibarra.example", "Customer", "Vitoria", "customer", "es"),
    Requester("Noreen Gallagher", "orders@fellsidetimber.example", "Timber supplier", "Kendal", "supplier"),
    Requester("Dieter Hahn", "hahn@beschlag-nord.example", "Fittings supplier", "Kiel", "supplier", "de"),
    Requester("Olivia Tran", "accounts@loomandfell.example", "Fabric supplier", "Halifax", "supplier"),
)
