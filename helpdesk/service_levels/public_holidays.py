"""Public holidays by country and subdivision, from the package `holidays`. Asked by `hours`; settings list the choice.

The package's names follow the language of the process unless one is passed, so one always is."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from helpdesk.errors import Invalid

LANGUAGE = "en_US"


@lru_cache(maxsize=1000)
def public_holidays(country: str, subdivision: str, year: int) -> Mapping[date, str]:
    """The days of a year and their names; none without a country. Raises Invalid for one that is not known."""
    if not country:
        return {}
    checked_place(country, subdivision)
    # It knows every country of the world: loaded by who has a calendar with one.
    import holidays

    spoken = getattr(holidays.country_holidays(country), "supported_languages", ())
    found = holidays.country_holidays(
        country, subdiv=subdivision or None, years=year, language=LANGUAGE if LANGUAGE in spoken else None
    )
    return dict(found.items())


@lru_cache(maxsize=1)
def places() -> Mapping[str, tuple[str, ...]]:
    """ISO 3166-1 codes of the countries that are known, each with its subdivisions (ISO 3166-2 without the country)."""
    import holidays

    known = holidays.list_supported_countries(include_aliases=False)
    return {country: tuple(known[country]) for country in sorted(known)}


def checked_place(country: str, subdivision: str) -> None:
    """Raises Invalid for a country or a subdivision whose holidays are not known."""
    if not country:
        if subdivision:
            raise Invalid("Choose the country first, then the part of it.", field="country")
        return
    if country not in places():
        raise Invalid(f"The holidays of “{country[:20]}” are not known. Write the code, such as DE.", field="country")
    if subdivision and subdivision not in places()[country]:
        known = ", ".join(places()[country]) or "none"
        raise Invalid(f"{country} has no part “{subdivision[:20]}”. Known are: {known}.", field="subdivision")
