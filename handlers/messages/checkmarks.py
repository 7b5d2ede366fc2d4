"""How the button of what is chosen is told from its neighbours."""


def ticked(label: str, *, here: bool) -> str:
    """The label, with a tick where it is `here`."""
    return f"✓ {label}" if here else label
