"""What environments keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from infra.retention import retention

if TYPE_CHECKING:
    from infra.retention import Environment


def test_dev_keeps_nothing() -> None:
    kept = retention("dev")
    assert (kept.protect, kept.retain_on_delete, kept.force_destroy) == (False, False, True)
    assert kept.key_deletion_window_in_days == 7


@pytest.mark.parametrize("environment", ["staging", "prod"])
def test_staging_and_prod_keep_everything(environment: Environment) -> None:
    kept = retention(environment)
    assert (kept.protect, kept.retain_on_delete, kept.force_destroy) == (True, True, False)
    assert kept.key_deletion_window_in_days == 30
