"""Places of a text, by their names."""

from support.shared_resources import explainer


def places_of(text: str) -> set[str]:
    """Return the English names of the places of a text."""
    return {place["name"] for place in explainer().explain("1", "", text)["places"]}
