"""The tags that a request names, however its service spells them."""

from collections.abc import Mapping

from slipway.sandbox.gateway.calls import Call
from slipway.sandbox.iam.resources import values_at


def tags_of(call: Call) -> dict[str, str]:
    """Return a request's tags, which services spell as pairs, as maps, and as a header."""
    found: dict[str, str] = {}
    for path in ("Tags", "TagSpecification.Tag", "TagList"):
        for each in values_at(call.params, path):
            if isinstance(each, Mapping):
                lower = {str(name).lower(): value for name, value in each.items()}
                name = next((lower[key] for key in ("key", "tagkey") if key in lower), None)
                if name is None:
                    found |= {str(key): str(value) for key, value in each.items()}
                else:
                    found[str(name)] = str(next((lower[key] for key in ("value", "tagvalue") if key in lower), ""))
    return found
