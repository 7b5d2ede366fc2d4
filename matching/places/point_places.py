"""Places of a point: the region to which a bulletin without a named place belongs."""

from collections.abc import Iterable

from matching.places.discs import nearest_km
from matching.places.gazetteer import Gazetteer
from matching.places.lookup import nearest
from matching.text.reading import Point

_NEAR_CITY_KM, _NEAR_REGION_KM = 25, 100
"""Distances from the nearest city up to which a point is its, or its region's; farther away it is
only its country's."""


def places_of_point(latitude: float, longitude: float, gazetteer: Gazetteer) -> Iterable[str]:
    """Return the code of the nearest city, from afar of the region or country that it lies in.

    Empty if there is no city within two degrees. The position is in degrees.
    """
    city, _ = nearest(latitude, longitude, gazetteer)
    if city is None or city.latitude is None or city.longitude is None:
        return ()
    distance = nearest_km(latitude, longitude, (Point(city.latitude, city.longitude),))
    line = [gazetteer.region(code) for code in (city.code, *gazetteer.ancestors(city.code))]
    if distance <= _NEAR_CITY_KM:
        return (city.code,)
    if distance <= _NEAR_REGION_KM and len(line) > 1:
        return (line[1].code,)
    return (region.code for region in line if region.kind == "country")
