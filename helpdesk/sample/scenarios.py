"""All problem scenarios of the sample, one tuple, in a fixed order. Histories and bulk data draw from it."""

from . import (
    scenarios_erp,
    scenarios_mail,
    scenarios_network,
    scenarios_people,
    scenarios_printing,
    scenarios_shops,
    scenarios_sign_in,
    scenarios_webshop,
    scenarios_workplace,
    scenarios_workshop,
)

SWITCH_FAILURE = scenarios_network.SWITCH_FAILURE

SCENARIOS = (
    *scenarios_mail.SCENARIOS,
    *scenarios_sign_in.SCENARIOS,
    *scenarios_network.SCENARIOS,
    *scenarios_workplace.SCENARIOS,
    *scenarios_printing.SCENARIOS,
    *scenarios_shops.SCENARIOS,
    *scenarios_webshop.SCENARIOS,
    *scenarios_erp.SCENARIOS,
    *scenarios_workshop.SCENARIOS,
    *scenarios_people.SCENARIOS,
)
