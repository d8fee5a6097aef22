"""AddClientIDToOpenIDConnectProvider and its opposite, which moto does not have; both may be repeated.

https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddClientIDToOpenIDConnectProvider.html
"""

from typing import Any

from moto.core.responses import EmptyResult
from moto.iam.responses import IamResponse

from slipway.sandbox.moto_adapter.fixes.replacing import replace


def apply() -> None:
    """Add the two operations."""
    replace(
        IamResponse,
        add_client_id_to_open_id_connect_provider=_add,
        remove_client_id_from_open_id_connect_provider=_remove,
    )


def _add(response: Any) -> EmptyResult:
    clients, wanted = _asked(response)
    if wanted not in clients:
        clients.append(wanted)
    return EmptyResult()


def _remove(response: Any) -> EmptyResult:
    clients, wanted = _asked(response)
    if wanted in clients:
        clients.remove(wanted)
    return EmptyResult()


def _asked(response: Any) -> tuple[list[str], str]:
    """Return the client ids of the provider in question, and the one that is asked about."""
    arn = response._get_param("OpenIDConnectProviderArn")  # noqa: SLF001  (moto's own way to read parameters)
    return response.backend.get_open_id_connect_provider(arn).client_id_list, response._get_param("ClientID")  # noqa: SLF001
