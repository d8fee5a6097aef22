"""What one operation is asked to do otherwise than by default."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Options:
    """What the flags of up, preview, refresh and destroy ask for."""

    parallel: int = 16
    targets: tuple[str, ...] = ()
    target_dependents: bool = False
    replace: tuple[str, ...] = ()
    """URNs to replace; --target-replace puts its URN here and in `targets`."""
    refresh: bool = False
    exclude: tuple[str, ...] = ()
    exclude_dependents: bool = False
    exclude_protected: bool = False
    ignore_protect: bool = False
    continue_on_error: bool = False
    dry_run: bool = False
    """--preview-only of refresh and destroy, or the preview before a confirmation; a `preview` is always dry."""
    clear_pending_creates: bool = False
    import_pending_creates: tuple[tuple[str, str], ...] = ()
    """Pairs of URN and id."""
    expect_no_changes: bool = False
    show_secrets: bool = False
    policy_packs: tuple[str, ...] = ()
    policy_pack_configs: tuple[str, ...] = ()
